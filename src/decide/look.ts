/**
 * States of a home as a model is told them: the whole home in sums by class, and one by one what the
 * question is about, by room and class; short, without names, within a size whatever the home.
 */
import { hidden, type Privacy } from './facts.ts';
import { type Row, roomLines, sums } from './look-text.ts';
import type { Looked } from './prompt.ts';
import type { Relevance } from './relevance.ts';
import { nameOf, saysSomething, type Thing } from './thing.ts';
import { tokensIn } from './tokens.ts';
import { plain, withoutSecrets } from './untrusted.ts';

/** Of the prompt's 4,000, so that question, answers and facts have room. */
export const lookTokensMax = 2400;

/** Who is where is for the home alone, unless people may leave. */
const presence = new Set(['person', 'device_tracker', 'zone']);
/** Quotes, and a word between them. */
const nameTokensMin = 3;

export function lookedAt(
  seen: readonly Thing[],
  privacy: Privacy,
  o: { readonly relevance?: Relevance; readonly tokensMax?: number } = {},
): Looked {
  const { relevance = () => 0, tokensMax = lookTokensMax } = o;
  const mayBeTold = (thing: Thing) =>
    saysSomething(thing) && (privacy.people === null || !presence.has(thing.info.domain));
  const things = seen.every(mayBeTold) ? seen : seen.filter(mayBeTold);
  const tokensEach = privacy.names ? nameTokensMin : 0;
  const fits = rowsOf(firstOf(things, { relevance, tokensMax, tokensEach }), privacy);
  const whole = fits.length === things.length ? roomLines(fits) : null;
  if (whole !== null && tokensIn(whole) <= tokensMax) {
    return { text: whole, told: things.length, summed: 0, of: seen.length };
  }
  const summary = sums(things, tokensMax / 3);
  const left = tokensMax - tokensIn(summary);
  const { text, told } = within(fits.slice(0, (fits.length * left) / tokensMax), left);
  return { text: `${summary}\n${text}`.trim(), told, summed: things.length, of: seen.length };
}

/**
 * No more than can fit, of the least weight; those of one weight stay in the order of the home. Nothing
 * is made for those that do not fit: a home may have thousands.
 */
function firstOf(
  things: readonly Thing[],
  o: { readonly relevance: Relevance; readonly tokensMax: number; readonly tokensEach: number },
): Thing[] {
  const weights = new Int16Array(things.length);
  things.forEach((thing, at) => {
    weights[at] = thing.weight - o.relevance(thing);
  });
  const first: Thing[] = [];
  const groups = new Set<string>();
  let tokens = 0;
  for (const weight of [...new Set(weights)].sort((a, b) => a - b)) {
    for (let at = weights.indexOf(weight); at >= 0; at = weights.indexOf(weight, at + 1)) {
      const thing = things[at]!;
      tokens += thing.tokensMin + o.tokensEach;
      if (!groups.has(thing.group)) tokens += tokensIn(thing.what);
      groups.add(thing.group);
      if (tokens > o.tokensMax) return first;
      first.push(thing);
    }
  }
  return first;
}

function rowsOf(things: readonly Thing[], privacy: Privacy): Row[] {
  const areas = new Map<string, string>();
  return things.map((thing) => ({
    ...{ thing, area: areaOf(thing.info.area, areas, privacy) },
    name: privacy.names ? JSON.stringify(hidden(nameOf(thing), privacy)) : null,
  }));
}

/** As many of the first rows as fit. */
function within(rows: readonly Row[], tokensMax: number): { text: string; told: number } {
  let told = rows.length;
  for (;;) {
    const text = roomLines(rows.slice(0, told));
    const tokens = tokensIn(text);
    if (tokens <= tokensMax || told === 0) return { text, told };
    // By what a row took so far; always at least one fewer.
    told = Math.min(told - 1, Math.floor((told * tokensMax) / tokens));
  }
}

/** Rooms have names that people gave: where names stay, each is a number. */
function areaOf(area: string | null, areas: Map<string, string>, privacy: Privacy): string {
  if (area === null) return 'no room';
  const known = areas.get(area);
  if (known !== undefined) return known;
  const said = privacy.names
    ? JSON.stringify(hidden(withoutSecrets(plain(area, 32)), privacy))
    : `room ${areas.size + 1}`;
  areas.set(area, said);
  return said;
}
