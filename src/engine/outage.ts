import { isError } from '@tomte/sdk/errors';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { backoffMs } from '../lib/retry.ts';

const sockets = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', 'ETIMEDOUT']);
const endings = /connection terminated|timeout exceeded when trying to connect|connection error/i;

/** True when the database did not answer, as opposed to answering that something is wrong. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (isError(error, 'store.unavailable')) return true;
  const { code, syscall } = error as { code?: unknown; syscall?: unknown };
  if (typeof code !== 'string') return endings.test(error.message);
  // Class 08 connection, 57P admin shutdown or starting up, 53300 too many connections.
  if (/^(08...|57P..|53300)$/.test(code)) return true;
  return sockets.has(code) && (syscall === 'connect' || syscall === 'read' || syscall === 'write');
}

/** A promise that keeps its waiter for good, at no cost: what is parked goes on in the next boot. */
export const never = new Promise<never>(() => {});

/** Until the database is back, for as long as it takes: an outage never ends a Run. */
export async function untilAnswered<T>(
  o: { clock: Clock; log: Log; random: () => number; stopped: () => boolean },
  work: () => Promise<T>,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!isOutage(error)) throw error;
      // Stopping: the step stays without an outcome, and the next boot repeats it.
      if (o.stopped()) return never;
      o.log.warn({ error: String(error), attempt }, 'the database does not answer; waiting for it');
      await o.clock.sleep(backoffMs(attempt, { firstMs: 100, maxMs: 10_000 }, o.random));
    }
  }
}
