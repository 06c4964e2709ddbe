/**
 * How odd a number is, for a sensor nobody knows anything of: six cheap features, each with a one-sided
 * tail of its own past, added up. O(1) a reading, no look ahead, plain JSON.
 */

/** A tail that learns as it goes: a high quantile, and how far values go beyond it. */
interface Spot {
  n: number;
  /** Value that one in fifty passes. */
  bar: number;
  /** Mean distance of late from bar to value: the step by which the bar moves. */
  spread: number;
  /** Mean excess beyond the bar. */
  excess: number;
}

export interface Scorer {
  n: number;
  last: number;
  level: number;
  slow: number;
  /** Mean size of a step, of late and in the long run. */
  rough: number;
  roughSlow: number;
  /** Mean distance from the slow level. */
  width: number;
  /** Means of the 24 local hours, and how often each was seen. */
  readonly hours: number[];
  readonly seen: number[];
  readonly spots: Spot[];
}

const newSpot = (): Spot => ({ n: 0, bar: 0, spread: 0, excess: 0 });
export const newScorer = (): Scorer => ({
  n: 0,
  last: 0,
  level: 0,
  slow: 0,
  rough: 0,
  roughSlow: 0,
  width: 0,
  hours: new Array<number>(24).fill(0),
  seen: new Array<number>(24).fill(0),
  spots: Array.from({ length: 6 }, newSpot),
});

const quantile = 0.98;
const commonZeros = -Math.log10(1 - quantile);
/** Features count in widths: below this many one is as good as another. */
const excessMin = 0.05;
/** More zeros than that tell nothing more. */
const zerosMax = 12;
const settle = 30;
/** Nothing is said before as many readings. */
const warmUp = 100;
const seenMin = 12;

/** Takes one value of a local hour; answers about how many zeros its rarity has, 0 for the ordinary. */
export function scoreValue(s: Scorer, value: number, hour: number): number {
  if (s.n === 0) {
    s.last = value;
    s.level = value;
    s.slow = value;
  }
  s.n += 1;
  const step = Math.abs(value - s.last);
  const far = value - s.slow;
  const scale = Math.max(s.width, 1e-4 * Math.abs(s.slow), 1e-9);
  const known = s.seen[hour]! >= seenMin;
  const season = known ? Math.abs(value - s.hours[hour]!) : Number.NaN;
  s.rough += 0.1 * (step - s.rough);
  const ground = s.roughSlow + 0.02 * scale;
  const wild = s.rough / ground;
  const calm = ground / (s.rough + 0.05 * ground);
  const features = [far / scale, -far / scale, step / scale, season / scale, wild, calm];
  let sum = 0;
  // The first readings set the scale, and say nothing yet.
  for (const [i, feature] of s.n <= settle ? [] : features.entries()) {
    if (Number.isNaN(feature)) continue;
    const zeros = rarity(s.spots[i]!, feature);
    if (zeros > 2) sum += (Math.min(zeros, zerosMax) - 2) ** 1.5;
  }
  learn(s, value, step, far, hour);
  return s.n <= warmUp ? 0 : sum ** (2 / 3);
}

function learn(s: Scorer, value: number, step: number, far: number, hour: number): void {
  const slow = Math.max(0.003, 1 / s.n);
  s.slow += slow * far;
  s.level += 0.1 * (value - s.level);
  s.width += slow * (Math.abs(far) - s.width);
  s.roughSlow += slow * (step - s.roughSlow);
  s.seen[hour]! += 1;
  s.hours[hour]! += Math.max(0.01, 1 / s.seen[hour]!) * (value - s.hours[hour]!);
  s.last = value;
}

function rarity(spot: Spot, x: number): number {
  spot.n += 1;
  const rate = Math.max(0.002, 1 / spot.n);
  const over = x - spot.bar;
  const zeros =
    over <= 0
      ? 0
      : commonZeros + over / (Math.LN10 * Math.max(spot.excess, 0.2 * spot.spread, excessMin));
  // A single wild value moves the tail no further than ten ordinary ones.
  const bounded = Math.min(Math.abs(over), 10 * spot.spread + (spot.n < 20 ? Math.abs(over) : 0));
  spot.spread += rate * (bounded - spot.spread);
  if (over > 0) spot.excess += Math.max(0.02, rate) * (Math.min(over, bounded) - spot.excess);
  spot.bar += Math.max(0.01, 1 / spot.n) * spot.spread * (over > 0 ? quantile : quantile - 1) * 4;
  return zeros;
}
