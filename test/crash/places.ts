/**
 * The queries of a story of `queries` at which its process is killed: every `stride`-th. The whole suite has its own
 * strides; TOMTE_CRASH_STRIDE=1 kills at each (an hour or two), TOMTE_CRASH_FROM goes on where an earlier run stopped.
 */
export function killPlaces(queries: number, strideUsual: number): number[] {
  const stride = Number(process.env.TOMTE_CRASH_STRIDE ?? strideUsual);
  const from = Number(process.env.TOMTE_CRASH_FROM ?? 1);
  const places: number[] = [];
  for (let at = from; at <= queries; at += stride) places.push(at);
  return places;
}

/** For a test that kills at many places, ms. */
export const patienceMs = process.env.TOMTE_CRASH_STRIDE ? 3 * 3_600_000 : 1_800_000;
