import type { HourRow } from '@tomte/sdk/home';
import type { Hours } from '../setup/house.ts';
import { jumpsOf } from './rules/resets.ts';

/** The hours as sums may use them: scaled as a person said, and without those in which a meter jumped. */
export function cleaned(
  hours: Hours,
  o: { meters: ReadonlySet<string>; factors: ReadonlyMap<string, number> },
): Map<string, readonly HourRow[]> {
  const found = new Map<string, readonly HourRow[]>();
  for (const [id, rows] of hours) {
    const scaled = scale(rows, o.factors.get(id) ?? 1);
    found.set(id, o.meters.has(id) ? withoutJumps(scaled) : scaled);
  }
  return found;
}

function scale(rows: readonly HourRow[], factor: number): readonly HourRow[] {
  if (factor === 1) return rows;
  const times = (value: number | null) => (value === null ? null : value * factor);
  return rows.map(({ start, mean, min, max, change }) => {
    const [low, high] = factor < 0 ? [max, min] : [min, max];
    return { start, mean: times(mean), min: times(low), max: times(high), change: times(change) };
  });
}

function withoutJumps(rows: readonly HourRow[]): readonly HourRow[] {
  const grown = rows.flatMap((row) => (row.change === null ? [] : [{ row, kWh: row.change }]));
  const jumps = new Set(jumpsOf(grown).map(({ row }) => row));
  return jumps.size === 0
    ? rows
    : rows.map((row) => (jumps.has(row) ? { ...row, change: null } : row));
}
