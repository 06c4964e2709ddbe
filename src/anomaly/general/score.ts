/**
 * How odd a number is, for a sensor nobody knows anything of: how many of its own standard deviations its
 * level, or its step from the value before, lies away from the mean. O(1) a reading, no look ahead, plain JSON.
 */

/** Mean and spread of all that was seen; the oldest fades from `memory` readings on. */
interface Moments {
  n: number;
  mean: number;
  variance: number;
}

export interface Scorer {
  last: number | null;
  readonly level: Moments;
  readonly step: Moments;
  /** Means of the 24 local hours, and how often each was seen. */
  readonly hours: number[];
  readonly seen: number[];
}

const noMoments = (): Moments => ({ n: 0, mean: 0, variance: 0 });
export const newScorer = (): Scorer => ({
  last: null,
  level: noMoments(),
  step: noMoments(),
  hours: new Array<number>(24).fill(0),
  seen: new Array<number>(24).fill(0),
});

const memory = 10_000;
/** Nothing is said before as many readings. */
const warmUp = 30;

/** Takes one value of a local hour; answers its distance in standard deviations, 0 for what is not known yet. */
export function scoreValue(s: Scorer, value: number, hour: number): number {
  const far = distance(s.level, value);
  const jump = s.last === null ? 0 : distance(s.step, value - s.last);
  learn(s.level, value);
  if (s.last !== null) learn(s.step, value - s.last);
  s.last = value;
  s.seen[hour]! += 1;
  s.hours[hour]! += Math.max(0.01, 1 / s.seen[hour]!) * (value - s.hours[hour]!);
  return Math.max(far, jumpShare * jump);
}

/** Steps have longer tails than levels: at the same distance they are less odd. */
const jumpShare = 0.5;

function distance(m: Moments, value: number): number {
  if (m.n < warmUp) return 0;
  const width = Math.max(Math.sqrt(m.variance), 1e-4 * Math.abs(m.mean), 1e-9);
  return Math.min(1000, Math.abs(value - m.mean) / width);
}

function learn(m: Moments, value: number): void {
  m.n = Math.min(memory, m.n + 1);
  const away = value - m.mean;
  m.mean += away / m.n;
  m.variance += (away * (value - m.mean) - m.variance) / m.n;
}
