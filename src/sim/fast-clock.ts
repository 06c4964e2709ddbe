import { type Clock, systemClock } from '../lib/clock.ts';

/** A clock that runs `factor` times as fast as the real one from `startAt` on: an hour of a home in seconds. */
export function fastClock({
  factor,
  startAt = systemClock.now(),
}: {
  factor: number;
  startAt?: number;
}): Clock {
  const begun = systemClock.ticks();
  const passed = () => (systemClock.ticks() - begun) * factor;
  return {
    now: () => startAt + Math.floor(passed()),
    ticks: passed,
    sleep: (ms, signal) => systemClock.sleep(ms / factor, signal),
    after: (ms, callback) => systemClock.after(ms / factor, callback),
    every: (ms, callback) => systemClock.every(ms / factor, callback),
  };
}
