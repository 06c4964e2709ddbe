/** What the whole home used, hour by hour, from the meters that tell it. */
import type { HourRow } from '@tomte/sdk/home';
import type { EnergySetup, Role } from './setup.ts';

export type Hours = ReadonlyMap<string, readonly HourRow[]>;

/** kWh by start of the hour; an hour for which one of the meters tells nothing is absent. */
export type ByHour = ReadonlyMap<number, number>;

export const changesByHour = (rows: readonly HourRow[] = []): Map<number, number> => {
  const found = new Map<number, number>();
  for (const { start, change } of rows) if (change !== null) found.set(start, change);
  return found;
};

/** Inward counts for the house, outward against it. */
const signs: readonly (readonly [Role, 1 | -1])[] = [
  ['import', 1],
  ['solar', 1],
  ['discharge', 1],
  ['export', -1],
  ['charge', -1],
];

/**
 * kWh used in each hour: what its own meter counts, else what came in less what went out. Meters in
 * `blocked` are left out; without a meter of the grid, or with one of those left out, there is no sum.
 */
export function houseHours(
  setup: Pick<EnergySetup, 'meters'>,
  hours: Hours,
  blocked: ReadonlySet<string> = new Set(),
): Map<number, number> {
  const own = setup.meters.filter(
    ({ role, statistic }) => role === 'home' && !blocked.has(statistic),
  );
  if (own.length > 0) return sumOf(own.map(({ statistic }) => [hours.get(statistic) ?? [], 1]));
  const parts = signs.flatMap(([role, sign]) =>
    setup.meters.filter((meter) => meter.role === role).map((meter) => ({ ...meter, sign })),
  );
  if (!parts.some(({ role }) => role === 'import')) return new Map();
  if (parts.some(({ statistic }) => blocked.has(statistic))) return new Map();
  return sumOf(parts.map(({ statistic, sign }) => [hours.get(statistic) ?? [], sign]));
}

function sumOf(parts: readonly (readonly [readonly HourRow[], number])[]): Map<number, number> {
  const sums = new Map<number, { kWh: number; parts: number }>();
  for (const [rows, sign] of parts) {
    for (const [start, kWh] of changesByHour(rows)) {
      const sum = sums.get(start) ?? { kWh: 0, parts: 0 };
      sum.kWh += sign * kWh;
      sum.parts++;
      sums.set(start, sum);
    }
  }
  const whole = [...sums].filter(([, sum]) => sum.parts === parts.length);
  return new Map(whole.sort((a, b) => a[0] - b[0]).map(([start, { kWh }]) => [start, kWh]));
}
