import type { WorkflowDefinition } from '@tomte/sdk/define';
import { TomteError } from '@tomte/sdk/errors';
import { atMost } from '../lib/at-most.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { openChildren } from '../store/runs.ts';
import type { Durable } from './durable.ts';
import type { Endings, Follow } from './ending.ts';
import { type Ending, execute, type Living } from './execution.ts';
import { isOpen, type JournalledRun, type Outcome, readRun } from './journal.ts';
import { isOutage, never } from './outage.ts';
import type { Places } from './places.ts';
import type { Turns } from './turns.ts';
import type { Waiting } from './waiting.ts';
import type { Work } from './work.ts';

/** The Runs whose bodies live in this process: begun, woken, parked, ended, left. */
export interface Crew {
  /** What the durable engine calls: one execution. */
  perform(place: string, run: string, segment: number): Promise<void>;
  has(place: string, run: string): boolean;
  /** It was journalled just now, and nothing of it has happened: its execution need not look. */
  isFresh(place: string, run: JournalledRun): void;
  settled: (
    place: string,
    run: string,
    position: number,
    outcome: Parameters<Living['settled']>[1],
  ) => void;
  /** A Run that was parked and is to go on. */
  wake(place: string, run: string): void;
  waiting(place: string): string[];
  /** False when it had ended before. */
  cancel(place: string, run: string, why: string): Promise<boolean>;
  /** Its row is closed already: what it does here or elsewhere stops. */
  closed(place: string, run: string): Promise<void>;
  end(place: string, run: JournalledRun, outcome: Outcome): Promise<void>;
  /** The Run is gone with its home. */
  forget(place: string, run: string): void;
  /** Another worker looks after the home: its Runs go on there. */
  release(place: string, home: string): void;
}

