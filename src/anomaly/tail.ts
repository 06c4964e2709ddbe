/**
 * How far ordinary days go: the highest value of each day, and the limit that such days pass only so
 * often. A one-sided tail over the daily highs (they are declustered: one a day), with a shape taken
 * from their spread and a scale that is never below a physical one, so that a sensor that hardly
 * moves does not ring at the first step. Plain JSON.
 */
export interface Tail {
  /** Highest of each day that is over, newest last. */
  readonly highs: number[];
  day: string;
  high: number | null;
}

export const newTail = (): Tail => ({ highs: [], day: '', high: null });

const daysMax = 60;
const tailDaysMin = 7;

/** A value on a local day. Days come in order. */
export function noteHigh(tail: Tail, day: string, value: number): void {
  if (day !== tail.day) endDay(tail, day);
  tail.high = tail.high === null ? value : Math.max(tail.high, value);
}

/** The day so far is forgotten: a fault must not teach what is usual. */
export function dropDay(tail: Tail): void {
  tail.high = null;
}

function endDay(tail: Tail, day: string): void {
  if (tail.high !== null) {
    tail.highs.push(Number(tail.high.toPrecision(4)));
    if (tail.highs.length > daysMax) tail.highs.shift();
  }
  tail.day = day;
  tail.high = null;
}

export interface TailOptions {
  /** False alarms this feature may cost in thirty days. */
  readonly perMonth: number;
  /** Physical scale of one step beyond the ordinary, in the feature's unit. */
  readonly scaleMin: number;
}

/** What ordinary days pass `perMonth` times in thirty days; null before a week is known. */
export function limitOf(tail: Tail, o: TailOptions): number | null {
  if (tail.highs.length < tailDaysMin) return null;
  const sorted = [...sortedOf(tail)];
  // One odd day alone does not set what is usual: the highest counts as the second highest.
  const last = sorted.length - 1;
  sorted[last] = sorted[last - 1]!;
  const middle = middleAmong(sorted);
  const over = sorted.filter((value) => value > middle).map((value) => value - middle);
  const mean = over.length === 0 ? 0 : over.reduce((a, b) => a + b, 0) / over.length;
  const square =
    over.length === 0 ? 0 : over.reduce((a, b) => a + (b - mean) ** 2, 0) / over.length;
  const shape = square > 0 ? Math.min(0.25, Math.max(0, 0.5 * (1 - mean ** 2 / square))) : 0;
  const scale = Math.max(o.scaleMin, mean * (1 - shape));
  const share = over.length === 0 ? 1 / sorted.length : over.length / sorted.length;
  const ratio = Math.max(1.01, (share * 30) / o.perMonth);
  const steps = shape > 0.01 ? (ratio ** shape - 1) / shape : Math.log(ratio);
  return middle + scale * steps;
}

/** The middle of all days; of the days with anything where most have nothing: an iron rests all week. */
function middleAmong(sorted: readonly number[]): number {
  const some = sorted.filter((value) => value > sorted[0]!);
  const among = some.length >= 2 && some.length < sorted.length / 2 ? some : sorted;
  return among[Math.floor(among.length / 2)]!;
}

/** The highest ordinary day: the second highest known; null before a week is known. */
export function highestOf(tail: Tail): number | null {
  if (tail.highs.length < tailDaysMin) return null;
  return sortedOf(tail).at(-2)!;
}

/** The middle of the daily highs; null before a week is known. */
export function middleOf(tail: Tail): number | null {
  if (tail.highs.length < tailDaysMin) return null;
  return sortedOf(tail)[Math.floor(tail.highs.length / 2)]!;
}

const sortedTails = new WeakMap<Tail, { day: string; days: number; sorted: readonly number[] }>();
/** Lowest first; sorted once a day. */
function sortedOf(tail: Tail): readonly number[] {
  const known = sortedTails.get(tail);
  if (known?.day === tail.day && known.days === tail.highs.length) return known.sorted;
  const sorted = [...tail.highs].sort((a, b) => a - b);
  sortedTails.set(tail, { day: tail.day, days: tail.highs.length, sorted });
  return sorted;
}

/** Limits worked out once a day for each tail: readings come by the thousand. */
export function dailyLimits(): (tail: Tail, o: TailOptions) => number | null {
  const kept = new WeakMap<Tail, { day: string; days: number; limit: number | null }>();
  return (tail, o) => {
    const known = kept.get(tail);
    if (known?.day === tail.day && known.days === tail.highs.length) return known.limit;
    const limit = limitOf(tail, o);
    kept.set(tail, { day: tail.day, days: tail.highs.length, limit });
    return limit;
  };
}
