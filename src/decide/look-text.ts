/** Rows of a home as text: one by one in their rooms, and all of them in sums. */
import type { Thing } from './thing.ts';
import { tokensIn } from './tokens.ts';

export interface Row {
  readonly thing: Thing;
  readonly area: string;
  /** In quotes; null where names stay. */
  readonly name: string | null;
}

/** `room 2: power E7 412 W, E8 0 W; light on: E9; off: E10-E14`, a line a room. */
export function roomLines(rows: readonly Row[]): string {
  let next = 1;
  const lines: string[] = [];
  for (const [area, inRoom] of Map.groupBy(rows, (row) => row.area)) {
    const parts: string[] = [];
    for (const [what, of] of Map.groupBy(inRoom, ({ thing }) => thing.what)) {
      const said: string[] = [];
      for (const [word, alike] of byWord(of)) {
        said.push(word === null ? amounts(alike, next) : `${word}: ${listed(alike, next)}`);
        next += alike.length;
      }
      parts.push(`${what} ${said.join('; ')}`);
    }
    lines.push(`${area}: ${parts.join('; ')}`);
  }
  return lines.join('\n');
}

/** Numbers first. */
const byWord = (rows: readonly Row[]) =>
  [...Map.groupBy(rows, ({ thing }) => thing.word)].sort(
    ([a], [b]) => Number(a !== null) - Number(b !== null),
  );

const named = ({ name }: Row): string => (name === null ? '' : ` ${name}`);

const amounts = (rows: readonly Row[], begun: number): string =>
  rows.map((row, n) => `E${begun + n}${named(row)} ${row.thing.amount}`).join(', ');

/** Those without a name that stand side by side are a span. */
function listed(rows: readonly Row[], begun: number): string {
  if (rows.some(({ name }) => name !== null)) {
    return rows.map((row, n) => `E${begun + n}${named(row)}`).join(', ');
  }
  return rows.length === 1 ? `E${begun}` : `E${begun}-E${begun + rows.length - 1}`;
}

/** What a class of things comes to. */
interface Sum {
  readonly what: string;
  readonly unit: string;
  count: number;
  numbers: number;
  lowest: number;
  highest: number;
  sum: number;
  readonly words: Map<string, number>;
}

/** `all power in W: 34, 0 W to 2130 W, sum 3200 W`, a line a class, the largest first, within so many tokens. */
export function sums(things: readonly Thing[], tokensMax: number): string {
  let tokens = 0;
  const lines: string[] = [];
  for (const one of summed(things).sort((a, b) => b.count - a.count)) {
    const what = `all ${one.what}${one.unit && ` in ${one.unit}`}`;
    const line = `${what}: ${[`${one.count}`, ...numbersOf(one), ...wordsOf(one)].join(', ')}`;
    tokens += tokensIn(`${line}\n`);
    if (tokens > tokensMax) break;
    lines.push(line);
  }
  return lines.join('\n');
}

/** In one pass: a home may have thousands. */
function summed(things: readonly Thing[]): Sum[] {
  const byKind = new Map<string, Sum>();
  for (const { kind, what, unit, number, word } of things) {
    let one = byKind.get(kind);
    if (!one) {
      one = noneOf(what, unit);
      byKind.set(kind, one);
    }
    one.count++;
    if (number === null) {
      one.words.set(word!, (one.words.get(word!) ?? 0) + 1);
      continue;
    }
    one.numbers++;
    one.sum += number;
    if (number < one.lowest) one.lowest = number;
    if (number > one.highest) one.highest = number;
  }
  return [...byKind.values()];
}

const noneOf = (what: string, unit: string): Sum => ({
  ...{ what, unit, count: 0, numbers: 0, sum: 0, words: new Map() },
  ...{ lowest: Number.POSITIVE_INFINITY, highest: Number.NEGATIVE_INFINITY },
});

/** Amounts that add up; a sum of temperatures says nothing. */
const addsUp = new Set(['W', 'kW', 'Wh', 'kWh', 'MWh', 'L', 'm³', 'L/min']);
const wordsMax = 4;

function numbersOf({ numbers, unit, lowest, highest, sum }: Sum): string[] {
  if (numbers === 0) return [];
  const inUnit = (value: number) => `${Number(value.toPrecision(4))}${unit && ` ${unit}`}`;
  const middle = addsUp.has(unit) ? `sum ${inUnit(sum)}` : `mean ${inUnit(sum / numbers)}`;
  return [`${inUnit(lowest)} to ${inUnit(highest)}`, middle];
}

const wordsOf = ({ words }: Sum): string[] =>
  [...words]
    .sort((a, b) => b[1] - a[1])
    .slice(0, wordsMax)
    .map(([word, n]) => `${n} ${word}`);
