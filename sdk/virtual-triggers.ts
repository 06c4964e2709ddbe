/** State triggers on a virtual clock: what a change starts, and what must stay so for a while first. */
import type { Change, EntityInfo, EntityState } from './home.ts';
import { fits, isSelected, judge, unitFault, valueIn } from './state-rules.ts';
import { ms, type StateSpec, type TriggerFired, type TriggerSpec } from './trigger.ts';
import type { VirtualTime } from './virtual-time.ts';

interface Listener {
  readonly spec: StateSpec;
  readonly key: string;
}

/** The answer takes one change after the other, in time order. */
export function watchStates(
  o: {
    readonly workflow: string;
    readonly specs: readonly TriggerSpec[];
    readonly info: (entity: string) => EntityInfo | undefined;
    readonly state: (entity: string) => EntityState | null;
    readonly time: VirtualTime;
  },
  fire: (fired: TriggerFired) => void,
): (change: Change) => void {
  const { time, workflow } = o;
  const specs = o.specs.flatMap((spec) => ('state' in spec ? [spec.state] : []));
  const waits = new Map<string, () => void>();
  const listening = new Map<string, { info: EntityInfo; listeners: readonly Listener[] }>();

  function takeOne(change: Change, spec: StateSpec, key: string): void {
    const verdict = judge(spec, change);
    if (verdict === 'nothing' || verdict === 'stays') return;
    waits.get(key)?.();
    waits.delete(key);
    if (verdict === 'else') return;
    const to = change.to && valueIn(spec, change.to);
    const fired = (at: number): TriggerFired => ({
      ...{ kind: 'state', entity: change.entityId, to, at, late: false, workflow, spec },
      from: change.from && valueIn(spec, change.from),
      ...(spec.attribute === undefined ? {} : { attribute: spec.attribute }),
    });
    if (spec.for === undefined) {
      fire(fired(change.at));
      return;
    }
    const due = change.at + ms(spec.for);
    const cancel = time.at(due, () => {
      waits.delete(key);
      const state = o.state(change.entityId);
      if (state && isStill(spec, valueIn(spec, state), to)) fire(fired(due));
    });
    waits.set(key, cancel);
  }

  /** Found once for each entity, as it is described now: a recorded past has a million changes. */
  function listenersOf(info: EntityInfo): readonly Listener[] {
    const known = listening.get(info.id);
    if (known?.info === info) return known.listeners;
    const listeners = specs
      .map((spec, at) => ({ spec, key: `${info.id} ${at}` }))
      .filter(({ spec }) => isSelected(spec, info) && unitFault(spec, info) === null);
    listening.set(info.id, { info, listeners });
    return listeners;
  }

  return (change) => {
    const info = o.info(change.entityId);
    if (!info) return;
    for (const { spec, key } of listenersOf(info)) takeOne(change, spec, key);
  };
}

/** What was waited for, or without a target, what it was then. */
function isStill(spec: StateSpec, value: string | null, then: string | null): boolean {
  const { to, above, below } = spec;
  const hasTarget = to !== undefined || above !== undefined || below !== undefined;
  return hasTarget ? fits(spec, value) : value === then;
}
