/** Home Assistant's terms, as Tomte keeps them. Times inside the program are epoch milliseconds. */

/** One entity's state in the Mirror. `attributes` belongs to the Mirror: read it, never change it. */
export interface EntityState {
  readonly entityId: string;
  /** Home Assistant's own text, at most 255 characters; `unavailable` and `unknown` included. */
  readonly state: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** When `state` last changed, epoch ms. */
  readonly lastChanged: number;
  /** When state or attributes last changed, epoch ms. */
  readonly lastUpdated: number;
  readonly contextId: string | null;
  readonly contextUserId: string | null;
}

/** One change of one entity. Delivered once, in order for each entity. */
export interface Change {
  readonly home: string;
  readonly entityId: string;
  /** Null when the entity appeared. */
  readonly from: EntityState | null;
  /** Null when the entity was removed. */
  readonly to: EntityState | null;
  /** Home Assistant's own time of the change, epoch ms. */
  readonly at: number;
  /** True when it happened while the Link was down and was rebuilt from the recorder. */
  readonly late: boolean;
  readonly generation: number;
}

/** A number or word a sensor said at a time: what detectors and the store are fed with. */
export interface Reading {
  /** Epoch ms. */
  readonly t: number;
  /** Entity id, or statistic id. */
  readonly id: string;
  /** A number where the state is one, else Home Assistant's text (`on`, `home`, `unavailable`). */
  readonly v: number | string;
}

/** One hour of long-term statistics, in the sensor's own unit. Fields are null where not kept. */
export interface HourRow {
  /** Start of the hour, epoch ms. */
  readonly start: number;
  readonly mean: number | null;
  readonly min: number | null;
  readonly max: number | null;
  /** Growth of a meter within the hour. */
  readonly change: number | null;
}

/** What a detector or a page needs to know about an entity besides its state. */
export interface EntityInfo {
  readonly id: string;
  readonly name: string;
  readonly domain: string;
  readonly deviceClass: string | null;
  readonly stateClass: string | null;
  readonly unit: string | null;
  readonly area: string | null;
  readonly device: string | null;
  readonly labels: readonly string[];
  /** Integration that provides it. */
  readonly platform: string | null;
}

export type LinkStateKind = 'connecting' | 'syncing' | 'live' | 'stale' | 'stopped';

/** A request to change the home. `target` is single entities only; who asks is for the guardrail and the journal. */
export interface Action {
  readonly domain: string;
  readonly action: string;
  readonly entities: readonly string[];
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * An Action of what a workflow wrote: entities and fields are left out where it takes none. Its type is
 * the home's own (`ActionFor`), which says more than this one.
 */
export function wholeAction(written: object): Action {
  const { domain, action, entities, data } = written as Pick<Action, 'domain' | 'action'> &
    Partial<Action>;
  return { domain, action, entities: entities ?? [], data: data ?? {} };
}

export type Severity = 'now' | 'today' | 'digest';
