import { wallOf, whenOf } from '@tomte/sdk/wall-clock';
import { changesByHour, type Hours } from '../setup/house.ts';
import type { EnergySetup } from '../setup/setup.ts';

/** Highest mean import of an hour of this month, W: what statistics can tell of a peak; a quarter may lie above. */
export function highestOf(
  { meters }: Pick<EnergySetup, 'meters'>,
  hours: Hours,
  { now, zone }: { now: number; zone: string },
): number {
  const begin = whenOf({ ...wallOf(now, zone), day: 1 }, 0, zone);
  const sums = new Map<number, number>();
  for (const { role, statistic } of meters) {
    if (role !== 'import') continue;
    for (const [t, kWh] of changesByHour(hours.get(statistic))) {
      if (t >= begin) sums.set(t, (sums.get(t) ?? 0) + kWh * 1000);
    }
  }
  return Math.max(0, ...sums.values());
}
