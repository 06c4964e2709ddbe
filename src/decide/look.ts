/**
 * States of a home as a model is told them: the whole home in sums by class, and one by one what the
 * question is about, by room and class; short, without names, within a size whatever the home.
 */
import type { EntityInfo, EntityState } from '@tomte/sdk/home';
import { hidden, type Privacy } from './facts.ts';
import { type Row, roomLines, sums } from './look-text.ts';
import type { Looked } from './prompt.ts';
import type { Relevance } from './relevance.ts';
import { stateWords } from './state-words.ts';
import { tokensIn } from './tokens.ts';
import { plain, withoutSecrets } from './untrusted.ts';

export interface Seen {
  readonly info: EntityInfo;
  readonly state: EntityState;
  readonly area: string | null;
}

/** Of the prompt's 4,000, so that question, answers and facts have room. */
export const lookTokensMax = 2400;

/** Who is where is for the home alone, unless people may leave. */
const presence = new Set(['person', 'device_tracker', 'zone']);
/** Of no use for a decision, and many. */
const dull = new Set([
  ...['update', 'button', 'event', 'tag', 'automation', 'script', 'scene', 'image', 'stt'],
]);
/** What weighs more comes first: what is measured and used, then what is on or open, then the rest. */
const weights: readonly (readonly [RegExp, number])[] = [
  [/^(power|energy|water|gas|battery|monetary|smoke|moisture|carbon_monoxide)$/, 0],
  [/^(temperature|humidity|door|window|motion|occupancy|opening|lock)$/, 1],
];
/** No thing takes fewer tokens than this. */
const rowTokensMin = 4;

export function lookedAt(
  seen: readonly Seen[],
  privacy: Privacy,
  o: { readonly relevance?: Relevance; readonly tokensMax?: number } = {},
): Looked {
  const { relevance = () => 0, tokensMax = lookTokensMax } = o;
  const rows: Weighed[] = [];
  for (const one of seen) {
    if (privacy.people !== null && presence.has(one.info.domain)) continue;
    const row = weighed(one, relevance);
    if (row) rows.push(row);
  }
  // Those of one weight stay in the order of the home.
  rows.sort((a, b) => a.weight - b.weight);
  const areas = new Map<string, string>();
  const rowOf = ({ one, what, number, unit, word }: Weighed): Row => ({
    ...{ id: one.info.id, what, number, unit, word, area: areaOf(one.area, areas, privacy) },
    name: privacy.names ? JSON.stringify(cleanName(one.info.name, privacy)) : null,
  });
  const fits = rows.slice(0, Math.floor(tokensMax / rowTokensMin)).map(rowOf);
  const whole = fits.length === rows.length ? roomLines(fits) : null;
  if (whole !== null && tokensIn(whole) <= tokensMax) {
    return { text: whole, told: rows.length, summed: 0, of: seen.length };
  }
  const summary = sums(rows, tokensMax / 3);
  const { text, told } = within(fits, tokensMax - tokensIn(summary));
  return { text: `${summary}\n${text}`.trim(), told, summed: rows.length, of: seen.length };
}

/** Null where it says nothing that may be told. */
function weighed(one: Seen, relevance: Relevance): Weighed | null {
  const { info, state } = one;
  const what = plainOnce(info.deviceClass ?? info.domain, 24);
  const weight = weightOf(one) - relevance(one);
  // A number, or a word that any home may say; all other text is somebody's.
  const number = state.state.trim() === '' ? Number.NaN : Number(state.state);
  if (Number.isFinite(number)) {
    const unit = info.unit === null ? '' : plainOnce(info.unit, 8);
    return { one, what, weight, number, unit, word: null };
  }
  if (!stateWords.has(state.state)) return null;
  return { one, what, weight, number: null, unit: '', word: state.state };
}

interface Weighed extends Pick<Row, 'what' | 'number' | 'unit' | 'word'> {
  readonly one: Seen;
  readonly weight: number;
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

function weightOf({ info, state }: Seen): number {
  if (dull.has(info.domain) || state.state === 'unavailable' || state.state === 'unknown') return 9;
  const found = weightOfWhat(info.deviceClass ?? info.domain);
  const active = state.state === 'on' || state.state === 'open' ? -0.5 : 0;
  return found + active;
}

const whatWeights = new Map<string, number>();
function weightOfWhat(what: string): number {
  const before = whatWeights.get(what);
  if (before !== undefined) return before;
  if (whatWeights.size >= plainTextsMax) whatWeights.clear();
  const weight = weights.find(([pattern]) => pattern.test(what))?.[1] ?? 3;
  whatWeights.set(what, weight);
  return weight;
}

/** Units and classes are few, and asked of every thing. */
const plainTexts = new Map<string, string>();
const plainTextsMax = 500;
function plainOnce(text: string, lengthMax: number): string {
  const key = `${lengthMax} ${text}`;
  const before = plainTexts.get(key);
  if (before !== undefined) return before;
  if (plainTexts.size >= plainTextsMax) plainTexts.clear();
  const made = plain(text, lengthMax).replace(/[^\p{L}\p{N}\p{Sc}_ /%°²³µ·.-]/gu, '');
  plainTexts.set(key, made);
  return made;
}

const cleanName = (name: string, privacy: Privacy): string =>
  hidden(withoutSecrets(plain(name, 32)), privacy);

/** Rooms have names that people gave: where names stay, each is a number. */
function areaOf(area: string | null, areas: Map<string, string>, privacy: Privacy): string {
  if (area === null) return 'no room';
  const known = areas.get(area);
  if (known !== undefined) return known;
  const said = privacy.names ? JSON.stringify(cleanName(area, privacy)) : `room ${areas.size + 1}`;
  areas.set(area, said);
  return said;
}
