/** One home's triggers at work: time, states, waits for quiet. Lives as long as this worker looks after the home. */
import type { TriggerFired, WorkflowDefinition } from '@tomte/sdk/define';
import type { Change, EntityInfo, EntityState } from '@tomte/sdk/home';
import { clockTime } from '@tomte/sdk/words';
import type { Clock } from '../lib/clock.ts';
import type { Extensions } from '../lib/extensions.ts';
import type { Log } from '../lib/log.ts';
import { oneByOne } from '../lib/one-by-one.ts';
import { backoffMs } from '../lib/retry.ts';
import type { Store } from '../store/open.ts';
import { dropPending, listPending } from '../store/pending-triggers.ts';
import type { Db } from '../store/tables.ts';
import { type FireOptions, keepReason } from './fire.ts';
import { runId } from './journal.ts';
import { isOutage } from './outage.ts';
import type { WherePlace } from './schedule-due.ts';
import { openScheduler, type TimeEntry } from './scheduler.ts';
import { openStateWatch, type StateEntry } from './state-watch.ts';
import { type BookEntry, readBook, type TriggerBook } from './trigger-book.ts';
import timeTrigger from './triggers/time.ts';

/** What of the home its triggers look at; all of it answers at once. */
export interface HomePorts {
  readonly where: () => WherePlace;
  readonly info: (entity: string) => EntityInfo | undefined;
  readonly state: (entity: string) => EntityState | undefined;
  /** True when the Mirror is live and all changes of a Gap are told. */
  readonly isCurrent: () => boolean;
}

export interface HomeWatch {
  /** Reads again what the workflows listen to: after settings, or a workflow's file, changed. */
  refresh(): Promise<void>;
  /** Changes that are news; resolves when what they start is journalled. */
  take(batch: readonly Change[]): Promise<void>;
  /** Registries may have changed. */
  forgetEntities(): void;
  /** Looks at the clock now, as after it was set. */
  check(): Promise<void>;
  /** The workflows' triggers of one kind. */
  specs(kind: string): readonly BookEntry[];
  /** Whether any workflow, on or off, has a trigger of this kind; true while that is not known yet. */
  hears(kind: string): boolean;
  /** All that is listened to. */
  entries(): readonly BookEntry[];
  readonly faults: TriggerBook['faults'];
  /** Next due time of each workflow, epoch ms. */
  nextDues(): ReadonlyMap<string, number>;
  /** A workflow waits for quiet until then, epoch ms. */
  held(dueAt: number): void;
  /** Called when what is listened to changed. */
  onRefresh(callback: () => void): void;
  close(): Promise<void>;
}

export interface HomeWatchOptions {
  readonly home: string;
  readonly store: Pick<Store, 'db' | 'transaction'>;
  readonly workflows: Extensions<WorkflowDefinition>;
  readonly clock: Clock;
  readonly log: Log;
  readonly ports: HomePorts;
  readonly journal: (
    tx: Db,
    fired: TriggerFired,
    o?: FireOptions,
  ) => Promise<{ begin(): Promise<void> }>;
  readonly random: () => number;
}

/** A clock that is set is noticed within it, and so is a wait that another worker's Run began. */
const lookMs = 10_000;
const againMs = 1_000;

