/** State triggers of one home: changes in, Runs out, and what must stay so for a while is kept until it did. */
import { ms, type StateSpec, type TriggerFired } from '@tomte/sdk/define';
import type { Change, EntityInfo, EntityState } from '@tomte/sdk/home';
import { fits, isSelected, judge, unitFault, valueIn } from '@tomte/sdk/state-rules';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Store } from '../store/open.ts';
import { dropPending, listPending, savePending } from '../store/pending-triggers.ts';
import type { Db } from '../store/tables.ts';
import { onTimeMs } from './schedule-misfire.ts';
import { specText } from './spec-text.ts';
import type { BookEntry } from './trigger-book.ts';

export interface StateEntry extends BookEntry {
  readonly spec: { readonly state: StateSpec };
}
export type StateFired = Extract<TriggerFired, { kind: 'state' }>;

export interface StateWatch {
  /** Takes over what is listened to now; waits of what is no longer there end. */
  set(entries: readonly StateEntry[]): Promise<void>;
  /** Which entities an area or a label holds may have changed. */
  forgetEntities(): void;
  /** Changes that are news, in order for each entity. Resolves when they are journalled. */
  take(batch: readonly Change[]): Promise<void>;
  /** Fires what stayed so for as long as it was asked. */
  check(): Promise<void>;
  /** When the soonest wait ends, epoch ms. */
  readonly nextAt: number | null;
}

export interface StateWatchOptions {
  readonly home: string;
  readonly store: Pick<Store, 'db' | 'transaction'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  readonly info: (entity: string) => EntityInfo | undefined;
  readonly state: (entity: string) => EntityState | undefined;
  /** True when the Mirror is live and all changes of a Gap are told: only then is no news no change. */
  readonly isCurrent: () => boolean;
  readonly fire: (tx: Db, fired: StateFired) => Promise<() => Promise<void>>;
}

/** A wait that something stays so. `fired.at` is when it will have. */
interface Wait {
  readonly key: string;
  readonly fired: StateFired;
}
type Waits = ReadonlyMap<string, Wait>;

export function openStateWatch(o: StateWatchOptions): StateWatch {
  let entries: readonly StateEntry[] = [];
  let waits: Waits = new Map();
  let loaded = false;
  const listeners = new Map<string, readonly StateEntry[]>();
  const told = new Set<string>();

  async function set(next: readonly StateEntry[]): Promise<void> {
    if (!loaded) {
      const rows = await listPending(o.store.db, { home: o.home, kind: 'for' });
      waits = new Map(
        rows.map((row) => [row.key, { key: row.key, fired: row.fired as StateFired }]),
      );
      loaded = true;
    }
    entries = next;
    listeners.clear();
    const known = new Set(next.map(({ workflow, spec }) => `${workflow} ${specText(spec.state)}`));
    const gone = [...waits.values()].filter(
      ({ fired }) => !known.has(`${fired.workflow} ${specText(fired.spec)}`),
    );
    if (gone.length === 0) return;
    await commit((turn) => {
      for (const wait of gone) turn.end(wait);
    });
  }

  const listenersOf = (entity: string): readonly StateEntry[] => {
    const known = listeners.get(entity);
    if (known) return known;
    const info = o.info(entity);
    // Not known yet: asked again with its next change.
    if (!info) return [];
    const found = entries.filter(
      ({ spec }) => isSelected(spec.state, info) && inItsUnit(spec.state, info),
    );
    listeners.set(entity, found);
    return found;
  };

  function inItsUnit(spec: StateSpec, info: EntityInfo): boolean {
    const fault = unitFault(spec, info);
    if (fault !== null && !told.has(fault)) {
      told.add(fault);
      o.log.warn({ home: o.home }, `a trigger is not listened to: ${fault}`);
    }
    return fault === null;
  }

  async function take(batch: readonly Change[]): Promise<void> {
    const concerned = batch.filter(
      ({ entityId }) => listenersOf(entityId).length > 0 || waitsOf(waits, entityId).length > 0,
    );
    if (concerned.length === 0) return;
    await commit((turn) => {
      for (const change of concerned) takeOne(change, turn);
    });
  }

  function takeOne(change: Change, turn: WaitTurn): void {
    // What was to stay until before this change, did.
    for (const wait of waitsOf(turn.waits, change.entityId)) {
      if (wait.fired.at > change.at) continue;
      turn.end(wait);
      turn.fire(lateBy(wait.fired, o.clock.now()));
    }
    for (const { workflow, spec } of listenersOf(change.entityId)) {
      const verdict = judge(spec.state, change);
      if (verdict === 'met') {
        const fired = firedBy(change, workflow, spec.state);
        if (spec.state.for === undefined) turn.fire(fired);
        else turn.begin({ key: waitKey(fired), fired });
      } else if (verdict === 'else') {
        const wait = turn.waits.get(
          waitKey({ workflow, spec: spec.state, entity: change.entityId }),
        );
        if (wait) turn.end(wait);
      }
    }
  }

  async function check(): Promise<void> {
    const now = o.clock.now();
    const due = [...waits.values()].filter(({ fired }) => fired.at <= now);
    if (due.length === 0 || !o.isCurrent()) return;
    await commit((turn) => {
      for (const wait of due) {
        const state = o.state(wait.fired.entity);
        if (!state) turn.end(wait);
        else if (isSo(wait.fired, state)) {
          turn.end(wait);
          turn.fire(lateBy(wait.fired, now));
        }
        // Else it is away, or a change of it is on its way here: that decides.
      }
    });
  }

  /** All that follows from one batch, kept together; the memory follows when it is committed. */
  async function commit(work: (turn: WaitTurn) => void): Promise<void> {
    const turn = openTurn(waits);
    work(turn);
    if (turn.fired.length === 0 && turn.changed.size === 0) return;
    const begun = await o.store.transaction(async (tx) => {
      for (const [key, wait] of turn.changed) await keep(tx, key, wait);
      const all: (() => Promise<void>)[] = [];
      for (const fired of turn.fired) all.push(await o.fire(tx, fired));
      return all;
    });
    waits = turn.waits;
    for (const begin of begun) await begin();
  }

  async function keep(tx: Db, key: string, wait: Wait | { ended: Wait }): Promise<void> {
    const { workflow } = 'ended' in wait ? wait.ended.fired : wait.fired;
    const row = { home_id: o.home, workflow, kind: 'for', key } as const;
    if ('ended' in wait) await dropPending(tx, row);
    else await savePending(tx, { ...row, fired: wait.fired, due_at: wait.fired.at });
  }

  return {
    set,
    take,
    check,
    forgetEntities: () => listeners.clear(),
    get nextAt() {
      if (waits.size === 0) return null;
      return Math.min(...[...waits.values()].map(({ fired }) => fired.at));
    },
  };
}

