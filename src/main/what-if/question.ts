/** "What if …?" in words: which setting would be how. Pure. */

/** What two settings can be told apart by. */
export type Unit = 'min' | 'h' | 's' | 'L' | '%' | '°' | 'W' | 'kW';

export interface WhatIf {
  /** Lower case, without numbers and the words that mean nothing here. */
  readonly words: readonly string[];
  /** The number it names first. */
  readonly number: { readonly value: number; readonly unit: Unit | null } | null;
  /** The wall time it may name, `06:00`; a bare `at 6` is a number and a time. */
  readonly time: string | null;
  /** It asks for the whole workflow to be on or off. */
  readonly turned: 'on' | 'off' | null;
  /** It asks for the slider to be moved a stop. */
  readonly slid: 'sooner' | 'rarer' | null;
  /** The time is where something begins or ends. */
  readonly edge: 'from' | 'until' | null;
  readonly negative: boolean;
  /** It is about when people want no noise: theirs, no setting of a workflow. */
  readonly quietHours: boolean;
}

const opening =
  /^\s*(?:and |but |so )?(?:what (?:if\b|(?:would|happens?)\b.*?\bif\b)|how (?:often|many)\b.*?\bwould\b.*?\bif\b)/;

const unitSaid =
  '(l\\/min|litres?(?:\\s*(?:per|a|\\/)\\s*min(?:ute)?)?|liters?(?:\\s*(?:per|a|\\/)\\s*min(?:ute)?)?|l|' +
  'minutes?|mins?|hours?|hrs?|h|seconds?|secs?|percent|per cent|%|°\\s?c|°|degrees(?:\\s*c(?:elsius)?)?|' +
  'kilowatts?|kw|watts?|w)(?![\\w/])';
const units: readonly (readonly [RegExp, Unit])[] = [
  [/^(?:litre|liter|l)/, 'L'],
  [/^min/, 'min'],
  [/^h/, 'h'],
  [/^s/, 's'],
  [/^(?:per ?cent|%)/, '%'],
  [/^(?:°|degrees)/, '°'],
  [/^(?:kilowatt|kw)/, 'kW'],
  [/^w/, 'W'],
];
const numbers: Readonly<Record<string, number>> = {
  ...{ a: 1, an: 1, one: 1, two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7, eight: 8 },
  ...{ nine: 9, ten: 10, fifteen: 15, twenty: 20, thirty: 30, 'half a': 0.5, 'half an': 0.5 },
};
const figures = new RegExp(
  `(?<![\\w.,:])([-−]|minus )?(\\d+(?:[.,]\\d+)?)(?!\\d*:)(?:\\s*${unitSaid})?`,
);
const spoken = new RegExp(`\\b(${Object.keys(numbers).reverse().join('|')})\\s+${unitSaid}`);
const clocks =
  /\b(\d{1,2}):(\d\d)\s*([ap]m)?(?!\w)|\b(\d{1,2})\s*([ap]m|o'clock)(?!\w)|\b(noon|midnight)\b/;
const bareClock = new RegExp(
  `\\b(?:at|until|till|by|from|before|after|to)\\s+(\\d{1,2})(?![\\d.,:]*\\d)(?!\\s*${unitSaid})`,
);
const turns = [
  /\b(?:been|were|was|be|is|stayed)\s+(?:switched |turned )?(on|off)\b/,
  /\b(?:switch|turn)(?:ed)?\b(?:\s+\S+){0,6}?\s+(on|off)\b/,
];

const empty = new Set(
  (
    'a an the my our its it is are was were be been being had has have did do does would will could should i we me us ' +
    'you they them and or of to in on at for by with from until till than then that this there if what how often many ' +
    'times tell tells told wait waits waited start starts started end ends ended begin begins began came come comes ' +
    'warn warned set only just instead rather not never t s n workflow setting limit already after before about again as off switch switched turn turned'
  ).split(' '),
);

/** Null for any other question. */
export function readWhatIf(text: string): WhatIf | null {
  const asked = text.toLowerCase().replace(/[’`]/g, "'").replace(/\s+/g, ' ').slice(0, 300);
  const begun = opening.exec(asked);
  if (!begun) return null;
  // What it is now says nothing of what is asked for.
  const told = asked.replace(
    new RegExp(`\\b(?:instead of|rather than)\\s+(?:at )?\\S+(?:\\s*${unitSaid})?`),
    ' ',
  );
  let rest = told.replace(/^\s*(?:and |but |so )?what if\b/, ' ');
  const take = (pattern: RegExp): RegExpExecArray | null => {
    const found = pattern.exec(rest);
    if (found) rest = `${rest.slice(0, found.index)} ${rest.slice(found.index + found[0].length)}`;
    return found;
  };
  const clock = take(clocks);
  const bare = clock ? null : bareClock.exec(rest);
  const number = clock ? null : numberOf(take(figures) ?? take(spoken));
  const slid = take(/\b(?:sooner|earlier|more often)\b/)
    ? 'sooner'
    : take(/\b(?:less often|rarer|more rarely|later)\b/)
      ? 'rarer'
      : null;
  const turned = number || clock ? null : (take(turns[0]!) ?? turns[1]!.exec(rest));
  const words = rest.split(/[^\p{L}\p{N}_]+/u).filter((word) => word !== '' && !empty.has(word));
  return {
    ...{ words, number, slid },
    time: clock ? timeOf(clock) : bare ? wall(Number(bare[1]), 0) : null,
    turned: (turned?.[1] as 'on' | 'off' | undefined) ?? null,
    edge: edgeOf(told),
    negative: /\bnot\b|n't\b|\bnever\b|\bwithout\b/.test(rest),
    quietHours: /\bquiet (?:hours?|time)\b|\bdo not disturb\b/.test(asked),
  };
}

const edgeOf = (told: string): WhatIf['edge'] =>
  /\b(?:until|till|by|end(?:ed|s)?)\b/.test(told)
    ? 'until'
    : /\b(?:from|after|beg[ai]ns?|start(?:ed|s)?)\b/.test(told)
      ? 'from'
      : null;

/** The sign and the figures, or a number as a word; then the unit. */
function numberOf(found: RegExpExecArray | null): WhatIf['number'] {
  if (!found) return null;
  const isFigures = found.length === 4;
  const [said, unit] = isFigures ? [found[2]!, found[3]] : [found[1]!, found[2]];
  const value =
    (numbers[said] ?? Number(said.replace(',', '.'))) * (isFigures && found[1] ? -1 : 1);
  return {
    value,
    unit: unit ? (units.find(([pattern]) => pattern.test(unit))?.[1] ?? null) : null,
  };
}

function timeOf(found: RegExpExecArray): string | null {
  if (found[6]) return found[6] === 'noon' ? '12:00' : '00:00';
  const half = found[3] ?? found[5];
  const hour = Number(found[1] ?? found[4]);
  if (half === 'am' || half === 'pm') {
    return hour < 1 || hour > 12
      ? null
      : wall((hour % 12) + (half === 'pm' ? 12 : 0), Number(found[2] ?? 0));
  }
  return wall(hour, Number(found[2] ?? 0));
}

const wall = (hour: number, minute: number): string | null =>
  hour > 23 || minute > 59
    ? null
    : `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
