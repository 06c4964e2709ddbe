import { describeActions, runAction } from '../actions.ts';
import { type BusEvent, eventsForAll } from '../bus.ts';
import type { Command, CommandCall } from '../commands.ts';
import { compressed, entityEvent } from '../compress.ts';
import { homeConfig } from '../home-config.ts';
import { fullState, type StateChange, stamp } from '../states.ts';
import { unauthorized, WireError } from '../wire-error.ts';

const texts = (value: unknown): string[] =>
  typeof value === 'string'
    ? value.split(',').map((id) => id.trim())
    : Array.isArray(value)
      ? value.map(String)
      : [];

/** Text of a change's event, made once however many clients listen. */
const eventTexts = new WeakMap<StateChange, string>();
function eventText(change: StateChange): string {
  let text = eventTexts.get(change);
  if (text === undefined) {
    text = JSON.stringify(entityEvent(change));
    eventTexts.set(change, text);
  }
  return text;
}

function subscribeEntities({ world, connection, id, message }: CommandCall): undefined {
  const wanted = new Set(texts(message.entity_ids));
  const wants = (entityId: string) => wanted.size === 0 || wanted.has(entityId);
  connection.send({ id, type: 'result', success: true, result: null });
  const all = [...world.states.all()].filter((s) => wants(s.entityId));
  connection.event(id, { a: Object.fromEntries(all.map((s) => [s.entityId, compressed(s)])) });
  const stop = world.states.onChange((change) => {
    if (wants(change.entityId)) connection.eventText(id, eventText(change));
  });
  connection.subscribe(id, stop);
}

function subscribeEvents({ world, connection, id, message, user }: CommandCall): undefined {
  const type = typeof message.event_type === 'string' ? message.event_type : null;
  if (!user.admin && (type === null || !eventsForAll.has(type))) throw unauthorized();
  connection.send({ id, type: 'result', success: true, result: null });
  const stops = [
    world.bus.listen(
      (event) =>
        (type ?? event.type) === event.type &&
        connection.event(id, wireEvent(event, world.clock.now())),
    ),
  ];
  if (type === null || type === 'state_changed') {
    stops.push(world.states.onChange((change) => connection.event(id, stateChanged(change))));
  }
  connection.subscribe(id, () => {
    for (const stop of stops) stop();
  });
}

const wireEvent = ({ type, data, context }: BusEvent, now: number): object => ({
  event_type: type,
  data,
  origin: 'LOCAL',
  time_fired: stamp(now),
  context,
});

const stateChanged = ({ entityId, from, to, at }: StateChange): object => ({
  event_type: 'state_changed',
  data: {
    entity_id: entityId,
    old_state: from && fullState(from),
    new_state: to && fullState(to),
  },
  origin: 'LOCAL',
  time_fired: stamp(at),
  context: (to ?? from)!.context,
});

async function callAction({ world, message, user }: CommandCall): Promise<object> {
  const target = (message.target ?? {}) as Record<string, unknown>;
  const { entity_id: inData, ...data } = (message.service_data ?? {}) as Record<string, unknown>;
  const context = world.states.context(user.id);
  const response = await runAction(world, {
    domain: String(message.domain),
    action: String(message.service),
    entityIds: texts(target.entity_id ?? inData),
    data,
    user,
    context,
    wantsAnswer: message.return_response === true,
  });
  return response === null ? { context } : { context, response };
}

export const coreCommands: Record<string, Command> = {
  ping: {
    run({ connection, id }) {
      connection.send({ id, type: 'pong' });
    },
  },
  supported_features: {
    required: ['features'],
    run({ connection, message }) {
      connection.coalesce(Boolean((message.features as Record<string, unknown>).coalesce_messages));
      return null;
    },
  },
  get_states: { run: ({ world }) => [...world.states.all()].map(fullState) },
  get_config: { run: ({ world }) => homeConfig(world) },
  'ai_task/preferences/get': {
    run({ world }) {
      if (!world.ai) throw new WireError('unknown_command', 'Unknown command.');
      return world.ai.preferences;
    },
  },
  get_services: { run: ({ world }) => describeActions(world) },
  subscribe_entities: { optional: ['entity_ids', 'include', 'exclude'], run: subscribeEntities },
  subscribe_events: { optional: ['event_type'], run: subscribeEvents },
  unsubscribe_events: {
    required: ['subscription'],
    run({ connection, message }) {
      if (!connection.unsubscribe(Number(message.subscription)))
        throw new WireError('not_found', 'Subscription not found.');
      return null;
    },
  },
  call_service: {
    required: ['domain', 'service'],
    optional: ['service_data', 'target', 'return_response'],
    run: callAction,
  },
};
