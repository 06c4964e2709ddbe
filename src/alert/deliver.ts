/** The worker: takes what is due and has it sent, one at a time on each channel, for as long as it lives. */
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { nextDeliveryAt } from '../store/deliveries.ts';
import type { Store } from '../store/open.ts';
import { type Claimed, claim, takeUpAgain } from './claim.ts';
import { sendMs } from './send.ts';

export const leaseMs = 4 * sendMs;
const pollMs = 5_000;
/** What the clock alone makes due is looked for no more often. */
const sweepMs = 1_000;
const atOnceMax = 8;
/** News that come thick and fast are looked at together; the first of them at once. */
const gatherMs = 100;
/** Looking takes at most this part of the time, so that a long journal is not read all day: 1 in 5. */
const restPerLook = 4;
const lookMaxMs = 500;
const graceMs = 2_000;

export interface DeliverOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** Name of this worker, the same at each start. */
  readonly worker: string;
  /** Sends and marks; throws only when it could not mark. */
  readonly attempt: (claimed: Claimed, stopped: AbortSignal) => Promise<void>;
  /** Before each round: what became due by the clock alone. */
  readonly before: () => Promise<void>;
}

export interface Deliverer {
  start(): void;
  /** Something new is in the journal. */
  wake(): void;
  /** Sends all that is due and answers when that is done. */
  drain(): Promise<void>;
  /** Takes nothing new; waits for what is on its way. */
  stop(): Promise<void>;
}

export function openDeliverer(o: DeliverOptions): Deliverer {
  const { store, clock, log } = o;
  const onTheirWay = new Set<Promise<void>>();
  const stopped = new AbortController();
  const cutShort = new AbortController();
  let running: Promise<void> | null = null;
  let wake = () => {};
  let sweptAt = Number.NEGATIVE_INFINITY;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let lookTook = 0;
  let stopGathering: (() => void) | null = null;

  function news(): void {
    if (stopGathering) return;
    const waitMs = lookedAt + Math.max(gatherMs, lookTook * restPerLook) - clock.ticks();
    if (waitMs <= 0) {
      wake();
      return;
    }
    stopGathering = clock.after(waitMs, () => {
      stopGathering = null;
      wake();
    });
  }

  /** Answers whether it took anything. */
  async function round(sweep = clock.now() - sweptAt >= sweepMs): Promise<boolean> {
    if (sweep) {
      sweptAt = clock.now();
      await o.before();
    }
    let took = false;
    while (!stopped.signal.aborted && onTheirWay.size < atOnceMax) {
      const claimed = await claim(store, { now: clock.now(), leaseMs, worker: o.worker });
      if (!claimed) break;
      took = true;
      const work = o
        .attempt(claimed, cutShort.signal)
        .catch((error: unknown) => {
          // The journal still says "sending": when the lease ends it is sent again with the same id.
          log.error(
            { err: error, delivery: claimed.delivery.id },
            'a delivery could not be marked',
          );
        })
        .finally(() => {
          onTheirWay.delete(work);
          wake();
        });
      onTheirWay.add(work);
    }
    return took;
  }

  async function loop(): Promise<void> {
    let takenUp = false;
    while (!stopped.signal.aborted) {
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      try {
        if (!takenUp) await takeUpAgain(store.db, { now: clock.now(), worker: o.worker });
        takenUp = true;
        lookedAt = clock.ticks();
        await round();
        lookTook = Math.min(clock.ticks() - lookedAt, lookMaxMs);
        await pause(clock, woken, await nextDeliveryAt(store.db));
      } catch (error) {
        log.warn({ err: error }, 'the journal of deliveries does not answer; tried again');
        await pause(clock, woken, null);
      }
    }
  }

  return {
    start() {
      running ??= loop();
    },
    wake: news,
    async drain() {
      // What arrives while a round still looks may make something due that this round did not see.
      for (let took = true; took || onTheirWay.size > 0; ) {
        await Promise.all(onTheirWay);
        took = await round(true);
      }
    },
    async stop() {
      stopped.abort();
      stopGathering?.();
      wake();
      await running;
      // A moment for answers that are on their way; what is cut short is sent again with the same id.
      const cancel = clock.after(graceMs, () => cutShort.abort());
      await Promise.all(onTheirWay);
      cancel();
    },
  };
}

/** Until woken, until the next is due, at most `pollMs`: other workers write into the journal too. */
async function pause(clock: Clock, woken: Promise<void>, due: Date | null): Promise<void> {
  const untilDue = due === null ? pollMs : due.getTime() - clock.now();
  // What is due now but could not be taken is on its way or in another worker's hands.
  const ms = untilDue <= 0 ? 1_000 : Math.min(pollMs, untilDue);
  let cancel = () => {};
  const waited = new Promise<void>((resolve) => {
    cancel = clock.after(ms, resolve);
  });
  await Promise.race([woken, waited]);
  cancel();
}
