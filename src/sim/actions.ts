/** What the home can do when called: switches, numbers, locks, notices. Devices follow after a latency. */
import { aiRows, runAiTask } from './ai-tasks.ts';
import { answeringRows, answers } from './answering.ts';
import type { SimUser } from './auth.ts';
import type { Context } from './states.ts';
import { invalidFormat, WireError } from './wire-error.ts';
import type { World } from './world.ts';

export interface ActionCall {
  readonly domain: string;
  readonly action: string;
  readonly entityIds: readonly string[];
  readonly data: Readonly<Record<string, unknown>>;
  readonly user: SimUser;
  readonly context: Context;
  /** Asked with `return_response`. */
  readonly wantsAnswer: boolean;
}

interface ActionRow {
  readonly fields: Readonly<Record<string, { required?: boolean }>>;
  run(world: World, call: ActionCall): void | Promise<void>;
}

const noFields = {};
const setting = (state: string): ActionRow => ({
  fields: noFields,
  run: (world, call) => follow(world, call, () => state),
});
const toggling: ActionRow = {
  fields: noFields,
  run: (world, call) => follow(world, call, (now) => (now === 'on' ? 'off' : 'on')),
};
const onOff = { turn_on: setting('on'), turn_off: setting('off'), toggle: toggling };
const setValue: ActionRow = { fields: { value: { required: true } }, run: setNumber };

const notice: ActionRow = {
  fields: { message: { required: true }, title: {}, notification_id: {} },
  run(world, { data }) {
    const id = typeof data.notification_id === 'string' ? data.notification_id : world.id();
    const title = typeof data.title === 'string' ? data.title : null;
    world.notices.set(id, { id, title, message: String(data.message), at: world.clock.now() });
  },
};

const rows: Record<string, Record<string, ActionRow>> = {
  switch: onOff,
  light: onOff,
  input_boolean: onOff,
  homeassistant: {
    ...onOff,
    restart: {
      fields: noFields,
      run(world, { user }) {
        // Refusals inside an Action come back under this code, not `unauthorized`.
        if (!user.admin) throw new WireError('home_assistant_error', 'Unauthorized');
        world.restart();
      },
    },
  },
  number: { set_value: setValue },
  input_number: { set_value: setValue },
  lock: {
    lock: { ...setting('locked'), fields: { code: {} } },
    unlock: { ...setting('unlocked'), fields: { code: {} } },
  },
  valve: { open_valve: setting('open'), close_valve: setting('closed') },
  persistent_notification: {
    create: notice,
    dismiss: {
      fields: { notification_id: { required: true } },
      run: (world, { data }) => void world.notices.delete(String(data.notification_id)),
    },
  },
  notify: { persistent_notification: notice },
};

const phoneFields = { message: { required: true }, title: {}, target: {}, data: {} };

/** `domain -> action -> description`, as `get_services` answers. */
export function describeActions(world: World): Record<string, Record<string, object>> {
  const out: Record<string, Record<string, object>> = {};
  for (const [domain, actions] of Object.entries(rows)) {
    out[domain] = {};
    for (const [name, { fields }] of Object.entries(actions)) out[domain][name] = described(fields);
  }
  for (const [domain, actions] of Object.entries(answeringRows)) {
    for (const [name, { fields }] of Object.entries(actions)) {
      out[domain] = {
        ...out[domain],
        [name]: { ...described(fields), response: { optional: false } },
      };
    }
  }
  if (world.ai) {
    const rows = Object.entries(aiRows).map(([name, { fields }]) => [
      name,
      { fields, response: { optional: false } },
    ]);
    out.ai_task = Object.fromEntries(rows);
  }
  for (const phone of world.phones.values()) out.notify![phone.action] = described(phoneFields);
  return out;
}

const described = (fields: object): object => ({
  fields,
  target: { entity: [{}] },
});

/** Throws WireError as the real home would; an unknown entity is no error. Answers what an answering Action says. */
export async function runAction(world: World, call: ActionCall): Promise<object | null> {
  const { domain, action, data } = call;
  const phone = domain === 'notify' ? world.phones.get(action) : undefined;
  const answering = answeringRows[domain]?.[action];
  const row = rows[domain]?.[action];
  const ai = domain === 'ai_task' && world.ai ? aiRows[action] : undefined;
  if (!row && !phone && !answering && !ai) throw unknownAction(domain, action);
  checkAnswerMode(call, answering !== undefined || ai !== undefined);
  checkFields(data, phone ? phoneFields : (answering ?? ai ?? row!).fields);
  world.calls.push({ domain, action, entityIds: call.entityIds, data, at: world.clock.now() });
  if (world.calls.length > 10_000) world.calls.splice(0, 5000);
  if (answering) return answers(world, answering, call);
  if (ai) return runAiTask(world, call);
  if (phone) await phone.push(data);
  else await row!.run(world, call);
  return null;
}

function checkFields(data: ActionCall['data'], fields: ActionRow['fields']): void {
  for (const name of Object.keys(data)) {
    if (!Object.hasOwn(fields, name)) throw invalidFormat(`not a valid option at '${name}'`);
  }
  for (const [name, field] of Object.entries(fields)) {
    if (field.required && data[name] === undefined)
      throw invalidFormat(`required key not provided at '${name}'`);
  }
}

/** What answers must be asked for its answer, and nothing else may be. */
function checkAnswerMode({ wantsAnswer }: ActionCall, answers: boolean): void {
  if (wantsAnswer === answers) return;
  const [key, words] = answers
    ? [
        'service_lacks_response_request',
        'The action requires responses and must be called with return_response=True',
      ]
    : [
        'service_does_not_support_response',
        "An action which does not return responses can't be called with return_response=True",
      ];
  throw new WireError('service_validation_error', `Validation error: ${words}`, {
    translation_key: key,
    translation_placeholders: { return_response: 'return_response=True' },
    translation_domain: 'homeassistant',
  });
}

function follow(world: World, call: ActionCall, next: (state: string) => string): void {
  for (const id of call.entityIds) {
    const now = world.states.get(id);
    if (!now || now.state === 'unavailable' || world.stuck.has(id)) continue;
    const set = () => world.set(id, next(now.state), { context: call.context });
    if (world.options.latencyMs > 0) world.later(world.options.latencyMs, set);
    else set();
  }
}

function setNumber(world: World, call: ActionCall): void {
  const value = Number(call.data.value);
  if (!Number.isFinite(value)) throw invalidFormat("expected float at 'value'");
  for (const id of call.entityIds) {
    const now = world.states.get(id);
    if (!now) continue;
    const [min, max] = [Number(now.attributes.min), Number(now.attributes.max)];
    if (value < min || value > max) throw outOfRange(call, { id, value, min, max });
  }
  follow(world, call, () => String(value));
}

function unknownAction(domain: string, action: string): WireError {
  return new WireError('not_found', `Service ${domain}.${action} not found.`, {
    translation_key: 'service_not_found',
    translation_placeholders: { domain, service: action },
    translation_domain: 'homeassistant',
  });
}

function outOfRange(
  call: ActionCall,
  o: { id: string; value: number; min: number; max: number },
): WireError {
  const number = (v: number) => (Number.isInteger(v) ? v.toFixed(1) : String(v));
  const words = `Value ${number(o.value)} for ${o.id} is outside valid range ${number(o.min)} - ${number(o.max)}`;
  return new WireError('service_validation_error', `Validation error: ${words}`, {
    translation_key: 'out_of_range',
    translation_placeholders: {
      value: o.value,
      entity_id: o.id,
      min_value: number(o.min),
      max_value: number(o.max),
    },
    translation_domain: call.domain,
  });
}