export function openHomeWatch(o: HomeWatchOptions): HomeWatch {
  const { home, store, clock, log, ports } = o;
  const inTurn = oneByOne();
  const callbacks = new Set<() => void>();
  let book: TriggerBook = { entries: [], kinds: new Set(), faults: [] };
  let shown = '';
  let heldUntil: number | null = null;
  let cancel = () => {};
  let closed = false;

  /** A database that does not answer is waited for, so that no change is lost to it. */
  async function patiently<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        if (closed || !isOutage(error)) throw error;
        log.warn({ home, error: String(error), attempt }, 'triggers wait for the database');
        await clock.sleep(backoffMs(attempt, { firstMs: 100, maxMs: 2_000 }, o.random));
      }
    }
  }

  const only = (workflow: string) => ({ only: workflow });
  const scheduler = openScheduler({
    ...{ home, store, clock, log },
    place: ports.where,
    async fire(tx, { workflow, spec }, { due, late }) {
      const fired = { kind: 'time', workflow, spec: spec.time, due, late } as const;
      return (await o.journal(tx, fired, only(workflow))).begin;
    },
    missed: (tx, entry, { due, code }) => keepMissed(tx, o, entry, { due, code }),
  });
  const states = openStateWatch({
    ...{ home, store, clock, log, ...ports },
    fire: async (tx, fired) => (await o.journal(tx, fired, only(fired.workflow))).begin,
  });

  async function refresh(): Promise<void> {
    book = await readBook(store.db, home, o.workflows);
    const text = JSON.stringify([book.entries.map((e) => [e.workflow, e.text]), ports.where()]);
    if (text === shown) return;
    for (const { workflow, error } of book.faults) {
      log.warn({ home, workflow }, `a trigger is not listened to: ${error.message}`);
    }
    await scheduler.set(book.entries.filter(isTime));
    await states.set(book.entries.filter(isState));
    shown = text;
    for (const callback of callbacks) callback();
  }

  async function check(): Promise<void> {
    await scheduler.check();
    await states.check();
    await fireQuiet();
  }

  async function fireQuiet(): Promise<void> {
    const rows = await listPending(store.db, { home, kind: 'debounce' });
    heldUntil = rows.find(({ due_at }) => due_at > clock.now())?.due_at ?? null;
    for (const { workflow, fired, due_at } of rows) {
      if (due_at > clock.now()) return;
      const options = { only: workflow, quiet: true };
      const { begin } = await store.transaction(async (tx) => {
        await dropPending(tx, { home_id: home, workflow, kind: 'debounce', key: '' });
        return o.journal(tx, fired as TriggerFired, options);
      });
      await begin();
    }
  }

  /** Looks when the next thing is due, and now and then because the clock may be set. */
  function arm(inMs?: number): void {
    cancel();
    if (closed) return;
    const nexts = [scheduler.nextAt, states.nextAt, heldUntil].filter((at) => at !== null);
    const untilNext = Math.min(lookMs, ...nexts.map((at) => Math.max(0, at - clock.now())));
    // What is due and cannot be settled yet, as a state of a home that is away, is not asked for without end.
    cancel = clock.after(inMs ?? (untilNext === 0 ? againMs : untilNext), () => void look());
  }

  async function look(): Promise<void> {
    try {
      await inTurn(() => patiently(check));
    } catch (error) {
      log.error({ err: error, home }, 'looking what is due failed once');
      return arm(againMs);
    }
    arm();
  }

  return {
    refresh: async () => {
      await inTurn(() => patiently(refresh));
      arm(0);
    },
    take: async (batch) => {
      const before = states.nextAt;
      await inTurn(() => patiently(() => states.take(batch)));
      if (states.nextAt !== before) arm();
    },
    check: async () => {
      await inTurn(() => patiently(check));
      arm();
    },
    forgetEntities: states.forgetEntities,
    specs: (kind) => book.entries.filter(({ spec }) => kind in spec),
    hears: (kind) => shown === '' || book.kinds.has(kind),
    entries: () => book.entries,
    get faults() {
      return book.faults;
    },
    nextDues: scheduler.nextDues,
    held(dueAt) {
      heldUntil = Math.min(dueAt, heldUntil ?? dueAt);
      arm();
    },
    onRefresh: (callback) => void callbacks.add(callback),
    async close() {
      closed = true;
      cancel();
      // What is under way ends first.
      await inTurn(async () => {});
    },
  };
}

const isTime = (entry: BookEntry): entry is TimeEntry => 'time' in entry.spec;
const isState = (entry: BookEntry): entry is StateEntry => 'state' in entry.spec;

/** Told at the time it was due: there people look for it. */
function keepMissed(
  tx: Db,
  o: HomeWatchOptions,
  { workflow, spec }: TimeEntry,
  { due, code }: { due: number; code: 'late' | 'skipped' },
): Promise<void> {
  const { home, clock, ports } = o;
  const fired = { kind: 'time', workflow, spec: spec.time, due, late: true } as const;
  const id = runId(home, workflow, timeTrigger.runKey(fired));
  const { zone } = ports.where();
  const words = `Due at ${clockTime(due, zone)}, noticed only at ${clockTime(clock.now(), zone)}`;
  const reason =
    code === 'late' ? `${words}: that was too late.` : `${words}; it is not made up for.`;
  const details = {
    due: new Date(due).toISOString(),
    noticed: new Date(clock.now()).toISOString(),
  };
  const run = { id, home, workflow, fired, reason: timeTrigger.reason(fired) };
  return keepReason(tx, run, { code, reason, details }, due);
}
