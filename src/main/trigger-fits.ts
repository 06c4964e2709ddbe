/** Whether a home can tell what triggers wait for, in words. Pure. */
import type { TriggerSpec } from '@tomte/sdk/define';
import type { EntityInfo } from '@tomte/sdk/home';
import { isSelected, unitFault } from '@tomte/sdk/state-rules';
import { specFault } from '../engine/trigger-check.ts';
import { mayHear } from '../home/rights.ts';

export interface TriggerProblem {
  readonly id:
    | 'trigger.event_not_told'
    | 'trigger.wrong_unit'
    | 'trigger.finds_nothing'
    | 'trigger.invalid';
  readonly text: string;
  readonly fix: string;
}

/** `infos` is empty while the home was not read: then nothing is said of entities. */
export function triggerProblems(
  specs: readonly TriggerSpec[],
  o: { admin: boolean; infos: readonly EntityInfo[] },
): TriggerProblem[] {
  return specs.flatMap((spec): TriggerProblem[] => {
    const fault = specFault(spec);
    if (fault) return [{ id: 'trigger.invalid', text: `${fault.message}.`, fix: fault.hint }];
    if ('event' in spec && !mayHear(spec.event.type, o)) return [notTold(spec.event.type)];
    return 'state' in spec && o.infos.length > 0 ? stateProblems(spec.state, o.infos) : [];
  });
}

const notTold = (type: string): TriggerProblem => ({
  id: 'trigger.event_not_told',
  text: `It waits for the event ${type}, which Home Assistant tells administrators only.`,
  fix: 'Link the home again with the token of an administrator, or let an automation of the home set a helper that a state trigger sees.',
});

function stateProblems(
  state: Extract<TriggerSpec, { state: unknown }>['state'],
  infos: readonly EntityInfo[],
): TriggerProblem[] {
  const chosen = infos.filter((info) => isSelected(state, info));
  const named = state.entity === undefined ? [] : [state.entity].flat();
  const missing = named.filter((id) => !infos.some((info) => info.id === id));
  if (missing.length > 0) {
    return [
      {
        id: 'trigger.finds_nothing',
        text: `It waits for ${missing.join(', ')}, which this home does not have.`,
        fix: 'Choose an entity that is there.',
      },
    ];
  }
  if (chosen.length === 0) {
    const text = 'It waits for entities that this home does not have.';
    return [
      { id: 'trigger.finds_nothing', text, fix: 'Look at area, label, domain and device class.' },
    ];
  }
  const faults = chosen.map((info) => unitFault(state, info)).filter((fault) => fault !== null);
  return faults.map((fault) => ({
    id: 'trigger.wrong_unit',
    text: `${fault}, so it is not listened to.`,
    fix: 'Say the limit in the unit of the entity.',
  }));
}
