/** The worker: takes what is due, sends it, marks what became of it, and does so again after a crash. */
import { TomteError } from '@tomte/sdk/errors';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { backoffMs } from '../lib/retry.ts';
import { scrub } from '../lib/secret.ts';
import type { Store } from '../store/open.ts';
import { type Claimed, claim, nextDue, takeUpAgain } from './claim.ts';
import { noteUnreachable } from './note.ts';
import { sendMs } from './send.ts';

const backoff = { firstMs: 5_000, maxMs: 10 * 60_000 };
/** Half an hour of trying. */
const attemptsMax = 10;
/** While the home is away, its own channels wait for it this long. */
const awayMaxMs = 24 * 3_600_000;
export const leaseMs = 4 * sendMs;
const pollMs = 5_000;
const atOnceMax = 8;
const graceMs = 2_000;

export interface DeliverOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly homeName: (home: string) => string;
  readonly send: (claimed: Claimed, stopped: AbortSignal) => Promise<string>;
  /** Before each round: what became due by the clock alone. */
  readonly before: () => Promise<void>;
  readonly onTold: (alert: string) => void;
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

  async function round(): Promise<void> {
    await o.before();
    while (!stopped.signal.aborted && onTheirWay.size < atOnceMax) {
      const claimed = await claim(store, { now: clock.now(), leaseMs });
      if (!claimed) return;
      const work = one(claimed)
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
  }

  async function one(claimed: Claimed): Promise<void> {
    const { delivery, channel } = claimed;
    try {
      const receipt = await o.send(claimed, cutShort.signal);
      await mark(delivery.id, {
        state: 'sent',
        sent_at: new Date(clock.now()),
        receipt,
        error: null,
      });
    } catch (cause) {
      await failed(claimed, asTomteError(cause, channel.name));
    }
    if (delivery.alert_id) o.onTold(delivery.alert_id);
  }

  async function failed(claimed: Claimed, error: TomteError): Promise<void> {
    const { delivery, channel } = claimed;
    const now = clock.now();
    const body = JSON.parse(scrub(JSON.stringify(error.toJSON().error))) as object;
    const facts = { channel: channel.name, kind: channel.kind, code: error.code };
    if (again(delivery, error, now)) {
      const pauseMs = backoffMs(delivery.attempts - 1, backoff, o.random);
      await mark(delivery.id, {
        state: 'pending',
        next_at: new Date(now + pauseMs),
        error: JSON.stringify(body),
      });
      log.warn({ ...facts, attempts: delivery.attempts }, 'a message waits for another try');
      return;
    }
    await mark(delivery.id, { state: 'failed', error: JSON.stringify(body) });
    log.error({ ...facts, cause: error.message }, 'a message could not be delivered');
    const noted = await noteUnreachable(store.db, claimed, { error, homeName: o.homeName, now });
    if (noted) wake();
  }

  const mark = (id: string, set: object) =>
    store.db
      .updateTable('deliveries')
      .set(set)
      .where('id', '=', id)
      .where('state', '=', 'sending')
      .execute();

  async function loop(): Promise<void> {
    let takenUp = false;
    while (!stopped.signal.aborted) {
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      try {
        if (!takenUp) await takeUpAgain(store.db, clock.now());
        takenUp = true;
        await round();
        await pause(woken, await nextDue(store.db));
      } catch (error) {
        log.warn({ err: error }, 'the journal of deliveries does not answer; tried again');
        await pause(woken, null);
      }
    }
  }

  /** Until woken, until the next is due, at most `pollMs`: other workers write into the journal too. */
  async function pause(woken: Promise<void>, due: number | null): Promise<void> {
    const untilDue = due === null ? pollMs : due - clock.now();
    // What is due now but could not be taken is on its way or in another worker's hands.
    const ms = untilDue <= 0 ? 1_000 : Math.min(pollMs, untilDue);
    let cancel = () => {};
    const waited = new Promise<void>((resolve) => {
      cancel = clock.after(ms, resolve);
    });
    await Promise.race([woken, waited]);
    cancel();
  }

  return {
    start() {
      running ??= loop();
    },
    wake: () => wake(),
    async drain() {
      do {
        await Promise.all(onTheirWay);
        await round();
      } while (onTheirWay.size > 0);
    },
    async stop() {
      stopped.abort();
      wake();
      await running;
      // A moment for answers that are on their way; what is cut short is sent again with the same id.
      const cancel = clock.after(graceMs, () => cutShort.abort());
      await Promise.all(onTheirWay);
      cancel();
    },
  };
}

function again(delivery: Claimed['delivery'], error: TomteError, now: number): boolean {
  if (!error.row.retry) return false;
  const away = error.code === 'link.lost' || error.details.away === true;
  if (away) return now - delivery.created_at.getTime() < awayMaxMs;
  return delivery.attempts < attemptsMax;
}

/** Anything else than a TomteError is a fault in the channel's own file. */
function asTomteError(cause: unknown, channel: string): TomteError {
  if (cause instanceof TomteError) return cause;
  return new TomteError('app.internal', `The channel ${channel} failed with a fault of its own`, {
    cause,
  });
}
