/** What a wish says in plain words: a state or a limit, for how long, who is home, how urgently. Pure. */

export interface Wish {
  /** As it was typed, in one line. */
  readonly text: string;
  /** Lower case, for matching. */
  readonly words: readonly string[];
  /** What is left when all that was understood is taken out: names of things. */
  readonly names: readonly string[];
  readonly done: boolean;
  readonly state:
    | 'on'
    | 'off'
    | 'open'
    | 'closed'
    | 'unlocked'
    | 'locked'
    | 'wet'
    | 'moving'
    | null;
  readonly above: { readonly value: number; readonly unit: string | null } | null;
  readonly below: { readonly value: number; readonly unit: string | null } | null;
  readonly minutes: number | null;
  readonly who: 'nobody' | 'somebody' | null;
  readonly urgency: 'now' | 'digest' | null;
  /** Wall times it names, `06:30`. */
  readonly times: readonly string[];
}

const patterns = {
  nobody:
    /\b(?:(?:while|when|if|and|but)\s+)?(?:(?:nobody|no ?one|none of us)(?:'s| is|s)?(?: at)?(?: home| there| in)|(?:every(?:one|body)(?:'s| is| has)?|all of us|we(?:'re| are| have)?|i(?:'m| am| have)?)\s+(?:all\s+)?(?:out|away|gone|left|not (?:at )?home))\b/,
  somebody:
    /\b(?:(?:while|when|if|and|but)\s+)?(?:some(?:one|body)|any(?:one|body)|we|i)(?:'s| is|'re| are|'m| am)?\s+(?:at\s+)?home\b/,
  minutes:
    /\b(?:for|longer than|more than|after|since)\s+(?:(?:more|longer) than\s+)?(?:at least\s+)?(\d+(?:[.,]\d+)?|an?|half an|one|two|three|five|ten)\s*(min(?:ute)?s?|h(?:ours?)?)\b/,
  above:
    /\b(?:is |gets? |goes |rises? |climbs? )?(?:above|over|more than|higher than|exceeds|hotter than|warmer than|at least)\s+(-?\d+(?:[.,]\d+)?)\s*(°\s?[cf]?|degrees|%|percent|kwh|kw|watts?|w|ppm|l\/min|lux|v|a)?/,
  below:
    /\b(?:is |gets? |goes |falls? |drops? )?(?:below|under|less than|lower than|colder than|cooler than)\s+(-?\d+(?:[.,]\d+)?)\s*(°\s?[cf]?|degrees|%|percent|kwh|kw|watts?|w|ppm|l\/min|lux|v|a)?/,
  done: /\b(?:(?:is|has|are|gets?|being)\s+)?(?:done|finished|finishes|ready|complete[sd]?|through)\b|\bstops? running\b/,
  time: /\b(?:at|by|from|until|before|after)?\s*([01]?\d|2[0-3])[:.]([0-5]\d)\b|\b(?:at|by|from|until)\s+([1-9]|1[0-2])\s*(am|pm)?\b(?!\s*(?:%|°|degrees|w|kw|min|h))/g,
  now: /\b(?:urgent(?:ly)?|at once|immediately|right away|loud(?:ly)?|alarm)\b/,
  digest: /\b(?:digest|not urgent|in the summary|once a day)\b/,
} as const;

const states: readonly (readonly [NonNullable<Wish['state']>, RegExp])[] = [
  ['open', /\b(?:left |is |stays? |still )*open(?:ed|s)?\b/],
  ['closed', /\b(?:is |stays? |still )*(?:closed|shut|closes)\b/],
  ['unlocked', /\b(?:left |is |still )*unlock(?:ed|s)\b/],
  ['locked', /\b(?:is )*lock(?:ed|s)\b/],
  ['wet', /\b(?:is |gets? )*(?:wet|leaks?|leaking|flooded)\b/],
  ['moving', /\b(?:motion|moves|moving|movement)\b/],
  ['on', /\b(?:left |is |stays? |still |switched |turned )+on\b/],
  ['off', /\b(?:is |stays? |still |switched |turned |goes )+off\b/],
];

/** Words that ask, and say nothing of what. */
const empty = new Set(
  (
    'a an the my our its it is are be been was were do does i me we us you please can could would should ' +
    'want wants like tell tells told warn warns notify inform remind alert message let know say send when ' +
    'whenever if once as soon and or but of to in on at for by with that this there some something too very ' +
    'while during has have had not no gets get goes go becomes still again left'
  ).split(' '),
);
const numbers: Readonly<Record<string, number>> = {
  ...{ a: 1, an: 1, one: 1, two: 2, three: 3, five: 5, ten: 10, 'half an': 0.5 },
};

export function readWish(typed: string): Wish {
  const text = typed.trim().replace(/\s+/g, ' ').slice(0, 300);
  let rest = text.toLowerCase().replace(/[’`]/g, "'");
  const words = wordsOf(rest);
  const take = (pattern: RegExp): RegExpExecArray | null => {
    const found = pattern.exec(rest);
    if (found) rest = `${rest.slice(0, found.index)} ${rest.slice(found.index + found[0].length)}`;
    return found;
  };
  const who = take(patterns.nobody) ? 'nobody' : take(patterns.somebody) ? 'somebody' : null;
  const minutes = minutesOf(take(patterns.minutes));
  const above = limitOf(take(patterns.above));
  const below = limitOf(take(patterns.below));
  const times: string[] = [];
  rest = rest.replace(patterns.time, (_, hour, minute, bare, half) => {
    times.push(clock(hour ?? bare, minute ?? '00', half));
    return ' ';
  });
  const urgency = take(patterns.digest) ? 'digest' : take(patterns.now) ? 'now' : null;
  const done = take(patterns.done) !== null;
  const state = states.find(([, pattern]) => take(pattern) !== null)?.[0] ?? null;
  const names = wordsOf(rest).filter((word) => !empty.has(word));
  return { text, words, names, done, state, above, below, minutes, who, urgency, times };
}

const wordsOf = (text: string): string[] =>
  text
    .split(/[^\p{L}\p{N}_.]+/u)
    .map((word) => word.replace(/^\.+|\.+$/g, ''))
    .filter(Boolean);

function minutesOf(found: RegExpExecArray | null): number | null {
  if (!found) return null;
  const count = numbers[found[1]!] ?? Number(found[1]!.replace(',', '.'));
  const minutes = Math.round(found[2]!.startsWith('h') ? count * 60 : count);
  return minutes >= 1 && minutes <= 9999 ? minutes : null;
}

function limitOf(found: RegExpExecArray | null): Wish['above'] {
  if (!found) return null;
  const value = Number(found[1]!.replace(',', '.'));
  return { value, unit: found[2]?.trim() || null };
}

function clock(hour: string, minute: string, half: string | undefined): string {
  const hours = half === undefined ? Number(hour) : (Number(hour) % 12) + (half === 'pm' ? 12 : 0);
  return `${String(hours).padStart(2, '0')}:${minute}`;
}
