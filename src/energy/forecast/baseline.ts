/** The forecast to be beaten: mean of the same time on the last seven days, drawn to what is so right now. */
import type { Forecast, Slot } from '@tomte/sdk/energy';
import { dayMs, hourMs } from '../series.ts';
import { weightedQuantiles } from './analog.ts';

const days = 7;
const fadeHours = 3;
const bandDays = 28;

export interface BaselineInput {
  /** Mean W by start of the step. */
  readonly past: ReadonlyMap<number, number>;
  readonly stepMs: number;
  readonly now: number;
  readonly slots: readonly Slot[];
}

/** Its band is where eight of ten of its own errors of the last four weeks fell. */
export function baselineForecast(o: BaselineInput): Forecast {
  const errors = errorsOf(o);
  const [below, above] = weightedQuantiles(errors, [0.1, 0.9]) ?? [0, 0];
  const lastStart = o.now - o.stepMs;
  const last = o.past.get(lastStart);
  const usual = meanOf(o, lastStart, o.now);
  const off = last === undefined || usual === null ? 0 : last - usual;
  return o.slots.flatMap((slot) => {
    const mean = meanOf(o, slot.start, o.now);
    if (mean === null) return [];
    const hours = (slot.start - o.now) / hourMs;
    const expected = Math.max(0, mean + off * Math.exp(-(hours + o.stepMs / hourMs) / fadeHours));
    const low = Math.max(0, expected + below!);
    return [{ ...slot, expected, low, high: Math.max(expected, expected + above!) }];
  });
}

function meanOf({ past }: BaselineInput, t: number, now: number): number | null {
  let sum = 0;
  let count = 0;
  const first = Math.max(1, Math.floor((t - now) / dayMs) + 1);
  for (let day = first; day < first + days; day++) {
    const value = past.get(t - day * dayMs);
    if (value === undefined) continue;
    sum += value;
    count++;
  }
  return count === 0 ? null : sum / count;
}

/** One an hour is enough for two quantiles. */
function errorsOf(o: BaselineInput): { value: number; weight: number }[] {
  const found: { value: number; weight: number }[] = [];
  const end = Math.floor(o.now / hourMs) * hourMs;
  for (let t = end - bandDays * dayMs; t < end; t += hourMs) {
    const actual = o.past.get(t);
    const mean = meanOf(o, t, t);
    if (actual !== undefined && mean !== null) found.push({ value: actual - mean, weight: 1 });
  }
  return found;
}
