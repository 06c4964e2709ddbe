import { TomteError } from '@tomte/sdk/errors';
import type { Durable, Known } from './durable.ts';
import { closeRun, type JournalledRun, type Outcome, openRuns } from './journal.ts';
import type { Place } from './places.ts';

/**
 * What an earlier boot left of a home: rows that were journalled and never started, Runs the engine
 * knows and that stopped in the middle, and Runs whose row is closed but whose end it did not note.
 * Restart and takeover are this one path.
 */
export async function recoverRuns(o: {
  name: string;
  place: Place;
  home: string;
  durable: Durable;
  now: () => number;
  /** True for Runs that are under way in this process. */
  live: (run: string) => boolean;
  /** Hands over one open Run; called in the order of their lanes. */
  take: (run: JournalledRun, how: 'start' | 'resume') => void;
  order: (run: JournalledRun) => number;
}): Promise<void> {
  const { db } = o.place.store;
  const rows = (await openRuns(db, o.home)).filter((run) => !o.live(run.id));
  const ids = rows.map((run) => run.id);
  const known = new Map((await o.durable.known(o.name, ids)).map((row) => [row.run, row]));
  // Array.sort is stable: within a lane by its own order, else by age.
  for (const run of rows.sort((a, b) => o.order(a) - o.order(b))) {
    const row = known.get(run.id);
    if (!row) o.take(run, 'start');
    else if (row.status === 'active') o.take(run, 'resume');
    else await closeRun(db, run.id, lost(row), o.now());
  }
  const open = new Set(ids);
  const leftovers = (await o.durable.unfinished(o.name, o.home)).filter(
    ({ run, ours }) => !ours && !open.has(run) && !o.live(run),
  );
  await o.durable.resume(
    o.name,
    leftovers.map(({ run }) => run),
  );
}

/** The engine has an outcome that never reached the row: only by hands in the database. */
function lost(row: Known): Outcome {
  const cancelled = row.status === 'cancelled';
  const message = cancelled ? 'The Run was cancelled' : 'The Run ended without leaving its outcome';
  return {
    state: cancelled ? 'cancelled' : 'failed',
    error: new TomteError('run.failed', message),
  };
}
