import type { WorkflowDefinition } from '@tomte/sdk/define';
import { TomteError } from '@tomte/sdk/errors';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { countCrash, forgetCrashes } from '../store/runs.ts';
import { parkRun, settledOf } from '../store/waits.ts';
import { type Body, noPast, openBody } from './body.ts';
import type { Durable } from './durable.ts';
import { engineError } from './durable.ts';
import { isOpen, type JournalledRun, markRunning, type Outcome, readRun } from './journal.ts';
import { isOutage } from './outage.ts';
import { loadPast } from './past.ts';
import type { Place } from './places.ts';
import { performRun } from './run.ts';
import { openRunLog, type RunLog } from './run-log.ts';
import { asTomteError } from './step.ts';
import { isLost } from './user/lost.ts';
import type { OpenWait, WaitOutcome } from './wait.ts';

/** A Run whose body is in this process. */
export interface Living {
  readonly home: string;
  settled(position: number, outcome: WaitOutcome): void;
  waits(): boolean;
  /** Ends this execution where it is: the Run was cancelled, or is another worker's. */
  leave(why: 'closed' | 'released'): void;
}

export type Ending =
  | { readonly kind: 'over'; readonly run: JournalledRun; readonly outcome: Outcome }
  /** `woken` when a wait was settled while it was being parked. */
  | { readonly kind: 'parked'; readonly run: JournalledRun; readonly woken: boolean }
  /** Its process was lost; it goes on from the journal in another. */
  | { readonly kind: 'lost'; readonly run: JournalledRun }
  /** `older` when the Run has gone on in a later execution. */
  | { readonly kind: 'left'; readonly why: 'closed' | 'older' | 'released' };

