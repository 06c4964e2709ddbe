/** Lengths of the slots of a plan in minutes: fine for what comes next and around marks (epoch ms), coarse for what is far. */
export function slotMinutesFrom(
  start: number,
  end: number,
  marks: readonly number[] = [],
): number[] {
  const minuteMs = 60_000;
  const lengths: number[] = [];
  for (let at = start; at < end; ) {
    const ahead = (at - start) / minuteMs;
    const wanted = ahead < 12 * 60 ? 15 : ahead < 24 * 60 ? 30 : 60;
    const next = at + wanted * minuteMs;
    // A coarse slot begins on its own mark, so that it holds one price, and no window ends within it.
    const isWhole = at % (wanted * minuteMs) === 0 && !marks.some((t) => t > at && t < next);
    const minutes = Math.min(isWhole ? wanted : 15, (end - at) / minuteMs);
    lengths.push(minutes);
    at += minutes * minuteMs;
  }
  return lengths;
}
