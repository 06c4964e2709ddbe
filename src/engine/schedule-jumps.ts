import type { Clock } from '../lib/clock.ts';

const lookMs = 5_000;
/** Clocks are drawn straight by fractions of a millisecond a second; what is more was set, or slept through. */
const jumpMs = 1_000;

/**
 * Tells when the wall clock moved otherwise than the time that passed: the computer slept, or its clock
 * was set. `byMs` is positive when it went ahead. The answer ends it.
 */
export function watchClock(clock: Clock, onJump: (byMs: number) => void): () => void {
  let difference = clock.now() - clock.ticks();
  return clock.every(lookMs, () => {
    const now = clock.now() - clock.ticks();
    const byMs = now - difference;
    difference = now;
    if (Math.abs(byMs) >= jumpMs) onJump(byMs);
  });
}
