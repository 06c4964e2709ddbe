/** What happened in the past that could start a Run: times that came, states that changed. */
import {
  ms,
  type StateSpec,
  type TimeSpec,
  type TriggerFired,
  type TriggerSpec,
} from '@tomte/sdk/define';
import type { Change, EntityInfo } from '@tomte/sdk/home';
import type { VirtualTime } from '@tomte/sdk/virtual-time';
import { dueOf } from '../schedule-due.ts';
import { isSelected, judge, unitFault, valueIn } from '../state-rules.ts';
import type { RecordedPast } from './past.ts';

type Fire = (fired: TriggerFired) => void;

/** Each due time in its turn, one after the other, until the past ends. */
export function watchTimes(
  o: { workflow: string; specs: readonly TriggerSpec[]; past: RecordedPast; time: VirtualTime },
  fire: Fire,
): void {
  const { past, time, workflow } = o;
  const arm = (spec: TimeSpec, after: number): void => {
    const due = dueOf(spec, past.home).after(after);
    if (due === null || due > past.to) return;
    time.at(due, () => {
      fire({ kind: 'time', workflow, spec, due, late: false });
      arm(spec, due);
    });
  };
  for (const spec of o.specs) if ('time' in spec) arm(spec.time, past.from);
}

/** State triggers over recorded changes; the answer takes one change after the other. */
export function watchStates(
  o: {
    workflow: string;
    specs: readonly TriggerSpec[];
    infos: ReadonlyMap<string, EntityInfo>;
    time: VirtualTime;
  },
  fire: Fire,
): (change: Change) => void {
  const { workflow, infos, time } = o;
  const specs = o.specs.flatMap((spec) => ('state' in spec ? [spec.state] : []));
  const waits = new Map<string, () => void>();
  const listening = new Map<string, readonly { spec: StateSpec; key: string }[]>();
  const specsOf = (entity: string) => {
    const known = listening.get(entity);
    if (known) return known;
    const info = infos.get(entity);
    const found = info
      ? specs
          .map((spec, at) => ({ spec, key: `${entity} ${at}` }))
          .filter(({ spec }) => isSelected(spec, info) && unitFault(spec, info) === null)
      : [];
    listening.set(entity, found);
    return found;
  };

  return (change) => {
    for (const { spec, key } of specsOf(change.entityId)) {
      const verdict = judge(spec, change);
      if (verdict === 'nothing' || verdict === 'stays') continue;
      waits.get(key)?.();
      waits.delete(key);
      if (verdict === 'else') continue;
      const fired = (at: number): TriggerFired => ({
        kind: 'state',
        entity: change.entityId,
        from: change.from && valueIn(spec, change.from),
        to: change.to && valueIn(spec, change.to),
        ...(spec.attribute === undefined ? {} : { attribute: spec.attribute }),
        ...{ at, late: false, workflow, spec },
      });
      if (spec.for === undefined) fire(fired(change.at));
      else {
        const due = change.at + ms(spec.for);
        waits.set(
          key,
          time.at(due, () => fire(fired(due))),
        );
      }
    }
  };
}

/** Entities whose changes the triggers look at. */
export function entitiesOfTriggers(
  specs: readonly TriggerSpec[],
  infos: readonly EntityInfo[],
): string[] {
  const states = specs.flatMap((spec) => ('state' in spec ? [spec.state] : []));
  return infos.filter((info) => states.some((spec) => isSelected(spec, info))).map(({ id }) => id);
}
