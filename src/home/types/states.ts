import type { EntityState } from '@tomte/sdk/home';
import { domainOf } from './attributes.ts';
import { unionOf } from './text.ts';

/** States that all entities of a domain share, as types of the SDK's or as literals. */
const byDomain: Readonly<Record<string, string>> = {
  ...same('OnOff', [
    ...['binary_sensor', 'switch', 'light', 'input_boolean', 'automation', 'script', 'fan'],
    ...['siren', 'humidifier', 'remote', 'schedule', 'update'],
  ]),
  ...same('OpenClosed', ['cover', 'valve']),
  lock: unionOf(
    ['locked', 'unlocked', 'locking', 'unlocking', 'jammed', 'open', 'opening'],
    'string',
  ),
  sun: unionOf(['above_horizon', 'below_horizon'], 'string'),
  timer: unionOf(['idle', 'active', 'paused'], 'string'),
};

function same(type: string, domains: readonly string[]): Record<string, string> {
  return Object.fromEntries(domains.map((domain) => [domain, type]));
}

/** Attributes that list all states an entity may take. */
const listing: Readonly<Record<string, string>> = {
  select: 'options',
  input_select: 'options',
  sensor: 'options',
  climate: 'hvac_modes',
  water_heater: 'operation_list',
};

/** Attribute -> the attribute that lists what it may be, as an Action's field names the first. */
const choices: Readonly<Record<string, string>> = {
  preset_mode: 'preset_modes',
  fan_mode: 'fan_modes',
  swing_mode: 'swing_modes',
  swing_horizontal_mode: 'swing_horizontal_modes',
  effect: 'effect_list',
  source: 'source_list',
  sound_mode: 'sound_mode_list',
  mode: 'available_modes',
  fan_speed: 'fan_speed_list',
  speed: 'supported_speeds',
  tone: 'available_tones',
};

/** What `state` may be besides `unavailable` and `unknown`, as a type. */
export function stateType(state: EntityState): string {
  const listed = listedStates(state);
  if (listed.length > 0) return unionOf(listed, 'string');
  const domain = domainOf(state.entityId);
  return Object.hasOwn(byDomain, domain) ? byDomain[domain]! : 'string';
}

function listedStates({ entityId, attributes }: EntityState): string[] {
  const domain = domainOf(entityId);
  const list = Object.hasOwn(listing, domain) ? texts(attributes[listing[domain]!]) : [];
  return domain === 'water_heater' && list.length > 0 ? [...list, 'off'] : list;
}

/** All that an attribute (null: the state itself) of entities in these domains may be set to. */
export function choicesOf(
  states: readonly EntityState[],
  o: { domains: readonly string[]; attribute: string | null },
): string[] {
  const within = states.filter(({ entityId }) => o.domains.includes(domainOf(entityId)));
  if (o.attribute === null) return within.flatMap(listedStates);
  const list = Object.hasOwn(choices, o.attribute) ? choices[o.attribute]! : null;
  return list === null ? [] : within.flatMap(({ attributes }) => texts(attributes[list]));
}

export const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
