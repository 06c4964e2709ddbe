import { ms, type TriggerSpec } from '@tomte/sdk/define';
import { isError, TomteError } from '@tomte/sdk/errors';
import { dueOf } from './schedule-due.ts';

/** Null where the trigger can be listened to, else `workflow.trigger_invalid` with what is wrong. Pure. */
export function specFault(spec: TriggerSpec): TomteError | null {
  try {
    if ('time' in spec) {
      dueOf(spec.time, { zone: 'UTC', latitude: 0, longitude: 0 });
      if (spec.time.lateMax !== undefined) ms(spec.time.lateMax);
    }
    if ('state' in spec) return stateFault(spec.state);
    if ('event' in spec && spec.event.type === '') return fault(spec, 'an event has a type');
    if ('webhook' in spec && !/^[\w-]{1,60}$/.test(spec.webhook.name)) {
      return fault(spec, 'the name of a webhook has letters, digits, _ and - only');
    }
    return null;
  } catch (error) {
    if (isError(error, 'workflow.trigger_invalid')) return error;
    if (error instanceof RangeError) return fault(spec, error.message);
    throw error;
  }
}

function stateFault(state: Extract<TriggerSpec, { state: unknown }>['state']): TomteError | null {
  const { entity, area, label, domain, deviceClass, above, below } = state;
  const whom = [entity, area, label, domain, deviceClass].filter((one) => one !== undefined);
  if (whom.length === 0 || (Array.isArray(entity) && entity.length === 0)) {
    return fault({ state }, 'it names no entity, area, label, domain or device class');
  }
  if (above !== undefined && below !== undefined && above >= below) {
    return fault({ state }, 'no number is above the one and below the other');
  }
  if (state.for !== undefined) ms(state.for);
  if (state.lateMax !== undefined) ms(state.lateMax);
  return null;
}

const fault = (spec: unknown, what: string) =>
  new TomteError('workflow.trigger_invalid', `${JSON.stringify(spec)}: ${what}`, {
    details: { spec },
  });
