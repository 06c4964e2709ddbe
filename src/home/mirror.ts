import type { EntityInfo, EntityState } from '@tomte/sdk/home';
import { applyEvent, type HeldState } from './apply.ts';
import { invalid, isPlain, type Plain } from './frames.ts';
import {
  areaOf,
  floorOf,
  infoOf,
  type Named,
  namedOf,
  noRegistries,
  type Registries,
} from './registries.ts';

/** What a home says of itself (`get_config`). */
export interface HomeConfig {
  readonly version: string;
  /** `RUNNING` when it has started; `NOT_RUNNING`, `STARTING`, `STOPPING` else. */
  readonly state: string;
  readonly time_zone: string;
  readonly currency: string;
  /** ISO code such as `DE`; null where nobody typed it. */
  readonly country: string | null;
  readonly language: string;
  readonly location_name: string;
  readonly latitude: number | null;
  readonly longitude: number | null;
  readonly recovery_mode: boolean;
  readonly components: readonly string[];
}

/** Live read-only copy of a home. Stays readable while the Link is down, as of `asOf`. */
export interface Mirror {
  /** Rises by one with each fresh snapshot. */
  readonly generation: number;
  /** When the home was last heard, epoch ms of our clock. */
  readonly asOf: number | null;
  readonly size: number;
  entity(id: string): EntityState | undefined;
  entities(): Iterable<EntityState>;
  info(id: string): EntityInfo | undefined;
  infos(): EntityInfo[];
  floorOf(id: string): string | null;
  /** Id of the area an entity is in: its own, else its device's. */
  areaOf(id: string): string | null;
  /** When the sensor last reported, also without a change, epoch ms; null when not known. */
  lastReported(id: string): number | null;
  /** True while the list of Actions could not be read: then only the home itself can tell. */
  hasAction(domain: string, action: string): boolean;
  actions(): Record<string, Record<string, unknown>>;
  readonly config: HomeConfig | null;
  /** Areas, floors or labels, with the ids that stay through a rename. */
  named(kind: 'areas' | 'floors' | 'labels'): Named[];
  /** Rises when what there is changes: entities, registries, Actions. Changes of state leave it. */
  readonly shape: number;
}

/** The Mirror with the doors through which the Link alone writes. */
export interface WritableMirror extends Mirror {
  readonly states: ReadonlyMap<string, HeldState>;
  /** Takes the whole snapshot in place of what was there. */
  restart(event: unknown): void;
  apply(
    event: unknown,
    onApplied: (entityId: string, from: HeldState | null, to: HeldState | null) => void,
  ): void;
  heard(now: number): void;
  setConfig(config: unknown): void;
  setRegistry<K extends keyof Registries>(name: K, registry: Registries[K]): void;
  setActions(actions: unknown): void;
  /** Rows of `get_states`, which alone carry last_reported. */
  setReported(rows: unknown): void;
}

export function createMirror(): WritableMirror {
  let states = new Map<string, HeldState>();
  let registries: Registries = noRegistries;
  let reported = new Map<string, number>();
  let actions: Map<string, Plain> | null = null;
  let config: HomeConfig | null = null;
  let generation = 0;
  let asOf: number | null = null;
  let shape = 0;
  return {
    get generation() {
      return generation;
    },
    get asOf() {
      return asOf;
    },
    get size() {
      return states.size;
    },
    get config() {
      return config;
    },
    get states() {
      return states;
    },
    get shape() {
      return shape;
    },
    named: (kind) => namedOf(kind, registries),
    entity: (id) => states.get(id),
    entities: () => states.values(),
    info: (id) =>
      states.has(id) || registries.entities.has(id)
        ? infoOf(id, registries, states.get(id))
        : undefined,
    infos: () => [...states.values()].map((state) => infoOf(state.entityId, registries, state)),
    floorOf: (id) => floorOf(id, registries),
    areaOf: (id) => areaOf(id, registries),
    lastReported(id) {
      const state = states.get(id);
      if (!state) return null;
      const read = reported.get(id);
      return read === undefined ? null : Math.max(read, state.lastUpdated);
    },
    hasAction: (domain, action) =>
      actions === null || Object.hasOwn(actions.get(domain) ?? {}, action),
    actions: () => Object.fromEntries(actions ?? []) as Record<string, Record<string, unknown>>,
    restart(event) {
      const fresh = new Map<string, HeldState>();
      if (!isPlain(event) || event.a === undefined) throw invalid('the first states are missing');
      applyEvent(fresh, event, () => {});
      states = fresh;
      generation++;
      shape++;
    },
    apply: (event, onApplied) =>
      applyEvent(states, event, (id, from, to) => {
        if (from === null || to === null) shape++;
        onApplied(id, from, to);
      }),
    heard(now) {
      asOf = now;
    },
    setConfig(value) {
      config = readConfig(value);
    },
    setRegistry(name, registry) {
      registries = { ...registries, [name]: registry };
      shape++;
    },
    setActions(value) {
      actions = readActions(value);
      shape++;
    },
    setReported(rows) {
      reported = readReported(rows);
    },
  };
}

function readConfig(value: unknown): HomeConfig {
  if (!isPlain(value)) throw invalid('its configuration is not an object');
  const text = (key: string, otherwise: string) =>
    typeof value[key] === 'string' ? value[key] : otherwise;
  const number = (key: string) => (typeof value[key] === 'number' ? value[key] : null);
  return {
    version: text('version', ''),
    state: text('state', 'RUNNING'),
    time_zone: text('time_zone', 'UTC'),
    currency: text('currency', 'EUR'),
    country: text('country', '') || null,
    language: text('language', 'en'),
    location_name: text('location_name', 'Home'),
    latitude: number('latitude'),
    longitude: number('longitude'),
    recovery_mode: value.recovery_mode === true,
    components: Array.isArray(value.components)
      ? value.components.filter((c): c is string => typeof c === 'string')
      : [],
  };
}

function readActions(value: unknown): Map<string, Plain> {
  if (!isPlain(value)) throw invalid('its Actions are not an object');
  const found = new Map<string, Plain>();
  for (const [domain, names] of Object.entries(value)) {
    if (isPlain(names)) found.set(domain, names);
  }
  return found;
}

function readReported(rows: unknown): Map<string, number> {
  if (!Array.isArray(rows)) throw invalid('its states are not a list');
  const found = new Map<string, number>();
  for (const row of rows) {
    if (!isPlain(row) || typeof row.entity_id !== 'string') throw invalid('a state has no entity');
    const at = typeof row.last_reported === 'string' ? Date.parse(row.last_reported) : Number.NaN;
    if (Number.isFinite(at)) found.set(row.entity_id, at);
  }
  return found;
}
