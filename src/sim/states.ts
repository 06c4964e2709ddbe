import type { Clock } from '../lib/clock.ts';
import { contextId } from './random.ts';

export interface Context {
  readonly id: string;
  readonly parent_id: string | null;
  readonly user_id: string | null;
}

/** One state as Home Assistant's state machine keeps it. Times are epoch ms with microseconds. */
export interface SimState {
  readonly entityId: string;
  readonly state: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly lastChanged: number;
  readonly lastUpdated: number;
  lastReported: number;
  readonly context: Context;
}

export interface StateChange {
  readonly entityId: string;
  readonly from: SimState | null;
  readonly to: SimState | null;
  readonly at: number;
}

export const seconds = (ms: number): number => Math.round(ms * 1000) / 1e6;

/** Home Assistant's ISO form: microseconds and an offset, not `Z`. */
export function stamp(ms: number): string {
  const micros = Math.round((ms - Math.floor(ms)) * 1000);
  return new Date(Math.floor(ms))
    .toISOString()
    .replace('Z', `${String(micros).padStart(3, '0')}+00:00`);
}

export class States {
  readonly #clock: Clock;
  readonly #all = new Map<string, SimState>();
  readonly #listeners = new Set<(change: StateChange) => void>();
  #newest = 0;
  #contexts = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Now, but never twice the same: two changes in one millisecond differ by a microsecond, as they do in life. */
  tick(): number {
    this.#newest = Math.max(this.#clock.now(), Math.round(this.#newest * 1000 + 1) / 1000);
    return this.#newest;
  }

  context(userId: string | null = null): Context {
    return { id: contextId(this.#clock.now(), ++this.#contexts), parent_id: null, user_id: userId };
  }

  get(entityId: string): SimState | undefined {
    return this.#all.get(entityId);
  }
  get size(): number {
    return this.#all.size;
  }
  all(): IterableIterator<SimState> {
    return this.#all.values();
  }
  onChange(listener: (change: StateChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Writes a state. The same state and attributes again only count as reported and tell nobody. */
  set(
    entityId: string,
    state: string,
    attributes?: Readonly<Record<string, unknown>>,
    context: Context = this.context(),
  ): SimState {
    const from = this.#all.get(entityId) ?? null;
    const next = attributes ?? from?.attributes ?? {};
    const at = this.tick();
    if (from && from.state === state && sameAttributes(from.attributes, next)) {
      from.lastReported = at;
      return from;
    }
    const to: SimState = {
      entityId,
      state,
      attributes: next,
      lastChanged: from && from.state === state ? from.lastChanged : at,
      lastUpdated: at,
      lastReported: at,
      context,
    };
    this.#all.set(entityId, to);
    this.#tell({ entityId, from, to, at });
    return to;
  }

  /** Puts a state that began earlier, telling nobody: how a home stands when the simulator is opened. */
  place(
    entityId: string,
    o: { state: string; attributes: SimState['attributes']; since: number },
  ): SimState {
    const { state, attributes, since } = o;
    const context = this.context();
    const placed = {
      entityId,
      state,
      attributes,
      lastChanged: since,
      lastUpdated: since,
      lastReported: since,
      context,
    };
    this.#all.set(entityId, placed);
    return placed;
  }

  remove(entityId: string): boolean {
    const from = this.#all.get(entityId);
    if (!from) return false;
    this.#all.delete(entityId);
    this.#tell({ entityId, from, to: null, at: this.tick() });
    return true;
  }

  /** A restart forgets everything and tells nobody: the sockets are closed by then. */
  clear(): void {
    this.#all.clear();
  }

  #tell(change: StateChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}

export function sameAttributes(
  a: Readonly<Record<string, unknown>>,
  b: Readonly<Record<string, unknown>>,
): boolean {
  if (a === b) return true;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && sameValue(a[key], b[key]));
}

export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || !a || !b) return false;
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The long form of REST and `get_states`. */
export function fullState(s: SimState): object {
  return {
    entity_id: s.entityId,
    state: s.state,
    attributes: s.attributes,
    last_changed: stamp(s.lastChanged),
    last_reported: stamp(s.lastReported),
    last_updated: stamp(s.lastUpdated),
    context: s.context,
  };
}
