/** Rows of a home as text: one by one in their rooms, and all of them in sums. */
import { tokensIn } from './tokens.ts';

export interface Row {
  readonly id: string;
  /** Its class, else its domain. */
  readonly what: string;
  readonly area: string;
  /** In quotes; null where names stay. */
  readonly name: string | null;
  readonly number: number | null;
  readonly unit: string;
  /** What it says where that is no number. */
  readonly word: string | null;
}

/** `room 2: power E7 412 W, E8 0 W; light on: E9; off: E10-E14`, a line a room. */
export function roomLines(rows: readonly Row[]): string {
  let next = 1;
  const lines = [...Map.groupBy(rows, ({ area }) => area)].map(([area, inRoom]) => {
    const parts = [...Map.groupBy(inRoom, ({ what }) => what)].map(([what, of]) => {
      const numbers = of
        .filter(({ number }) => number !== null)
        .map((row) => `E${next++}${named(row)} ${short(row.number!)}${row.unit && ` ${row.unit}`}`);
      const words = [...Map.groupBy(of, ({ word }) => word)].flatMap(([word, alike]) => {
        if (word === null) return [];
        const begun = next;
        next += alike.length;
        return [`${word}: ${listed(alike, begun)}`];
      });
      return `${what} ${[...(numbers.length > 0 ? [numbers.join(', ')] : []), ...words].join('; ')}`;
    });
    return `${area}: ${parts.join('; ')}`;
  });
  return lines.join('\n');
}

/** At most five digits. */
const short = (number: number): number => Number(number.toPrecision(5));
const named = ({ name }: Row): string => (name === null ? '' : ` ${name}`);

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
export function sums(
  rows: readonly Pick<Row, 'what' | 'number' | 'unit' | 'word'>[],
  tokensMax: number,
): string {
  let tokens = 0;
  const lines: string[] = [];
  for (const one of summed(rows).sort((a, b) => b.count - a.count)) {
    const what = `all ${one.what}${one.unit && ` in ${one.unit}`}`;
    const line = `${what}: ${[`${one.count}`, ...numbersOf(one), ...wordsOf(one)].join(', ')}`;
    tokens += tokensIn(`${line}\n`);
    if (tokens > tokensMax) break;
    lines.push(line);
  }
  return lines.join('\n');
}

/** In one pass: a home may have thousands. */
function summed(rows: readonly Pick<Row, 'what' | 'number' | 'unit' | 'word'>[]): Sum[] {
  const byUnit = new Map<string, Map<string, Sum>>();
  for (const { what, unit, number, word } of rows) {
    let byWhat = byUnit.get(unit);
    if (!byWhat) {
      byWhat = new Map();
      byUnit.set(unit, byWhat);
    }
    let one = byWhat.get(what);
    if (!one) {
      one = noneOf(what, unit);
      byWhat.set(what, one);
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
  return [...byUnit.values()].flatMap((byWhat) => [...byWhat.values()]);
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
