/** The compressed form of `subscribe_entities`, as components/websocket_api/messages.py writes it. */
import { type SimState, type StateChange, sameValue, seconds } from './states.ts';

export function compressed(s: SimState): object {
  const { id, parent_id, user_id } = s.context;
  return {
    s: s.state,
    a: s.attributes,
    c: parent_id === null && user_id === null ? id : s.context,
    lc: seconds(s.lastChanged),
    ...(s.lastUpdated !== s.lastChanged && { lu: seconds(s.lastUpdated) }),
  };
}

/** One event of one change: `a` for an entity that appeared, `r` for one that went, `c` with a diff else. */
export function entityEvent(change: StateChange): object {
  if (!change.to) return { r: [change.entityId] };
  if (!change.from) return { a: { [change.entityId]: compressed(change.to) } };
  return { c: { [change.entityId]: diff(change.from, change.to) } };
}

function diff(from: SimState, to: SimState): object {
  const plus: Record<string, unknown> = {};
  if (from.state !== to.state) plus.s = to.state;
  if (from.lastChanged !== to.lastChanged) plus.lc = seconds(to.lastChanged);
  else if (from.lastUpdated !== to.lastUpdated) plus.lu = seconds(to.lastUpdated);

  const context: Record<string, string | null> = {};
  if (from.context.parent_id !== to.context.parent_id) context.parent_id = to.context.parent_id;
  if (from.context.user_id !== to.context.user_id) context.user_id = to.context.user_id;
  const more = Object.keys(context).length > 0;
  if (from.context.id !== to.context.id)
    plus.c = more ? { ...context, id: to.context.id } : to.context.id;
  else if (more) plus.c = context;

  if (from.attributes === to.attributes) return { '+': plus };
  const added: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(to.attributes)) {
    if (!sameValue(from.attributes[name], value)) added[name] = value;
  }
  if (Object.keys(added).length > 0) plus.a = added;
  const gone = Object.keys(from.attributes).filter((name) => !Object.hasOwn(to.attributes, name));
  return gone.length > 0 ? { '+': plus, '-': { a: gone } } : { '+': plus };
}
