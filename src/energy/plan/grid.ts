/** Lengths of the slots of a plan in minutes: fine for what comes next, coarse for what is far. */
export function slotMinutesFrom(start: number, end: number): number[] {
  const minuteMs = 60_000;
  const lengths: number[] = [];
  for (let at = start; at < end; ) {
    const ahead = (at - start) / minuteMs;
    const wanted = ahead < 12 * 60 ? 15 : ahead < 24 * 60 ? 30 : 60;
    // A coarse slot begins on its own mark, so that it holds one price.
    const onMark = at % (wanted * minuteMs) === 0;
    const minutes = Math.min(onMark ? wanted : 15, (end - at) / minuteMs);
    lengths.push(minutes);
    at += minutes * minuteMs;
  }
  return lengths;
}
