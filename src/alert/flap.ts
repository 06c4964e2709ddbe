/** What comes and goes is told once so, and no more until it rests. Pure. */

/** So many beginnings in this time are one unrest. */
const turnsEnough = 4;
const withinMs = 60 * 60_000;
const turnsKept = 20;
/** So long without a beginning, it rests. */
export const restMs = 30 * 60_000;

export const withTurn = (turns: readonly number[], at: number): number[] =>
  [...turns, at].slice(-turnsKept);

/** Since when it comes and goes, epoch ms; null while it does not. `turns` are epoch ms, the newest last. */
export function unrestSince(turns: readonly number[]): number | null {
  const newest = turns.at(-1) ?? 0;
  const lately = turns.filter((at) => newest - at <= withinMs);
  return lately.length >= turnsEnough ? lately[0]! : null;
}

/** How often it began since then. */
export const timesSince = (turns: readonly number[], since: number): number =>
  turns.filter((at) => at >= since).length;
