/** One attempt at a delivery, and what becomes of it: sent, another try, or failed and told elsewhere. */
import { TomteError } from '@tomte/sdk/errors';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { backoffMs } from '../lib/retry.ts';
import { scrub } from '../lib/secret.ts';
import {
  deliveryFailed,
  deliveryPostponed,
  deliverySent,
  postponeChannel,
} from '../store/deliveries.ts';
import type { Store } from '../store/open.ts';
import { tellAnotherWay } from './another-way.ts';
import type { Claimed } from './claim.ts';
import { noteUnreachable } from './note.ts';

const backoff = { firstMs: 5_000, maxMs: 10 * 60_000 };
/** Half an hour of trying. */
const attemptsMax = 10;
/** A channel that takes no more for now is waited for this long. */
const limitedMaxMs = 3_600_000;
/** While the home is away, its own channels wait for it this long. */
const awayMaxMs = 24 * 3_600_000;

export interface AttemptParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly homeName: (home: string) => string;
  /** Answers the receipt. */
  readonly send: (claimed: Claimed, stopped: AbortSignal) => Promise<string>;
  readonly onTold: (alert: string) => Promise<void>;
}

/**
 * Sends and marks. Throws only when the mark could not be made: then the journal still says
 * "sending", and the message goes again, with the same id, when its lease has ended.
 */
export async function attempt(
  claimed: Claimed,
  parts: AttemptParts,
  stopped: AbortSignal,
): Promise<void> {
  const { id, alert_id } = claimed.delivery;
  const outcome = await parts.send(claimed, stopped).then(
    (receipt) => ({ receipt }),
    (cause: unknown) => asTomteError(cause, claimed.channel.name),
  );
  if (outcome instanceof TomteError) await failed(claimed, outcome, parts);
  else {
    const at = new Date(parts.clock.now());
    await deliverySent(parts.store.db, { id, at, receipt: outcome.receipt });
  }
  if (alert_id) await parts.onTold(alert_id);
}

async function failed(claimed: Claimed, cause: TomteError, parts: AttemptParts): Promise<void> {
  const { delivery, channel, alert } = claimed;
  const { store } = parts;
  const { db } = store;
  const now = parts.clock.now();
  const error: unknown = JSON.parse(scrub(JSON.stringify(cause.toJSON().error)));
  const facts = { channel: channel.name, kind: channel.kind, code: cause.code };
  if (worthAnother(delivery, cause, now)) {
    const pauseMs = backoffMs(delivery.attempts - 1, backoff, parts.random);
    const nextAt = new Date(now + Math.max(pauseMs, askedPauseMs(cause)));
    await store.transaction(async (tx) => {
      await deliveryPostponed(tx, { id: delivery.id, nextAt, error });
      // What needs somebody now does not wait for this channel alone.
      if (alert?.severity === 'now') await tellAnotherWay(tx, claimed, { now });
    });
    // Whatever else waits for this channel would be refused for the same reason.
    if (askedPauseMs(cause) > 0) await postponeChannel(db, { channel: channel.id, until: nextAt });
    parts.log.warn({ ...facts, attempts: delivery.attempts }, 'a message waits for another try');
    return;
  }
  await store.transaction(async (tx) => {
    await deliveryFailed(tx, { id: delivery.id, at: new Date(now), error });
    await tellAnotherWay(tx, claimed, { now });
  });
  parts.log.error({ ...facts, err: cause }, 'a message could not be delivered');
  await noteUnreachable(db, claimed, { error: cause, homeName: parts.homeName, now });
}

function worthAnother(delivery: Claimed['delivery'], error: TomteError, now: number): boolean {
  if (!error.row.retry) return false;
  const age = now - delivery.created_at.getTime();
  if (error.code === 'channel.rate_limited') return age < limitedMaxMs;
  const away = error.code === 'link.lost' || error.details.away === true;
  if (away) return age < awayMaxMs;
  return delivery.attempts < attemptsMax;
}

/** How long the other side asked us to wait, in reason. */
function askedPauseMs({ details }: TomteError): number {
  const ms = Number(details.retryAfterMs ?? 0);
  return Number.isFinite(ms) ? Math.min(Math.max(0, ms), limitedMaxMs) : 0;
}

/** Anything else than a TomteError is a fault in the channel's own file. */
function asTomteError(cause: unknown, channel: string): TomteError {
  if (cause instanceof TomteError) return cause;
  return new TomteError('app.internal', `The channel ${channel} failed with a fault of its own`, {
    cause,
  });
}
