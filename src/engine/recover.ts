import { TomteError } from '@tomte/sdk/errors';
import { countCrash } from '../store/runs.ts';
import { runsWithOpenWaits } from '../store/waits.ts';
import type { Durable, Known, Segment } from './durable.ts';
import { crashed, crashesMax } from './execution.ts';
import { isParked, type JournalledRun, type Lanes, type Outcome, openRuns } from './journal.ts';
import type { Place } from './places.ts';

export type How = 'start' | 'resume' | 'parked';

export interface RecoverOptions {
  readonly name: string;
  readonly place: Place;
  readonly home: string;
  readonly durable: Durable;
  /** Boots that came to their end in good order. */
  readonly endedWell: ReadonlySet<string>;
  /** Kinds of trigger, and workflows, whose Runs follow each other. */
  readonly lanes: Lanes;
  /** True for Runs that are under way in this process. */
  readonly live: (run: string) => boolean;
  /** Hands over one open Run; called in the order of their lanes. */
  readonly take: (run: JournalledRun, how: How) => void;
  readonly close: (run: JournalledRun, outcome: Outcome) => Promise<void>;
  readonly order: (run: JournalledRun) => number;
}

/**
 * What an earlier boot left of a home: rows that were journalled and never started, Runs the engine
 * knows and that stopped in the middle, and Runs whose row is closed but whose end it did not note.
 * Restart and takeover are this one path.
 */
export async function recoverRuns(o: RecoverOptions): Promise<void> {
  const { db } = o.place.store;
  const rows = (await openRuns(db, o.home, o.lanes)).filter((run) => !o.live(run.id));
  const at: Segment[] = rows.map(({ id, segment }) => ({ run: id, segment }));
  const known = new Map((await o.durable.known(o.name, at)).map((row) => [keyOf(row), row]));
  const idle = await runsWithOpenWaits(
    db,
    rows.map(({ id }) => id),
  );
  // Array.sort is stable: within a lane by its own order, else by age.
  for (const run of rows.sort((a, b) => o.order(a) - o.order(b))) {
    const row = known.get(keyOf({ run: run.id, segment: run.segment }));
    if (isParked(run)) o.take(run, 'parked');
    else if (!row) o.take(run, 'start');
    else if (row.status !== 'active') await o.close(run, lost(row));
    else if (await diedTooOften(run, row, idle, o)) {
      await o.close(run, crashed('Tomte ended while it was at work'));
      await o.durable.cancel(o.name, [row]);
    } else o.take(run, 'resume');
  }
  const open = new Set(at.map(keyOf));
  const leftovers = (await o.durable.unfinished(o.name, o.home)).filter(
    (row) => !row.ours && !open.has(keyOf(row)) && !o.live(row.run),
  );
  await o.durable.resume(o.name, leftovers);
}

const keyOf = ({ run, segment }: Segment): string => `${run}#${segment}`;

/** Counts a death of its process; a Run that only waited when it died is no suspect. */
async function diedTooOften(
  run: JournalledRun,
  row: Known,
  idle: ReadonlySet<string>,
  o: RecoverOptions,
): Promise<boolean> {
  const stopped = row.ours || row.boot === null || o.endedWell.has(row.boot);
  if (run.state !== 'running' || stopped || idle.has(run.id)) return false;
  return (await countCrash(o.place.store.db, run.id)) >= crashesMax;
}

/** The engine has an outcome that never reached the row: only by hands in the database. */
function lost(row: Known): Outcome {
  const cancelled = row.status === 'cancelled';
  const message = cancelled ? 'The Run was cancelled' : 'The Run ended without leaving its outcome';
  return {
    state: cancelled ? 'cancelled' : 'failed',
    error: new TomteError(cancelled ? 'run.cancelled' : 'run.failed', message),
  };
}
