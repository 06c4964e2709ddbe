/** A thing of the home in the few words a model may be told of it. */
import type { EntityInfo, EntityState } from '@tomte/sdk/home';
import { stateWords } from './state-words.ts';
import { tokensIn } from './tokens.ts';
import { plain, withoutSecrets } from './untrusted.ts';

export interface Thing {
  readonly info: EntityInfo;
  /** Its class, else its domain. */
  readonly what: string;
  readonly unit: string;
  /** Of things that are summed up together. */
  readonly kind: string;
  readonly number: number | null;
  /** What it says where that is no number. */
  readonly word: string | null;
  /** Its number as it is told, with its unit; null where it is none. */
  readonly amount: string | null;
  /** It takes no fewer when it is told by itself; words share theirs. */
  readonly tokensMin: number;
  /** Of things of one class in one room. */
  readonly group: string;
  /** What weighs less is told sooner; in half steps. */
  readonly weight: number;
  /** As people call it, without codes; null until asked for. */
  name: string | null;
  /** Words of its name, to find it by; null until asked for. */
  nameWords: readonly string[] | null;
}

/** Of no use for a decision, and many. */
const dull = new Set([
  ...['update', 'button', 'event', 'tag', 'automation', 'script', 'scene', 'image', 'stt'],
]);
/** What weighs more comes first: what is measured and used, then what is on or open, then the rest. */
const weights: readonly (readonly [RegExp, number])[] = [
  [/^(power|energy|water|gas|battery|monetary|smoke|moisture|carbon_monoxide)$/, 0],
  [/^(temperature|humidity|door|window|motion|occupancy|opening|lock)$/, 2],
];

/** It says a number or a word that any home may say; all other text of a state is somebody's. */
export const saysSomething = ({ number, word }: Thing): boolean => number !== null || word !== null;

/** `before` is the same thing in another state. */
export function thingOf(info: EntityInfo, { state }: EntityState, before?: Thing): Thing {
  const number = state.trim() === '' ? Number.NaN : Number(state);
  const isNumber = Number.isFinite(number);
  const what = before?.what ?? signs(info.deviceClass ?? info.domain, 24);
  const unit = isNumber && info.unit !== null ? signs(info.unit, 8) : '';
  const amount = isNumber ? `${Number(number.toPrecision(5))}${unit && ` ${unit}`}` : null;
  return {
    ...{ info, what, unit, kind: `${what}\n${unit}`, number: isNumber ? number : null },
    word: !isNumber && stateWords.has(state) ? state : null,
    // `E1 412 W,`
    ...{ amount, tokensMin: amount === null ? 1 : 3 + tokensIn(amount) },
    group: `${what}\n${info.area ?? ''}`,
    weight: weightOf(info, state),
    ...{ name: before?.name ?? null, nameWords: before?.nameWords ?? null },
  };
}

export function nameOf(thing: Thing): string {
  thing.name ??= withoutSecrets(plain(thing.info.name, 32));
  return thing.name;
}

/** Units and classes: one short line of letters and common signs. */
const signs = (text: string, lengthMax: number): string =>
  plain(text, lengthMax).replace(/[^\p{L}\p{N}\p{Sc}_ /%°²³µ·.-]/gu, '');

function weightOf({ domain, deviceClass }: EntityInfo, state: string): number {
  if (dull.has(domain) || state === 'unavailable' || state === 'unknown') return 18;
  const found = weights.find(([pattern]) => pattern.test(deviceClass ?? domain))?.[1] ?? 6;
  return found + (state === 'on' || state === 'open' ? -1 : 0);
}
