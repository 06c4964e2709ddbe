/** Facts of a question as they may leave: plain, capped, without secrets, people and places. */
import type { DecideRequest } from '@tomte/sdk/decide';
import { seriesSummary } from './series.ts';
import { plain, withoutSecrets, withoutWords } from './untrusted.ts';

/** What is left out of everything that leaves, by the word that stands for it. */
export interface Privacy {
  /** Names of people: each becomes `person 1`, … Null when they may leave. */
  readonly people: ReadonlyMap<string, string> | null;
  /** Names of places, zones and the home: each becomes `place 1`, … Null when they may leave. */
  readonly places: ReadonlyMap<string, string> | null;
  /** True when names that people gave to things may leave. */
  readonly names: boolean;
  /** Names of things in this question: each becomes `thing 1`, … */
  readonly things?: ReadonlyMap<string, string>;
}

const secretKey = /pass(word|code|wort)?|token|secret|api_?key|credential|\bpin\b|code/i;
const placeKey =
  /latitude|longitude|\b(lat|lon|lng|gps)\b|gps_accuracy|address|street|postcode|zip/i;
const deep = 4;
const itemsMax = 60;
const factsCharsMax = 6000;
const quotedMax = { entries: 12, chars: 400 };

/** With stand-ins for names; what only looks like one is told apart by its dash. */
export function hidden(text: string, privacy: Privacy): string {
  const isOpen = !privacy.things && !privacy.people && !privacy.places;
  if (isOpen) return text;
  return withoutNames(text.replace(/\b(person|place|thing) (?=\d)/gi, '$1-'), privacy);
}

export const withoutNames = (text: string, { things, people, places }: Privacy): string =>
  [things, people, places].reduce(
    (rest: string, words) => (words ? withoutWords(rest, words) : rest),
    text,
  );

/** With stand-ins for the names of one question, the longest name first. */
export function withThings(privacy: Privacy, names: readonly string[] = []): Privacy {
  if (privacy.names || names.length === 0) return privacy;
  const whole = [...new Set(names.map((name) => plain(name, 80)))]
    .filter((name) => name.length > 1)
    .sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  return { ...privacy, things: new Map(whole.map((name, n) => [name, `thing ${n + 1}`])) };
}

/** Facts as JSON of at most 6,000 characters; what does not fit is left out from the end. */
export function factsText(facts: Readonly<Record<string, unknown>>, privacy: Privacy): string {
  const entries = Object.entries(clean(facts, privacy, 0) as Record<string, unknown>);
  while (entries.length > 0 && JSON.stringify(Object.fromEntries(entries)).length > factsCharsMax) {
    entries.pop();
  }
  return JSON.stringify(Object.fromEntries(entries));
}

function clean(value: unknown, privacy: Privacy, depth: number): unknown {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? value : null;
    case 'boolean':
      return value;
    case 'string':
      return hidden(withoutSecrets(plain(value, 200)), privacy);
    case 'object':
      break;
    default:
      return null;
  }
  if (value === null || depth >= deep) return null;
  if (Array.isArray(value)) {
    const summary = seriesSummary(value);
    if (summary) return clean(summary, privacy, depth);
    return value.slice(0, itemsMax).map((one) => clean(one, privacy, depth + 1));
  }
  const kept = Object.entries(value)
    .filter(([key]) => !secretKey.test(key) && !(privacy.places && placeKey.test(key)))
    .slice(0, itemsMax)
    .map(([key, one]) => [
      hidden(withoutSecrets(plain(key, 80), { numbersStay: true }), privacy),
      clean(one, privacy, depth + 1),
    ]);
  return Object.fromEntries(kept);
}

/** Words of others as JSON: each a quoted text of at most 400 characters. */
export function quotedText(quoted: Readonly<Record<string, string>>, privacy: Privacy): string {
  const kept = Object.entries(quoted)
    .filter(([key]) => !secretKey.test(key) && !(privacy.places && placeKey.test(key)))
    .slice(0, quotedMax.entries)
    .map(([key, text]) => [
      plain(key, 80),
      hidden(withoutSecrets(plain(String(text), quotedMax.chars)), privacy),
    ]);
  return JSON.stringify(Object.fromEntries(kept));
}

/** As it is kept: for the people of the home, so with names; codes and keys are in no record. */
export function keptRequest<R extends DecideRequest>(request: R): R {
  const open: Privacy = { people: null, places: null, names: true };
  return {
    ...request,
    ...(request.facts ? { facts: JSON.parse(factsText(request.facts, open)) } : {}),
    ...(request.quoted ? { quoted: JSON.parse(quotedText(request.quoted, open)) } : {}),
  };
}
