/** What of the past could start a Run: times that came, and the entities whose changes count. */
import type { TimeSpec, TriggerFired, TriggerSpec } from '@tomte/sdk/define';
import type { EntityInfo } from '@tomte/sdk/home';
import { isSelected } from '@tomte/sdk/state-rules';
import type { VirtualTime } from '@tomte/sdk/virtual-time';
import { dueOf } from '../schedule-due.ts';
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

/** Entities whose changes the triggers look at. */
export function entitiesOfTriggers(
  specs: readonly TriggerSpec[],
  infos: readonly EntityInfo[],
): string[] {
  const states = specs.flatMap((spec) => ('state' in spec ? [spec.state] : []));
  return infos.filter((info) => states.some((spec) => isSelected(spec, info))).map(({ id }) => id);
}
