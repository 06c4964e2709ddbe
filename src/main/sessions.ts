import type { EndedSessions } from '../api/guard.ts';
import type { Config } from '../config.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { dropEndedSessions, keepEndedSession, readEndedSessions } from '../store/ended-sessions.ts';
import type { Store } from '../store/open.ts';

/** So long a session that was ended at one worker may still be good at another. */
const readAgainMs = 10_000;

export interface SessionsOptions {
  readonly config: Pick<Config, 'databaseUrl'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly store: Pick<Store, 'db'>;
  /** Streams that were opened with a session are opened again, by whoever still may. */
  readonly closeStreams: () => void;
}

/** Sessions that were ended before their time: kept in the store, so that a restart does not bring them back. */
export async function keepSessions(
  o: SessionsOptions,
): Promise<EndedSessions & { stop: () => void }> {
  const { clock, log, store } = o;
  let ended = await readEndedSessions(store.db);

  async function readAgain(): Promise<void> {
    ended = new Map([...ended, ...(await readEndedSessions(store.db))]);
  }

  async function end(id: string, until: number): Promise<void> {
    // At once, also when the database is slow to remember it.
    ended.set(id, until);
    o.closeStreams();
    await keepEndedSession(store.db, id, until);
    const over = [...ended].filter(([, good]) => good < clock.now()).map(([old]) => old);
    for (const old of over) ended.delete(old);
    await dropEndedSessions(store.db, over);
  }

  const stop =
    o.config.databaseUrl === null
      ? () => {}
      : clock.every(readAgainMs, () => {
          readAgain().catch((error: unknown) =>
            log.warn({ err: error }, 'ended sessions were not read; tried again later'),
          );
        });
  return { has: (id) => ended.has(id), end, stop };
}
