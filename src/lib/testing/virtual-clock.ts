import type { Clock } from '../clock.ts';

/** A clock that stands still until it is told to move: a year in a blink, and no test hangs on the computer's speed. */
export interface VirtualClock extends Clock {
  /** Moves on to `t` (epoch ms), calling what falls due on the way, in order, and lets it come to rest. */
  runTo(t: number): Promise<void>;
  /** As a suspended computer, or a clock that was set: the wall clock moves, nothing else does. */
  jump(byMs: number): void;
}

interface Timer {
  at: number;
  readonly callback: () => void;
  readonly everyMs: number | null;
}

export function virtualClock(startAt: number): VirtualClock {
  let ticks = 0;
  let offset = startAt;
  const timers = new Set<Timer>();
  const add = (timer: Timer) => {
    timers.add(timer);
    return () => void timers.delete(timer);
  };
  const clock: VirtualClock = {
    now: () => ticks + offset,
    ticks: () => ticks,
    after: (ms, callback) => add({ at: ticks + Math.max(0, ms), callback, everyMs: null }),
    every: (ms, callback) => add({ at: ticks + ms, callback, everyMs: ms }),
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason as Error);
        const cancel = clock.after(ms, resolve);
        signal?.addEventListener(
          'abort',
          () => {
            cancel();
            reject(signal.reason as Error);
          },
          { once: true },
        );
      });
    },
    async runTo(t) {
      for (;;) {
        const next = [...timers].reduce<Timer | null>(
          (first, timer) => (first === null || timer.at < first.at ? timer : first),
          null,
        );
        if (next === null || next.at + offset > t) break;
        ticks = Math.max(ticks, next.at);
        if (next.everyMs === null) timers.delete(next);
        else next.at += next.everyMs;
        next.callback();
        // What was called may go on over promises before it asks for the next timer.
        await new Promise((resolve) => setImmediate(resolve));
      }
      ticks = Math.max(ticks, t - offset);
    },
    jump(byMs) {
      offset += byMs;
    },
  };
  return clock;
}
