/** Time triggers of one home: what is due fires once, also after a sleep, a set clock, and a night switched off. */
import type { TimeSpec } from '@tomte/sdk/define';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Store } from '../store/open.ts';
import { dropSchedule, listSchedules, type ScheduleRow, saveSchedule } from '../store/schedules.ts';
import type { Db } from '../store/tables.ts';
import { type Due, dueOf, type WherePlace } from './schedule-due.ts';
import { type Settled, settle } from './schedule-misfire.ts';
import type { BookEntry } from './trigger-book.ts';

export interface TimeEntry extends BookEntry {
  readonly spec: { readonly time: TimeSpec };
}

export interface Scheduler {
  /** Takes over what is to be scheduled now; what is no longer there is forgotten. */
  set(entries: readonly TimeEntry[]): Promise<void>;
  /** Fires all that is due. */
  check(): Promise<void>;
  /** The soonest due time known, epoch ms. */
  readonly nextAt: number | null;
  /** By workflow. */
  nextDues(): ReadonlyMap<string, number>;
}

export interface SchedulerOptions {
  readonly home: string;
  readonly store: Pick<Store, 'db' | 'transaction'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  readonly place: () => WherePlace;
  /** Journals a due time in the transaction; what it answers is called when that is committed. */
  readonly fire: (
    tx: Db,
    entry: TimeEntry,
    what: { due: number; late: boolean },
  ) => Promise<() => Promise<void>>;
  /** Leaves the reason why a due time started nothing. */
  readonly missed: (tx: Db, entry: TimeEntry, what: Settled['missed'][number]) => Promise<void>;
}

interface Planned {
  readonly entry: TimeEntry;
  readonly due: Due;
  lastDue: number | null;
  nextDue: number | null;
}

/** A clock this far ahead was wrong: what it was due for counts no more. */
const wrongAheadMs = 86_400_000;

export function openScheduler(o: SchedulerOptions): Scheduler {
  const planned = new Map<string, Planned>();
  const keyOf = (entry: Pick<BookEntry, 'workflow' | 'text'>) => `${entry.workflow} ${entry.text}`;

  async function set(entries: readonly TimeEntry[]): Promise<void> {
    const rows = new Map(
      (await listSchedules(o.store.db, o.home)).map((row) => [
        keyOf({ workflow: row.workflow, text: row.spec }),
        row,
      ]),
    );
    const wanted = new Set(entries.map(keyOf));
    for (const [key, row] of rows) {
      if (wanted.has(key)) continue;
      planned.delete(key);
      await dropSchedule(o.store.db, row);
    }
    for (const entry of entries) await plan(entry, rows.get(keyOf(entry)));
  }

  async function plan(entry: TimeEntry, row: ScheduleRow | undefined): Promise<void> {
    const now = o.clock.now();
    const due = dueOf(entry.spec.time, o.place());
    const before = row?.last_due ?? null;
    const lastDue = before !== null && before > now + wrongAheadMs ? null : before;
    const standing = row?.next_due ?? null;
    // What passed while nobody looked is still to be settled; what is to come follows zone and place as they are now.
    const nextDue =
      standing !== null && standing <= now ? standing : due.after(afterWhat(due, lastDue, now));
    planned.set(keyOf(entry), { entry, due, lastDue, nextDue });
    if (row && row.last_due === lastDue && row.next_due === nextDue) return;
    await saveSchedule(o.store.db, rowOf(entry, lastDue, nextDue));
  }

  async function check(): Promise<void> {
    const now = o.clock.now();
    for (const one of planned.values()) {
      // The home has not said where it is when this was planned.
      if (one.nextDue === null) await plan(one.entry, rowOf(one.entry, one.lastDue, null));
      else if (one.nextDue <= now) await settleOne(one, now);
    }
  }

  async function settleOne(one: Planned, now: number): Promise<void> {
    const settled = settle(one.due, one.nextDue!, now, one.entry.spec.time)!;
    const { lastDue } = settled;
    const nextDue =
      one.due.apartMs === undefined ? settled.nextDue : one.due.after(lastDue + one.due.apartMs);
    if (settled.more > 0) {
      const facts = { home: o.home, workflow: one.entry.workflow, more: settled.more };
      o.log.warn(facts, 'many due times passed while nobody looked; the newest are told');
    }
    const begun = await o.store.transaction(async (tx) => {
      const all: (() => Promise<void>)[] = [];
      for (const missed of settled.missed) await o.missed(tx, one.entry, missed);
      for (const due of settled.fire) all.push(await o.fire(tx, one.entry, due));
      await saveSchedule(tx, rowOf(one.entry, lastDue, nextDue));
      return all;
    });
    one.lastDue = lastDue;
    one.nextDue = nextDue;
    for (const begin of begun) await begin();
  }

  const rowOf = (entry: TimeEntry, last: number | null, next: number | null): ScheduleRow => ({
    home_id: o.home,
    workflow: entry.workflow,
    spec: entry.text,
    last_due: last,
    next_due: next,
  });

  return {
    set,
    check,
    get nextAt() {
      const dues = [...planned.values()].flatMap(({ nextDue }) => nextDue ?? []);
      return dues.length === 0 ? null : Math.min(...dues);
    },
    nextDues() {
      const soonest = new Map<string, number>();
      for (const { entry, nextDue } of planned.values()) {
        if (nextDue === null) continue;
        soonest.set(entry.workflow, Math.min(nextDue, soonest.get(entry.workflow) ?? nextDue));
      }
      return soonest;
    },
  };
}

/** The clock may have been set back: what was due once is not due again. */
const afterWhat = (due: Due, lastDue: number | null, now: number): number =>
  lastDue === null ? now : Math.max(now, lastDue + (due.apartMs ?? 0));
