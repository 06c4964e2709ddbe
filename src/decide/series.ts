/** Series of numbers as a model is told them: summed up by code, so that a month costs no more than an hour. */

/** As many stay as they are: a day by hours. */
const wholeMax = 24;
const timeKey = /^(t|at|start|time|when)$/;
const skippedKey = /^(id|end)$/;

/** Null where it is no series, or a short one. */
export function seriesSummary(items: readonly unknown[]): Record<string, unknown> | null {
  if (items.length <= wholeMax) return null;
  if (items.every((item) => item === null || typeof item === 'number')) {
    const found = items.flatMap((value, n) => (isNumber(value) ? [{ value, at: n + 1 }] : []));
    return found.length === 0 ? null : { values: items.length, ...summed(found) };
  }
  if (!items.every((item) => typeof item === 'object' && item !== null && !Array.isArray(item))) {
    return null;
  }
  return ofRows(items as readonly Readonly<Record<string, unknown>>[]);
}

/** Rows with one time, such as readings and hours of statistics: each number of theirs is summed up. */
function ofRows(
  rows: readonly Readonly<Record<string, unknown>>[],
): Record<string, unknown> | null {
  const [first] = rows;
  const time = Object.keys(first!).find((key) => timeKey.test(key));
  if (time === undefined) return null;
  const timeOf = (row: Readonly<Record<string, unknown>>) => timeText(row[time]);
  const keys = Object.keys(first!).filter((key) => key !== time && !skippedKey.test(key));
  const series = keys.flatMap((key) => {
    const found = rows.flatMap((row) => {
      const value = row[key];
      return isNumber(value) ? [{ value, at: timeOf(row) }] : [];
    });
    return found.length === 0 ? [] : [[key, summed(found)] as const];
  });
  if (series.length === 0) return null;
  const span = { from: timeOf(first!), to: timeOf(rows.at(-1)!) };
  return { values: rows.length, ...span, ...Object.fromEntries(series) };
}

interface Point {
  readonly value: number;
  readonly at: unknown;
}

function summed(points: readonly Point[]): Record<string, unknown> {
  let [lowest] = points as [Point];
  let [highest] = points as [Point];
  let sum = 0;
  for (const point of points) {
    if (point.value < lowest.value) lowest = point;
    if (point.value > highest.value) highest = point;
    sum += point.value;
  }
  return {
    ...{ first: short(points[0]!.value), last: short(points.at(-1)!.value) },
    ...{ lowest: short(lowest.value), lowestAt: lowest.at },
    ...{ highest: short(highest.value), highestAt: highest.at },
    ...{ mean: short(sum / points.length), sum: short(sum) },
  };
}

const isNumber = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value);
const short = (value: number): number => Number(value.toPrecision(5));

/** From 2001 on a number that large is epoch ms; a text stays what it is. */
function timeText(value: unknown): unknown {
  if (!isNumber(value) || value < 1e12) return value ?? null;
  return `${new Date(value).toISOString().slice(0, 16)}Z`;
}