interface WaitTurn {
  readonly waits: Waits;
  readonly fired: readonly StateFired[];
  readonly changed: ReadonlyMap<string, Wait | { ended: Wait }>;
  begin(wait: Wait): void;
  end(wait: Wait): void;
  fire(fired: StateFired): void;
}

function openTurn(before: Waits): WaitTurn {
  const waits = new Map(before);
  const changed = new Map<string, Wait | { ended: Wait }>();
  const fired: StateFired[] = [];
  return {
    waits,
    fired,
    changed,
    begin(wait) {
      waits.set(wait.key, wait);
      changed.set(wait.key, wait);
    },
    end(wait) {
      waits.delete(wait.key);
      changed.set(wait.key, { ended: wait });
    },
    fire: (one) => void fired.push(one),
  };
}

const waitsOf = (waits: Waits, entity: string): Wait[] =>
  [...waits.values()].filter(({ fired }) => fired.entity === entity);

const waitKey = (o: Pick<StateFired, 'workflow' | 'spec' | 'entity'>): string =>
  `${o.workflow} ${o.entity} ${specText(o.spec)}`;

function firedBy(change: Change, workflow: string, spec: StateSpec): StateFired {
  const { entityId: entity, from, to, at, late } = change;
  return {
    kind: 'state',
    entity,
    from: from && valueIn(spec, from),
    to: to && valueIn(spec, to),
    ...(spec.attribute === undefined ? {} : { attribute: spec.attribute }),
    at: at + (spec.for === undefined ? 0 : ms(spec.for)),
    late,
    workflow,
    spec,
  };
}

const lateBy = (fired: StateFired, now: number): StateFired =>
  fired.late || now - fired.at <= onTimeMs ? fired : { ...fired, late: true };

/** Still so: what is waited for, or without a target, what it was then. A device that is away says neither. */
function isSo(fired: StateFired, state: EntityState): boolean {
  const { spec } = fired;
  const value = valueIn(spec, state);
  const named = spec.to !== undefined || spec.above !== undefined || spec.below !== undefined;
  return named ? fits(spec, value) : value === fired.to;
}
