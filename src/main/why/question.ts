/** A question in words: which time it speaks of, and which words are left to look for. Pure. */
import { Temporal } from 'temporal-polyfill';

export interface Question {
  /** The moment it names, epoch ms; null where it names a stretch, or none. */
  readonly at: number | null;
  /** Where to look, epoch ms. */
  readonly from: number;
  readonly to: number;
  /** True where a time was named. */
  readonly timed: boolean;
  /** It asks why, or why not; plain words only search. */
  readonly asks: boolean;
  /** It asks why something did not happen. */
  readonly negative: boolean;
  /** What it is about beside Runs: that people were told, or were not; that something was chosen. */
  readonly topic: 'alert' | 'decision' | null;
  /** Lower case, without the words that mean nothing here. */
  readonly words: readonly string[];
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** Around a moment: a cause comes shortly before, a Run shortly after. */
const aroundMs = 30 * minuteMs;
/** Looked at when no time is named. */
const usualMs = 2 * dayMs;

const empty = new Set(
  (
    'a an the my our its it is was were be been are did do does didn doesn don wasn isn hasn has have had ' +
    'not no never why what when how which who and or of to in on at for by from with so as this that there then ' +
    'again happen happened start started starting run ran running turn turned switch switched go went come came ' +
    'fire fired trigger triggered off t s me tell told tomte please ago last since around about'
  ).split(' '),
);

const alertWords =
  /\b(alerts?|alerted|alarm(?:ed)?|warn(?:ed|ings?)?|notif(?:y|ied|ications?)|messages?|told|noticed?)\b/;
const decisionWords =
  /\b(decisions?|decided?|chose|choose|chosen|choice|models?|answer(?:ed)?|nobody)\b/;

const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const numbers: Record<string, number> = {
  ...{ a: 1, an: 1, one: 1, two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7, eight: 8 },
  ...{ nine: 9, ten: 10, half: 0.5 },
};
const units: Record<string, number> = { minute: minuteMs, min: minuteMs, hour: hourMs, day: dayMs };

/** Parts of a day, as hours of the wall clock from its midnight; a night begins the evening before. */
const parts: Record<string, readonly [number, number]> = {
  night: [-4, 8],
  morning: [5, 12],
  noon: [11, 14],
  afternoon: [12, 18],
  evening: [17, 24],
};

/** `now` is epoch ms, `zone` the home's. A time without a day is the newest such time that has passed. */
export function readQuestion(text: string, now: number, zone: string): Question {
  const asked = text.toLowerCase().replace(/[’`]/g, "'").slice(0, 300);
  const negative =
    /\bnot\b|n't\b|\bnever\b|\bno (alert|warning|message|news|one)\b|\bnobody\b/.test(asked);
  const topic = asked.match(alertWords) ? 'alert' : asked.match(decisionWords) ? 'decision' : null;
  const asks = /^\s*(why|how come|what (stopped|happened|made|kept))\b/.test(asked) || negative;
  const time = readTime(asked, now, zone);
  const rest = time.used.reduce((left, used) => left.replace(used, ' '), asked);
  const words = rest
    .split(/[^\p{L}\p{N}_.]+/u)
    .map((word) => word.replace(/^[.]+|[.]+$/g, ''))
    .filter((word) => word !== '' && !empty.has(word))
    .filter((word) => topic === null || !(alertWords.test(word) || decisionWords.test(word)));
  const { at, from, to } = time;
  return { at, from, to, timed: time.used.length > 0, asks, negative, topic, words };
}

interface ReadTime {
  readonly at: number | null;
  readonly from: number;
  readonly to: number;
  readonly used: readonly string[];
}

function readTime(asked: string, now: number, zone: string): ReadTime {
  const ago = readAgo(asked, now);
  if (ago) return ago;
  const used: string[] = [];
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone).startOfDay();
  const day = readDay(asked, today, used);
  const part = readPart(asked, used);
  const clock = readClock(asked, used);
  if (clock) return atClock({ clock, day, part, today, now, used });
  if (part) return inPart({ part, day, today, now, used });
  if (day) {
    const from = day.epochMilliseconds;
    return { at: null, from, to: Math.min(now, day.add({ days: 1 }).epochMilliseconds), used };
  }
  if (/\bjust( now)?\b|\bright now\b/.test(asked)) {
    const said = /\bjust( now)?\b|\bright now\b/.exec(asked)![0];
    return { at: null, from: now - 10 * minuteMs, to: now, used: [said] };
  }
  return { at: null, from: now - usualMs, to: now, used };
}

function readAgo(asked: string, now: number): ReadTime | null {
  const found =
    /\b(half an|\d+(?:\.\d+)?|an?|one|two|three|four|five|six|seven|eight|nine|ten)\s+(minute|min|hour|day)s?\s+ago\b/.exec(
      asked,
    );
  if (!found) return null;
  const [said, count, unit] = found;
  const number = count === 'half an' ? 0.5 : (numbers[count!] ?? Number(count));
  const at = now - number * units[unit!]!;
  const around = unit === 'day' ? dayMs / 2 : aroundMs;
  return { at, from: at - around, to: Math.min(now, at + around), used: [said] };
}

/** Midnight the named day begins with; null where none is named. */
function readDay(
  asked: string,
  today: Temporal.ZonedDateTime,
  used: string[],
): Temporal.ZonedDateTime | null {
  const date = /\b(\d{4})-(\d\d)-(\d\d)\b/.exec(asked);
  if (date) {
    used.push(date[0]);
    try {
      return Temporal.PlainDate.from(date[0]).toZonedDateTime(today.timeZoneId);
    } catch (error) {
      if (error instanceof RangeError) return null;
      throw error;
    }
  }
  const word = new RegExp(`\\b(today|yesterday|${weekdays.join('|')})\\b`).exec(asked)?.[1];
  if (word === undefined) return null;
  used.push(word);
  if (word === 'today') return today;
  if (word === 'yesterday') return today.subtract({ days: 1 });
  // The newest such day, today included.
  const back = (today.dayOfWeek - (weekdays.indexOf(word) + 1) + 7) % 7;
  return today.subtract({ days: back });
}

function readPart(asked: string, used: string[]): readonly [number, number] | null {
  const found = /\b(?:last |this |to)?(night|morning|noon|afternoon|evening)\b/.exec(asked);
  if (!found) return null;
  used.push(found[0]);
  return parts[found[1]!]!;
}

/** Minutes of the day; `twice` where `at 2` may be the morning or the afternoon. */
interface ClockSaid {
  readonly minutes: number;
  readonly twice: boolean;
}

function readClock(asked: string, used: string[]): ClockSaid | null {
  const found =
    /\b(\d{1,2})[:.](\d\d)(?::\d\d)?\s*([ap]m)?\b/.exec(asked) ??
    /\b(\d{1,2})()\s*([ap]m)\b/.exec(asked) ??
    /\b(?:at|around|about)\s+(\d{1,2})()()(?![\d%.:])\b(?!\s*(?:°|degrees|percent|%|k?wh?\b|l\b|ct\b))/.exec(
      asked,
    );
  if (!found) {
    const noon = /\b(midnight|midday)\b/.exec(asked);
    if (!noon) return null;
    used.push(noon[0]);
    return { minutes: noon[1] === 'midnight' ? 0 : 720, twice: false };
  }
  const hour = Number(found[1]);
  const minute = Number(found[2] || 0);
  if (hour > 24 || minute > 59 || (found[3] && (hour > 12 || hour === 0))) return null;
  used.push(found[0]);
  const half = found[3] ? (hour % 12) + (found[3] === 'pm' ? 12 : 0) : hour % 24;
  return { minutes: half * 60 + minute, twice: !found[3] && !found[2] && hour >= 1 && hour < 12 };
}

function atClock(o: {
  clock: ClockSaid;
  day: Temporal.ZonedDateTime | null;
  part: readonly [number, number] | null;
  today: Temporal.ZonedDateTime;
  now: number;
  used: readonly string[];
}): ReadTime {
  const { clock, day, part, today, now } = o;
  const days = day
    ? [day, ...(part ? [day.add({ days: 1 })] : [])]
    : [today, today.subtract({ days: 1 })];
  const halves = clock.twice ? [clock.minutes, clock.minutes + 720] : [clock.minutes];
  const stretch = part ? inPart(o) : null;
  const times = days
    .flatMap((one) => halves.map((minutes) => onWall(one, minutes)))
    .filter((t) => t <= now + aroundMs)
    .filter((t) => stretch === null || (t >= stretch.from && t <= stretch.to));
  // On a day that is named, what is to come counts too.
  const at = times.length > 0 ? Math.max(...times) : onWall(day ?? today, clock.minutes);
  return { at, from: at - aroundMs, to: at + aroundMs, used: o.used };
}

function inPart(o: {
  part: readonly [number, number] | null;
  day: Temporal.ZonedDateTime | null;
  today: Temporal.ZonedDateTime;
  now: number;
  used: readonly string[];
}): ReadTime {
  const [begin, end] = o.part!;
  const stretchOf = (day: Temporal.ZonedDateTime) => ({
    from:
      begin < 0 ? onWall(day.subtract({ days: 1 }), begin * 60 + 1440) : onWall(day, begin * 60),
    to: end === 24 ? day.add({ days: 1 }).epochMilliseconds : onWall(day, end * 60),
  });
  // The night of a day that is named is the one that follows it, as people say it.
  const named = o.day && begin < 0 ? o.day.add({ days: 1 }) : o.day;
  const found = named
    ? stretchOf(named)
    : [o.today.add({ days: 1 }), o.today, o.today.subtract({ days: 1 })]
        .map(stretchOf)
        .find(({ from }) => from <= o.now)!;
  return { at: null, from: found.from, to: Math.min(o.now, found.to), used: o.used };
}

const onWall = (day: Temporal.ZonedDateTime, minutes: number): number =>
  day.toPlainDate().toZonedDateTime({
    timeZone: day.timeZoneId,
    plainTime: { hour: Math.floor(minutes / 60) % 24, minute: minutes % 60 },
  }).epochMilliseconds;