export interface CrewOptions {
  readonly places: Places;
  readonly turns: Turns;
  readonly work: Work;
  readonly endings: Endings;
  readonly durable: () => Durable;
  readonly waits: () => Waiting;
  readonly begin: (place: string, run: JournalledRun) => void;
  readonly definition: (workflow: string, version: string | null) => Promise<WorkflowDefinition>;
  readonly callRun: (
    place: string,
    caller: JournalledRun,
    o: { workflow: string; input: unknown; step: string },
  ) => Promise<string>;
  /** What the end of a Run starts, journalled together with it; null where nothing listens. */
  readonly starting: (place: string, run: JournalledRun, outcome: Outcome) => Follow | null;
  readonly retryFirstMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

const againMs = 1_000;
/** Woken at once, so that thousands of timers of one moment do not wait for the database in a crowd. */
const wakesMax = 32;
/** A woken Run that is at work for longer makes room for the next. */
const wakeMs = 2_000;

export function openCrew(o: CrewOptions): Crew {
  const { places, turns, work, clock, log } = o;
  const living = new Map<string, Living>();
  const fresh = new Map<string, JournalledRun>();
  const waking = new Map<string, PromiseWithResolvers<void>>();
  const gate = atMost(wakesMax);
  const idOf = (place: string, run: string) => `${place}/${run}`;

  const takeFresh = (id: string): JournalledRun | null => {
    const run = fresh.get(id) ?? null;
    fresh.delete(id);
    return run;
  };

  // Let through, the error would end the Run; so this execution is left where it is, and another goes on
  // from the journal in its place.
  const again = async (place: string, run: string, segment: number): Promise<never> => {
    await clock.sleep(againMs);
    await work.guard(() => o.durable().resume(place, [{ run, segment }]));
    return never;
  };

  async function perform(name: string, run: string, segment: number): Promise<void> {
    const id = idOf(name, run);
    turns.began(id);
    let ending: Ending;
    try {
      const place = await places.arrived(name);
      ending = await execute({
        ...{ ...o, durable: o.durable(), name, place, id: run, segment, fresh: takeFresh(id) },
        callRun: (caller, workflow, input, step) =>
          o.callRun(name, caller, { workflow, input, step }),
        onLiving: (one) => living.set(id, one),
        onOpen: (wait) => o.waits().opened(name, wait),
        ...{ stopping: work.stopping, underWay: work.underWay, guard: work.guard },
      });
    } catch (error) {
      living.delete(id);
      if (isOutage(error)) {
        log.warn({ run, error: String(error) }, 'a Run lost its database and is taken up again');
        return again(name, run, segment);
      }
      turns.end(id);
      throw error;
    } finally {
      waking.get(id)?.resolve();
    }
    return settle(name, run, segment, ending);
  }

  async function settle(name: string, run: string, segment: number, ending: Ending): Promise<void> {
    const id = idOf(name, run);
    if (ending.kind !== 'left' || ending.why !== 'older') living.delete(id);
    switch (ending.kind) {
      case 'over':
        return end(name, ending.run, ending.outcome);
      case 'parked':
        if (ending.woken) wake(name, run);
        return;
      case 'lost':
        return again(name, run, segment);
      case 'left':
        if (ending.why === 'closed') turns.end(id);
        // The taker goes on with this very execution: it has no end here.
        if (ending.why === 'released') return never;
    }
  }

  async function end(name: string, run: JournalledRun, outcome: Outcome): Promise<void> {
    await o.endings.end(places.get(name), run, outcome, o.starting(name, run, outcome));
    turns.end(idOf(name, run.id));
    if (run.parent !== null) await o.waits().childEnded(name, run.id);
  }

  function wake(name: string, run: string): void {
    const id = idOf(name, run);
    if (living.has(id) || waking.has(id) || work.stopping()) return;
    const done = Promise.withResolvers<void>();
    waking.set(id, done);
    gate(async () => {
      const row = places.has(name)
        ? await work.guard(() => readRun(places.get(name).store.db, run))
        : null;
      if (row?.state !== 'running' || row.segment === 0) return;
      if (turns.has(id)) {
        const { home, segment } = row;
        await work.guard(() => o.durable().start(name, home, run, segment));
      } else o.begin(name, row);
      await Promise.race([done.promise, clock.sleep(wakeMs)]);
    })
      .catch((error: unknown) =>
        log.error({ err: error, run }, 'a Run was not woken; tried again later'),
      )
      .finally(() => waking.delete(id));
  }

  async function closed(name: string, run: string): Promise<void> {
    const here = living.get(idOf(name, run));
    turns.end(idOf(name, run));
    if (here) return here.leave('closed');
    const row = await readRun(places.get(name).store.db, run);
    if (row) await o.durable().cancel(name, [{ run, segment: row.segment }]);
  }

  async function cancel(name: string, run: string, why: string): Promise<boolean> {
    const place = places.get(name);
    const row = await readRun(place.store.db, run);
    if (!row) throw new TomteError('run.not_found', `There is no Run ${run}`);
    if (!isOpen(row)) return false;
    await end(name, row, { state: 'cancelled', error: new TomteError('run.cancelled', why) });
    await closed(name, run);
    for (const child of await openChildren(place.store.db, run)) {
      await cancel(name, child.id, 'The Run that called it was ended');
    }
    return true;
  }

  return {
    ...{ perform, wake, cancel, closed, end },
    has: (place, run) => living.has(idOf(place, run)),
    isFresh: (place, run) => void fresh.set(idOf(place, run.id), run),
    settled(name, run, position, outcome) {
      const here = living.get(idOf(name, run));
      if (here) here.settled(position, outcome);
      else wake(name, run);
    },
    waiting: (name) =>
      [...living].flatMap(([id, one]) =>
        id.startsWith(`${name}/`) && one.waits() ? [id.slice(name.length + 1)] : [],
      ),
    forget: (name, run) => living.get(idOf(name, run))?.leave('closed'),
    release(name, home) {
      for (const [id, one] of living) {
        if (one.home !== home || !id.startsWith(`${name}/`)) continue;
        one.leave('released');
        turns.end(id);
      }
    },
  };
}
