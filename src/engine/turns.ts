import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { backoffMs } from '../lib/retry.ts';

/** A Run to be begun, or gone on with, in its turn. */
export interface Turn {
  /** Place and Run. */
  readonly id: string;
  /** Turns of one lane follow each other; lanes go side by side. */
  readonly lane: string;
  /** Starts or resumes it; answers true when it turns out to have an outcome already. */
  readonly begin: () => Promise<boolean>;
}

/**
 * Which Runs are under way in this process, and who waits for whom. The order is durable because it
 * is that of the journalled rows; the chain here keeps it while the process lives.
 */
export interface Turns {
  /** Appends to the lane; a Run that has its turn already is left alone. */
  take(turn: Turn): void;
  has(id: string): boolean;
  ids(): ReadonlySet<string>;
  /** Its body has begun, in this process. */
  began(id: string): void;
  hasBegun(id: string): boolean;
  /** Its body has come to an end. */
  end(id: string): void;
  /** Resolves at its end; at once when it has no turn here. */
  ended(id: string): Promise<void>;
}

const backoff = { firstMs: 200, maxMs: 30_000 };

export function openTurns(o: {
  clock: Clock;
  log: Log;
  random: () => number;
  stopping: () => boolean;
}): Turns {
  const under = new Map<string, PromiseWithResolvers<void>>();
  const begun = new Set<string>();
  const lanes = new Map<string, Promise<void>>();

  // The lane waits with its head: a later Run must not overtake one that could not be begun.
  const begin = async (turn: Turn) => {
    for (let attempt = 0; !o.stopping(); attempt++) {
      try {
        return await turn.begin();
      } catch (error) {
        o.log.error({ run: turn.id, attempt, error: String(error) }, 'a Run could not be begun');
        await o.clock.sleep(backoffMs(attempt, backoff, o.random));
      }
    }
    return false;
  };

  return {
    take(turn) {
      if (under.has(turn.id)) return;
      const ended = Promise.withResolvers<void>();
      under.set(turn.id, ended);
      const before = lanes.get(turn.lane) ?? Promise.resolve();
      const mine = before.then(async () => {
        if (await begin(turn)) this.end(turn.id);
        await ended.promise;
        if (lanes.get(turn.lane) === mine) lanes.delete(turn.lane);
      });
      lanes.set(turn.lane, mine);
    },
    has: (id) => under.has(id),
    ids: () => new Set(under.keys()),
    began(id) {
      if (under.has(id)) begun.add(id);
    },
    hasBegun: (id) => begun.has(id) || !under.has(id),
    end(id) {
      begun.delete(id);
      under.get(id)?.resolve();
      under.delete(id);
    },
    ended: (id) => under.get(id)?.promise ?? Promise.resolve(),
  };
}
