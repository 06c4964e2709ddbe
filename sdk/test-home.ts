/** The home of a test: states in memory, told to whoever waits for them. */
import type { Change, EntityInfo, EntityState, HourRow, Reading } from './home.ts';
import type { PlanAsked, PlannedNow } from './plan.ts';
import { isSelected } from './state-rules.ts';
import type { ScheduleAsked, ScheduleChoice } from './types-choice.ts';
import type { HomeView } from './workflow.ts';

/** A state as it is written in a test: the word or number itself, or with what else is known of it. */
export type WrittenState =
  | string
  | number
  | {
      readonly state: string | number;
      readonly attributes?: Readonly<Record<string, unknown>>;
      readonly name?: string;
      readonly unit?: string;
      readonly deviceClass?: string;
      readonly area?: string;
      readonly labels?: readonly string[];
    };

/** The home while a test plays it. Each change is told, and what follows from it has happened when it resolves. */
export interface TestHome {
  set(
    entity: string,
    state: string | number,
    attributes?: Readonly<Record<string, unknown>>,
  ): Promise<void>;
  /** The entity is gone. */
  remove(entity: string): Promise<void>;
  state(entity: string): EntityState | null;
}

export interface HeldHome {
  readonly view: HomeView;
  state(entity: string): EntityState | null;
  info(entity: string): EntityInfo | undefined;
  /** Writes the change and tells it. */
  change(
    entity: string,
    state: string | number | null,
    attributes?: Readonly<Record<string, unknown>>,
  ): void;
  onChange(callback: (change: Change) => void): () => void;
}

export interface HeldHomeOptions {
  readonly name: string;
  readonly zone: string;
  readonly states: Readonly<Record<string, WrittenState>>;
  /** What the recorder would tell, besides what happens in the test; times are epoch ms or ISO 8601. */
  readonly history: Readonly<
    Record<string, readonly (readonly [number | string, number | string])[]>
  >;
  readonly statistics: Readonly<Record<string, readonly HourRow[]>>;
  readonly plan: (asked: PlanAsked) => PlannedNow;
  readonly chooseSchedule: (asked: ScheduleAsked) => ScheduleChoice;
  readonly now: () => number;
}

export function holdHome(o: HeldHomeOptions): HeldHome {
  const states = new Map<string, EntityState>();
  const infos = new Map<string, EntityInfo>();
  const readings = new Map<string, Reading[]>();
  const listeners = new Set<(change: Change) => void>();

  const keep = (next: EntityState, reading: Reading) => {
    states.set(next.entityId, next);
    readings.set(reading.id, [...(readings.get(reading.id) ?? []), reading]);
  };
  for (const [id, rows] of Object.entries(o.history)) {
    const past = rows.map(([at, v]): Reading => ({ t: timeOf(at), id, v }));
    readings.set(id, past);
  }
  for (const [id, written] of Object.entries(o.states)) {
    const all = typeof written === 'object' ? written : { state: written };
    const { name, unit, deviceClass } = all;
    const attributes = {
      ...(name === undefined ? {} : { friendly_name: name }),
      ...(unit === undefined ? {} : { unit_of_measurement: unit }),
      ...(deviceClass === undefined ? {} : { device_class: deviceClass }),
      ...all.attributes,
    };
    keep(stateOf(id, all.state, attributes, o.now()), { t: o.now(), id, v: all.state });
    infos.set(id, infoOf(id, all));
  }

  function change(
    id: string,
    state: string | number | null,
    attributes?: Readonly<Record<string, unknown>>,
  ): void {
    const from = states.get(id) ?? null;
    const at = o.now();
    let to: EntityState | null = null;
    if (state === null) states.delete(id);
    else {
      const made = stateOf(id, state, attributes ?? from?.attributes ?? {}, at);
      const isSame = from?.state === made.state;
      to = isSame ? { ...made, lastChanged: from.lastChanged } : made;
      keep(to, { t: at, id, v: state });
      if (!infos.has(id)) infos.set(id, infoOf(id, { state }));
    }
    const told = { home: 'test', entityId: id, from, to, at, late: false, generation: 1 };
    for (const callback of [...listeners]) callback(told);
  }

  const selected = (selector: Parameters<HomeView['states']>[0]): EntityInfo[] =>
    [...infos.values()].filter((info) => states.has(info.id) && isSelected(selector, info));
  return {
    view: {
      ...{ id: 'test', name: o.name, zone: o.zone },
      state: (async (id: string) => states.get(id) ?? null) as HomeView['state'],
      states: async (selector) => selected(selector).map(({ id }) => states.get(id)!),
      entities: async (selector) => selected(selector),
      history: async (id, { from, to = o.now() }) =>
        (readings.get(id) ?? []).filter(({ t }) => t >= from && t <= to),
      statistics: async (id, { from, to = o.now() }) =>
        (o.statistics[id] ?? []).filter(({ start }) => start >= from && start < to),
      plan: async (asked) => o.plan(asked),
      chooseSchedule: async (asked) => o.chooseSchedule(asked),
    },
    state: (id) => states.get(id) ?? null,
    info: (id) => infos.get(id),
    change,
    onChange(callback) {
      listeners.add(callback);
      return () => void listeners.delete(callback);
    },
  };
}

/** Epoch ms of a time as it is written in a test. */
export function timeOf(written: number | string): number {
  const t = typeof written === 'number' ? written : Date.parse(written);
  if (Number.isFinite(t)) return t;
  throw new RangeError(`${written} is no time: say 2026-11-26T07:30:00Z`);
}

const stateOf = (
  entityId: string,
  state: string | number,
  attributes: Readonly<Record<string, unknown>>,
  at: number,
): EntityState => ({
  ...{ entityId, state: String(state), attributes, lastChanged: at, lastUpdated: at },
  ...{ contextId: null, contextUserId: null },
});

function infoOf(id: string, written: Exclude<WrittenState, string | number>): EntityInfo {
  const said = (name: string): string | null => {
    const value = written.attributes?.[name];
    return typeof value === 'string' ? value : null;
  };
  return {
    id,
    name: written.name ?? said('friendly_name') ?? id,
    domain: id.slice(0, id.indexOf('.')),
    deviceClass: written.deviceClass ?? said('device_class'),
    stateClass: said('state_class'),
    unit: written.unit ?? said('unit_of_measurement'),
    area: written.area ?? null,
    device: null,
    labels: written.labels ?? [],
    platform: null,
  };
}
