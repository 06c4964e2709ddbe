import type { EntityState } from '@tomte/sdk/home';
import { invalid, isPlain, type Plain } from './frames.ts';

/** A state with Home Assistant's own time unrounded, which tells apart two changes of one millisecond. */
export interface HeldState extends EntityState {
  /** last_updated as sent: epoch seconds. */
  readonly exact: number;
}

/**
 * Two times are one when nearer than a float of this size can tell, and than the rounding of one side to
 * microseconds; changes in a row are at least a microsecond apart.
 */
export const sameInstantSeconds = 7e-7;
export const toMs = (seconds: number): number => Math.round(seconds * 1000);

const entitiesMax = 60_000;

export interface Applied {
  readonly entityId: string;
  readonly from: HeldState | null;
  readonly to: HeldState | null;
}

/**
 * Takes one event of `subscribe_entities` into `states` and tells each change, in order.
 * Throws `home.frame_invalid` for what is not the protocol: whoever reads must begin anew.
 */
export function applyEvent(
  states: Map<string, HeldState>,
  event: unknown,
  onApplied: (entityId: string, from: HeldState | null, to: HeldState | null) => void,
): void {
  if (!isPlain(event)) throw invalid('an event of states is not an object');
  if (event.a !== undefined) {
    for (const [id, row] of entries(event.a)) {
      const to = added(id, row);
      const from = states.get(id) ?? null;
      states.set(id, to);
      onApplied(id, from, to);
    }
    if (states.size > entitiesMax) throw invalid('it has too many entities');
  }
  if (event.c !== undefined) {
    for (const [id, diff] of entries(event.c)) {
      const from = states.get(id);
      if (!from) throw invalid('it changed an entity that was never added');
      const to = changed(from, diff);
      states.set(id, to);
      onApplied(id, from, to);
    }
  }
  if (event.r !== undefined) {
    if (!Array.isArray(event.r)) throw invalid('removed entities are not a list');
    for (const id of event.r) {
      const from = states.get(id);
      if (!from) continue;
      states.delete(id);
      onApplied(id, from, null);
    }
  }
}

function entries(value: unknown): [string, unknown][] {
  if (!isPlain(value)) throw invalid('entities are not an object');
  return Object.entries(value);
}

/** One entity whole, as in an `a` event and, with the id beside it, in history rows. */
export function added(id: string, row: unknown): HeldState {
  if (id.length > 255 || !id.includes('.')) throw invalid('an entity id is wrong');
  if (!isPlain(row)) throw invalid('a state is not an object');
  const changedAt = time(row.lc);
  const exact = row.lu === undefined ? changedAt : time(row.lu);
  const context = contextOf(row.c, null, null);
  return {
    entityId: id,
    state: text(row.s),
    attributes: row.a === undefined ? {} : attributes(row.a),
    lastChanged: toMs(changedAt),
    lastUpdated: toMs(exact),
    contextId: context.id,
    contextUserId: context.user,
    exact,
  };
}

function changed(from: HeldState, diff: unknown): HeldState {
  if (!isPlain(diff)) throw invalid('a change is not an object');
  const plus = diff['+'] === undefined ? {} : diff['+'];
  const minus = diff['-'];
  if (!isPlain(plus)) throw invalid('what a change adds is not an object');
  let exact = from.exact;
  let lastChanged = from.lastChanged;
  if (plus.lc !== undefined) {
    // `lu` is not sent when it equals `lc`.
    exact = time(plus.lc);
    lastChanged = toMs(exact);
  } else if (plus.lu !== undefined) exact = time(plus.lu);
  const context =
    plus.c === undefined ? null : contextOf(plus.c, from.contextId, from.contextUserId);
  return {
    entityId: from.entityId,
    state: plus.s === undefined ? from.state : text(plus.s),
    attributes: merged(from.attributes, plus.a, minus),
    lastChanged,
    lastUpdated: toMs(exact),
    contextId: context ? context.id : from.contextId,
    contextUserId: context ? context.user : from.contextUserId,
    exact,
  };
}

/** Shallow, as Home Assistant means it; the old object is left alone because others hold it. */
function merged(old: Readonly<Plain>, plus: unknown, minus: unknown): Readonly<Plain> {
  if (plus === undefined && minus === undefined) return old;
  const gone = minus === undefined ? [] : removedNames(minus);
  const kept: Plain = {};
  for (const key of Object.keys(old)) if (!gone.includes(key)) kept[key] = old[key];
  return plus === undefined ? kept : Object.assign(kept, attributes(plus));
}

function removedNames(minus: unknown): readonly unknown[] {
  if (!isPlain(minus)) throw invalid('what a change removes is not an object');
  if (minus.a === undefined) return [];
  // Sent as a list; old releases sent an object with the names as keys.
  if (isPlain(minus.a)) return Object.keys(minus.a);
  if (!Array.isArray(minus.a)) throw invalid('removed attributes are not a list');
  return minus.a;
}

/** A string is the id alone, the rest null; an object gives the keys it changes. */
function contextOf(context: unknown, id: string | null, user: string | null) {
  if (typeof context === 'string') return { id: context, user };
  if (!isPlain(context)) return { id, user };
  return {
    id: typeof context.id === 'string' ? context.id : id,
    user:
      'user_id' in context ? (typeof context.user_id === 'string' ? context.user_id : null) : user,
  };
}

function text(value: unknown): string {
  if (typeof value !== 'string' || value.length > 1024) throw invalid('a state is not a text');
  return value;
}
function time(value: unknown): number {
  // Year 9999 at the latest: a time beyond it cannot be written as a date.
  if (typeof value !== 'number' || !(value >= 0 && value < 253_402_300_800)) {
    throw invalid('a time is not a number of seconds');
  }
  return value;
}
function attributes(value: unknown): Plain {
  if (!isPlain(value)) throw invalid('attributes are not an object');
  return value;
}
