/** Runs of a device in its measured hours, and when it usually begins. Pure. */
import { wallOf } from '@tomte/sdk/wall-clock';
import { hourMs } from '../series.ts';
import type { ByHour } from '../setup/house.ts';

/** One run as it was measured: mean W of each hour, from its begin on. */
export interface MeasuredRun {
  readonly start: number;
  readonly watts: readonly number[];
  /** False while it may still go on: the hour after its last is not known. */
  readonly ended: boolean;
}

/** Less than this in an hour is standby. */
const leastKWh = 0.1;
/** What runs longer is no job that could have been moved. */
export const longestHours = 12;

/** Runs that begin within `[from, to)`; each begins with the first hour after an idle one. */
export function runsOf(kWh: ByHour, { from, to }: { from: number; to: number }): MeasuredRun[] {
  const runs: MeasuredRun[] = [];
  for (let start = Math.ceil(from / hourMs) * hourMs; start < to; start += hourMs) {
    const before = kWh.get(start - hourMs);
    if (before === undefined || before >= leastKWh || !isOn(kWh, start)) continue;
    const watts: number[] = [];
    for (let t = start; isOn(kWh, t); t += hourMs) watts.push(kWh.get(t)! * 1000);
    runs.push({ start, watts, ended: kWh.has(start + watts.length * hourMs) });
  }
  return runs;
}

const isOn = (kWh: ByHour, t: number): boolean => (kWh.get(t) ?? 0) >= leastKWh;

/** Fewer known runs than this are no habit. */
const leastRuns = 5;

/** Time of day at which each run of a span began, ms since midnight; null where there are too few to tell. */
export function habitOf(
  kWh: ByHour,
  o: { from: number; to: number; zone: string },
): number[] | null {
  const runs = runsOf(kWh, o).filter(({ watts }) => watts.length <= longestHours);
  return runs.length < leastRuns ? null : runs.map(({ start }) => wallOf(start, o.zone).time);
}
