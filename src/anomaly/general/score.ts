/**
 * How odd a number is, for a sensor nobody knows anything of: three cheap features, each with a one-sided
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
  slow: number;
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
  slow: 0,
  width: 0,
  hours: new Array<number>(24).fill(0),
  seen: new Array<number>(24).fill(0),
  spots: Array.from({ length: 3 }, newSpot),
});

/** Readings after which the past begins to fade. */
const memory = 2000;
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
    s.slow = value;
  }
  s.n += 1;
  const step = Math.abs(value - s.last);
  const far = value - s.slow;
  const scale = Math.max(s.width, 1e-4 * Math.abs(s.slow), 1e-9);
  const known = s.seen[hour]! >= seenMin;
  const season = known ? Math.abs(value - s.hours[hour]!) : Number.NaN;
  const features = [Math.abs(far) / scale, step / scale, season / scale];
  let sum = 0;
  // The first readings set the scale, and say nothing yet.
  for (const [i, feature] of s.n <= settle ? [] : features.entries()) {
    if (Number.isNaN(feature)) continue;
    const zeros = rarity(s.spots[i]!, feature);
    if (zeros > 2) sum += (Math.min(zeros, zerosMax) - 2) ** 1.5;
  }
  learn(s, { value, far, hour });
  return s.n <= warmUp ? 0 : sum ** (2 / 3);
}

function learn(s: Scorer, o: { value: number; far: number; hour: number }): void {
  const { value, far, hour } = o;
  const slow = Math.max(1 / memory, 1 / s.n);
  s.slow += slow * far;
  s.width += slow * (Math.abs(far) - s.width);
  s.seen[hour]! += 1;
  s.hours[hour]! += Math.max(0.01, 1 / s.seen[hour]!) * (value - s.hours[hour]!);
  s.last = value;
}

function rarity(spot: Spot, x: number): number {
  spot.n += 1;
  const rate = Math.max(1 / memory, 1 / spot.n);
  const over = x - spot.bar;
  const zeros =
    over <= 0
      ? 0
      : commonZeros + over / (Math.LN10 * Math.max(spot.excess, 0.2 * spot.spread, excessMin));
  // A single wild value moves the tail no further than ten ordinary ones.
  const bounded = Math.min(Math.abs(over), 10 * spot.spread + (spot.n < 20 ? Math.abs(over) : 0));
  spot.spread += rate * (bounded - spot.spread);
  if (over > 0)
    spot.excess +=
      Math.max(0.01, Math.min(0.5, 50 * rate)) * (Math.min(over, bounded) - spot.excess);
  spot.bar += Math.min(0.5, 20 * rate) * spot.spread * (over > 0 ? quantile : quantile - 1);
  return zeros;
}
