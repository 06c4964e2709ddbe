import { type Clock, withTimeout } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { untilAnswered } from './outage.ts';

/** How the bodies of Runs in this process come to rest. */
export interface Work {
  stopping(): boolean;
  /** Repeats what the database did not answer, until it does. */
  guard<T>(work: () => Promise<T>): Promise<T>;
  /** Counts a step that is under way. */
  underWay<T>(step: Promise<T>): Promise<T>;
  /** No further step begins; resolves when those under way have ended, after 5 s at most. */
  stop(): Promise<void>;
}

const stopMs = 5_000;

export function openWork(o: { clock: Clock; log: Log; random: () => number }): Work {
  const underWay = new Set<Promise<unknown>>();
  let stopping = false;
  return {
    guard: (work) => untilAnswered({ ...o, stopped: () => stopping }, work),
    stopping: () => stopping,
    underWay(step) {
      underWay.add(step);
      return step.finally(() => underWay.delete(step));
    },
    async stop() {
      stopping = true;
      const late = new Error('steps still under way');
      await withTimeout(o.clock, stopMs, Promise.allSettled(underWay), () => late).catch(
        (error) => {
          if (error !== late) throw error;
          o.log.warn(
            { steps: underWay.size },
            'stopped with steps under way; the next start repeats them',
          );
        },
      );
    },
  };
}
