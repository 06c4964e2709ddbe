/** Expected values from what came at times like these: quantiles of past values, each with its weight. */

export interface Weighted {
  readonly value: number;
  readonly weight: number;
}

/** The share of weight below which `q` of it lies, read between the values; null where nothing has weight. */
export function weightedQuantiles(
  values: readonly Weighted[],
  qs: readonly number[],
): number[] | null {
  const sorted = values.filter(({ weight }) => weight > 0).sort((a, b) => a.value - b.value);
  const total = sorted.reduce((sum, { weight }) => sum + weight, 0);
  if (total <= 0) return null;
  // Each value stands in the middle of its own weight.
  const places: number[] = [];
  let before = 0;
  for (const { weight } of sorted) {
    places.push((before + weight / 2) / total);
    before += weight;
  }
  return qs.map((q) => between(q, sorted, places));
}

function between(q: number, sorted: readonly Weighted[], places: readonly number[]): number {
  let n = 0;
  while (n < places.length && places[n]! < q) n++;
  if (n === 0) return sorted[0]!.value;
  if (n === places.length) return sorted.at(-1)!.value;
  const [from, to] = [places[n - 1]!, places[n]!];
  const share = to > from ? (q - from) / (to - from) : 0;
  return sorted[n - 1]!.value + share * (sorted[n]!.value - sorted[n - 1]!.value);
}

/** Mean of what was lost by quantiles that were wrong: the less, the better both the middle and the band. */
export function pinball(actual: number, q: number, forecast: number): number {
  const over = actual - forecast;
  return Math.max(q * over, (q - 1) * over);
}
