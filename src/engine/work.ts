import type { WorkflowDefinition } from '@tomte/sdk/define';
import { type Clock, withTimeout } from '../lib/clock.ts';
import type { Extensions } from '../lib/extensions.ts';
import type { Log } from '../lib/log.ts';
import { never, untilAnswered } from './outage.ts';
import type { Places } from './places.ts';
import { performRun } from './run.ts';
import { stepsOf } from './step.ts';

/** The bodies of Runs in this process, and how they come to rest. */
export interface Work {
  perform(place: string, run: string): Promise<void>;
  stopping(): boolean;
  /** Repeats what the database did not answer, until it does. */
  guard<T>(work: () => Promise<T>): Promise<T>;
  /** No further step begins; resolves when those under way have ended, after 5 s at most. */
  stop(): Promise<void>;
}

const stopMs = 5_000;

export function openWork(o: {
  places: Places;
  workflows: Extensions<WorkflowDefinition>;
  clock: Clock;
  log: Log;
  random: () => number;
  retryFirstMs: number;
}): Work {
  const underWay = new Set<Promise<unknown>>();
  let stopping = false;
  const guard = <T>(work: () => Promise<T>) =>
    untilAnswered({ ...o, stopped: () => stopping }, work);
  const step = stepsOf({
    guard,
    retryFirstMs: o.retryFirstMs,
    stopping: () => stopping,
    underWay(step) {
      underWay.add(step);
      return step.finally(() => underWay.delete(step));
    },
  });
  const definition = async (name: string) => {
    const found = o.workflows.get(name);
    if (found) return found;
    o.log.warn({ workflow: name }, 'a Run waits for a workflow that is not there');
    return never;
  };
  return {
    guard,
    stopping: () => stopping,
    async perform(name, id) {
      const place = await o.places.arrived(name);
      await performRun({ place, id, definition, step, guard, now: o.clock.now, log: o.log });
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