export interface ExecutionOptions {
  readonly name: string;
  readonly place: Place;
  readonly id: string;
  readonly segment: number;
  /** Journalled just now: nothing of it can have happened yet. */
  readonly fresh: JournalledRun | null;
  readonly durable: Durable;
  /** Waits for a definition that is not there (yet); a Run never fails for the lack of one. */
  readonly definition: (workflow: string, version: string | null) => Promise<WorkflowDefinition>;
  readonly callRun: (
    caller: JournalledRun,
    workflow: string,
    input: unknown,
    step: string,
  ) => Promise<string>;
  readonly onLiving: (living: Living) => void;
  readonly onOpen: (wait: OpenWait) => void;
  readonly stopping: () => boolean;
  readonly underWay: <T>(step: Promise<T>) => Promise<T>;
  readonly guard: <T>(work: () => Promise<T>) => Promise<T>;
  readonly retryFirstMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** A Run whose processes die so often in a row is not tried again. */
export const crashesMax = 5;
const markAfterMs = 250;

/** One execution of a Run, from its begin or from where the last one stopped to its end or a long wait. */
export async function execute(o: ExecutionOptions): Promise<Ending> {
  const { db } = o.place.store;
  const run = o.fresh ?? (await o.guard(() => readRun(db, o.id)));
  if (!run || !isOpen(run)) return { kind: 'left', why: 'closed' };
  if (run.segment !== o.segment) return { kind: 'left', why: 'older' };
  const { lines, ...past } = o.fresh
    ? { ...noPast, lines: 0 }
    : await o.guard(() => loadPast({ ...o, run }));
  const definition = await o.definition(run.workflow, run.version);
  const mark = openMark(o, run);
  const said = openRunLog({ ...o, db, run: run.id, written: lines });
  const body = openBody({
    ...o,
    ...{ run: run.id, home: run.home, began: run.createdAt, past },
    isFresh: o.fresh !== null,
    onProgress() {
      if (run.crashes > 0) forget(o, run.id);
    },
  });
  const dropped = new AbortController();
  try {
    return await ending({ o, run, body, said, definition, mark, dropped: dropped.signal });
  } finally {
    void mark.drop();
    body.stop();
    dropped.abort();
  }
}

async function ending(e: {
  o: ExecutionOptions;
  run: JournalledRun;
  body: Body;
  said: RunLog;
  definition: WorkflowDefinition;
  mark: Mark;
  dropped: AbortSignal;
}): Promise<Ending> {
  const { o, run, body, said } = e;
  const left = Promise.withResolvers<Ending>();
  let parking = false;
  const late: Parameters<Living['settled']>[] = [];
  o.onLiving({
    home: run.home,
    waits: () => body.open().length > 0,
    settled: (...wait) => (parking ? late.push(wait) : body.settled(...wait)),
    leave(why) {
      body.stop();
      left.resolve({ kind: 'left', why });
    },
  });

  async function parked(): Promise<Ending> {
    for (;;) {
      await body.resting();
      parking = true;
      await e.mark.drop();
      await said.flush();
      const open = body.open();
      const { store } = o.place;
      const state = await o.guard(() => parkRun(store, { run: run.id, segment: o.segment, open }));
      if (state === 'gone') return { kind: 'left', why: 'closed' };
      if (state === 'parked') return { kind: 'parked', run, woken: late.length > 0 };
      parking = false;
      for (const { position, outcome } of await o.guard(() => settledOf(store.db, [run.id]))) {
        body.settled(position, outcome as WaitOutcome);
      }
      body.stay();
    }
  }

  async function performed(): Promise<Ending> {
    const { place, clock, log } = o;
    const outcome = await performRun({
      ...e,
      ...{ place, log, now: clock.now, say: said.say },
      callRun: (workflow, input, step) => o.callRun(run, workflow, input, step),
    });
    await said.flush();
    return { kind: 'over', run, outcome };
  }

  try {
    return await Promise.race([performed(), body.fault, parked(), left.promise]);
  } catch (error) {
    if (isLost(error)) return lost(o, run, error);
    // Lost ownership, cancelled from outside, or no database: the engine's own answer holds.
    if (engineError(error) === 'engine' || isOutage(error)) throw error;
    const message = 'The workflow takes other steps than it took before';
    const fault =
      engineError(error) === 'order' ? new TomteError('run.step_order_changed', message) : error;
    return { kind: 'over', run, outcome: { state: 'failed', error: asTomteError(fault) } };
  }
}

/** The workflow's own process died under it. */
async function lost(o: ExecutionOptions, run: JournalledRun, error: Error): Promise<Ending> {
  const crashes = await o.guard(() => countCrash(o.place.store.db, run.id));
  o.log.warn({ run: run.id, workflow: run.workflow, crashes }, `its process ${error.message}`);
  if (crashes < crashesMax) return { kind: 'lost', run };
  return { kind: 'over', run, outcome: crashed(`Its process ${error.message}`) };
}

export const crashed = (why: string): Outcome => ({
  state: 'failed',
  error: new TomteError('run.crashed', `${why}, ${crashesMax} times in a row`),
});

/** That the row says the Run is under way. */
interface Mark {
  /** Not any more; resolves when what was begun is done. */
  drop(): Promise<void>;
}

/**
 * One that is over sooner never says so: the database has better to do then. One that is taken up again says
 * so at once, since its deaths are counted by it.
 */
function openMark(o: ExecutionOptions, run: JournalledRun): Mark {
  if (run.state !== 'waiting') return { drop: async () => {} };
  let marking = Promise.resolve();
  const mark = () => {
    marking = o
      .guard(() => markRunning(o.place.store.db, run.id))
      .catch((err: unknown) => o.log.warn({ err, run: run.id }, 'that a Run began was not noted'));
  };
  let cancel = () => {};
  if (o.fresh) cancel = o.clock.after(markAfterMs, mark);
  else mark();
  return {
    drop() {
      cancel();
      return marking;
    },
  };
}

function forget(o: ExecutionOptions, run: string): void {
  o.guard(() => forgetCrashes(o.place.store.db, run)).catch((error: unknown) =>
    o.log.warn({ err: error, run }, 'that a Run goes on again was not noted'),
  );
}
