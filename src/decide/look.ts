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
  const rows = seen
    .filter(({ info }) => privacy.people === null || !presence.has(info.domain))
    .flatMap((one): Weighed[] => {
      const said = saidBy(one.state, one.info);
      return said === null ? [] : [{ one, said, weight: weightOf(one) - relevance(one) }];
    })
    .sort((a, b) => a.weight - b.weight || (a.one.info.id < b.one.info.id ? -1 : 1));
  const areas = new Map<string, string>();
  const rowOf = ({ one, said }: Weighed): Row => ({
    ...{ id: one.info.id, ...said, what: whatOf(one.info), area: areaOf(one.area, areas, privacy) },
    name: privacy.names ? JSON.stringify(cleanName(one.info.name, privacy)) : null,
  });
  const fits = rows.slice(0, Math.floor(tokensMax / rowTokensMin)).map(rowOf);
  const whole = roomLines(fits);
  if (fits.length === rows.length && tokensIn(whole) <= tokensMax) {
    return { text: whole, told: rows.length, summed: 0, of: seen.length };
  }
  const summary = sums(
    rows.map(({ one, said }) => ({ ...said, what: whatOf(one.info) })),
    tokensMax / 3,
  );
  const text = within(fits, tokensMax - tokensIn(summary));
  return {
    ...{ text: `${summary}\n${text.text}`.trim(), told: text.told },
    ...{ summed: rows.length, of: seen.length },
  };
}

interface Weighed {
  readonly one: Seen;
  readonly said: Said;
  readonly weight: number;
}
type Said = Pick<Row, 'number' | 'unit' | 'word'>;

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
  const found = weights.find(([pattern]) => pattern.test(info.deviceClass ?? info.domain));
  const active = state.state === 'on' || state.state === 'open' ? -0.5 : 0;
  return (found?.[1] ?? 3) + active;
}

/** A number of at most five digits, or a word that any home may say; null for all other text. */
function saidBy({ state }: EntityState, { unit }: EntityInfo): Said | null {
  const number = state.trim() === '' ? Number.NaN : Number(state);
  if (Number.isFinite(number)) {
    const short = Number(number.toPrecision(5));
    return { number: short, unit: unit === null ? '' : plain(unit, 8), word: null };
  }
  return stateWords.has(state) ? { number: null, unit: '', word: state } : null;
}

const whatOf = ({ deviceClass, domain }: EntityInfo): string =>
  plain(deviceClass ?? domain, 24).replace(/[^\p{L}\p{N}_ ]/gu, '');

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
