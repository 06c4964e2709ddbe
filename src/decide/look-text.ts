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

/** `all power: 34, 0 to 2130 W, sum 3200 W`, a line a class, the largest first, within so many tokens. */
export function sums(
  rows: readonly Pick<Row, 'what' | 'number' | 'unit' | 'word'>[],
  tokensMax: number,
): string {
  const groups = [...Map.groupBy(rows, ({ what, unit }) => `all ${what}${unit && ` in ${unit}`}`)];
  let tokens = 0;
  const lines: string[] = [];
  for (const [what, of] of groups.sort((a, b) => b[1].length - a[1].length)) {
    const line = `${what}: ${[`${of.length}`, ...numbersIn(of), ...wordsIn(of)].join(', ')}`;
    tokens += tokensIn(`${line}\n`);
    if (tokens > tokensMax) break;
    lines.push(line);
  }
  return lines.join('\n');
}

/** Amounts that add up; a sum of temperatures says nothing. */
const addsUp = new Set(['W', 'kW', 'Wh', 'kWh', 'MWh', 'L', 'm³', 'L/min']);
const wordsMax = 4;

function numbersIn(rows: readonly Pick<Row, 'number' | 'unit'>[]): string[] {
  const numbers = rows.flatMap(({ number }) => (number === null ? [] : [number]));
  if (numbers.length === 0) return [];
  const unit = rows.find(({ number }) => number !== null)!.unit;
  const inUnit = (value: number) => `${Number(value.toPrecision(4))}${unit && ` ${unit}`}`;
  const sum = numbers.reduce((all, one) => all + one, 0);
  const middle = addsUp.has(unit) ? `sum ${inUnit(sum)}` : `mean ${inUnit(sum / numbers.length)}`;
  let [lowest = 0] = numbers;
  let highest = lowest;
  for (const one of numbers) {
    lowest = Math.min(lowest, one);
    highest = Math.max(highest, one);
  }
  return [`${inUnit(lowest)} to ${inUnit(highest)}`, middle];
}

function wordsIn(rows: readonly Pick<Row, 'word'>[]): string[] {
  return [...Map.groupBy(rows, ({ word }) => word)]
    .flatMap(([word, of]) => (word === null ? [] : [{ word, n: of.length }]))
    .sort((a, b) => b.n - a.n)
    .slice(0, wordsMax)
    .map(({ word, n }) => `${n} ${word}`);
}
