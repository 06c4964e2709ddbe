import type { LocalHour } from './local-hour.ts';

/**
 * What is usual, by local hour and kind of day. Plain JSON: it is part of a detector's saved state.
 * Each cell keeps the newest samples, so old habits fade within about sixty days.
 */
export interface Baseline {
  /** 48 cells: hour, then hour + 24 for Saturday and Sunday. */
  readonly cells: Cell[];
  /** Distinct local days learned from, counted up to 400. */
  days: number;
  lastDay: string;
}
interface Cell {
  /** Amount in the hour. */
  readonly amounts: number[];
  /** Highest momentary value in the hour, where known. */
  readonly peaks: number[];
}

const samplesMax = 45;
const round = (value: number): number => Math.round(value * 1e4) / 1e4;

export const emptyBaseline = (): Baseline => ({
  cells: Array.from({ length: 48 }, () => ({ amounts: [], peaks: [] })),
  days: 0,
  lastDay: '',
});

const cellIndex = (hour: number, weekend: boolean): number =>
  ((hour + 24) % 24) + (weekend ? 24 : 0);

export function learnHour(
  baseline: Baseline,
  at: LocalHour,
  amount: number,
  peak: number | null,
): void {
  const cell = baseline.cells[cellIndex(at.hour, at.weekend)]!;
  push(cell.amounts, round(amount));
  if (peak !== null) push(cell.peaks, round(peak));
  if (at.day !== baseline.lastDay) {
    baseline.lastDay = at.day;
    baseline.days = Math.min(400, baseline.days + 1);
  }
}

function push(samples: number[], value: number): void {
  samples.push(value);
  if (samples.length > samplesMax) samples.shift();
  inOrder.delete(samples);
}

/** Samples of cells in order: the same hour is asked about at each reading, and learned from once a day. */
const inOrder = new WeakMap<readonly number[], Float64Array>();

function cellQuantile(samples: readonly number[], q: number): number {
  const sorted = inOrder.get(samples) ?? new Float64Array(samples).sort();
  inOrder.set(samples, sorted);
  return quantileIn(sorted, q);
}

/** Value below which the share `q` of the samples lies, between neighbours in proportion; 0 without samples. */
export function quantile(samples: readonly number[], q: number): number {
  // Numbers sort several times as fast there, and this is asked for each hour of each sensor.
  return quantileIn(new Float64Array(samples).sort(), q);
}

function quantileIn(sorted: Float64Array, q: number): number {
  if (sorted.length === 0) return 0;
  const at = q * (sorted.length - 1);
  const low = sorted[Math.floor(at)]!;
  const high = sorted[Math.ceil(at)]!;
  return low + (high - low) * (at - Math.floor(at));
}

export interface Usual {
  readonly median: number;
  readonly high: number;
  readonly highest: number;
  readonly highestPeak: number | null;
  readonly samples: number;
}

/** What this hour of this kind of day usually takes: median, p95, highest. */
export function usualAt(baseline: Baseline, at: LocalHour): Usual {
  const { amounts, peaks } = baseline.cells[cellIndex(at.hour, at.weekend)]!;
  return {
    median: cellQuantile(amounts, 0.5),
    high: cellQuantile(amounts, 0.95),
    highest: Math.max(0, ...amounts),
    highestPeak: peaks.length === 0 ? null : Math.max(...peaks),
    samples: amounts.length,
  };
}

/**
 * Nine in ten hours like this one stay below: the highest of both kinds of day and of the hours
 * beside it, because a holiday moves the morning without moving the calendar.
 */
export function roomAround(baseline: Baseline, at: LocalHour): number {
  let room = 0;
  for (const step of [-1, 0, 1]) {
    for (const weekend of [false, true]) {
      const { amounts } = baseline.cells[cellIndex(at.hour + step, weekend)]!;
      room = Math.max(room, cellQuantile(amounts, 0.9));
    }
  }
  return room;
}

/** A baseline of hours in time order. */
export function baselineOf(
  hours: Iterable<{ at: LocalHour; amount: number; peak: number | null }>,
): Baseline {
  const baseline = emptyBaseline();
  for (const { at, amount, peak } of hours) learnHour(baseline, at, amount, peak);
  return baseline;
}
