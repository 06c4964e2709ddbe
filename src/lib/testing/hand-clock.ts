/** A clock that is set by hand. */
import type { Clock } from '../clock.ts';

export interface HandClock extends Clock {
  /** Moves on and calls what became due. */
  pass(ms: number): void;
}

export function handClock(start: number): HandClock {
  let now = start;
  const due = new Set<{ at: number; call: () => void }>();
  const after = (ms: number, call: () => void) => {
    const one = { at: now + ms, call };
    due.add(one);
    return () => void due.delete(one);
  };
  return {
    now: () => now,
    ticks: () => now,
    after,
    every: () => () => {},
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason as Error);
        const cancel = after(ms, resolve);
        const onAbort = () => {
          cancel();
          reject(signal!.reason as Error);
        };
        signal?.addEventListener('abort', onAbort, { once: true });
      }),
    pass(ms) {
      now += ms;
      for (const one of due) {
        if (one.at > now) continue;
        due.delete(one);
        one.call();
      }
    },
  };
}
