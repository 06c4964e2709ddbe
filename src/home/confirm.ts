import type { Action, EntityState } from '@tomte/sdk/home';

/** True when a state shows that the Action took effect. */
export type Effect = (state: EntityState) => boolean;

const stateIs =
  (...wanted: string[]): Effect =>
  ({ state }) =>
    wanted.includes(state);

/**
 * What the Mirror must show for each entity after a set-like Action: one that leads to the same state
 * however often it is sent. Null for the others (toggle, press, play): these can only be sent.
 */
export function effectOf(action: Action): Effect | null {
  const { domain, data } = action;
  switch (action.action) {
    case 'turn_on':
      return turnedOn(domain, data);
    case 'turn_off':
      return stateIs('off');
    case 'set_value':
      return 'value' in data ? hasValue(data.value) : null;
    case 'select_option':
      return typeof data.option === 'string' ? stateIs(data.option) : null;
    case 'open_cover':
      return stateIs('open', 'opening');
    case 'close_cover':
      return stateIs('closed', 'closing');
    case 'open_valve':
      return stateIs('open', 'opening');
    case 'close_valve':
      return stateIs('closed', 'closing');
    case 'set_cover_position':
      return attributeIs('current_position', data.position);
    case 'set_percentage':
      return attributeIs('percentage', data.percentage);
    case 'set_humidity':
      return attributeIs('humidity', data.humidity);
    case 'set_temperature':
      return 'temperature' in data ? attributeIs('temperature', data.temperature) : null;
    case 'set_hvac_mode':
      return typeof data.hvac_mode === 'string' ? stateIs(data.hvac_mode) : null;
    case 'set_operation_mode':
      return attributeIs('operation_mode', data.operation_mode);
    case 'set_preset_mode':
      return attributeIs('preset_mode', data.preset_mode);
    default:
      return null;
  }
}

function turnedOn(domain: string, data: Action['data']): Effect {
  if (domain === 'light' && typeof data.brightness === 'number') {
    return (s) => s.state === 'on' && near(s.attributes.brightness, numberOf(data.brightness), 2);
  }
  // A thermostat or water heater that is on shows its mode instead.
  if (domain === 'climate' || domain === 'water_heater' || domain === 'media_player') {
    return ({ state }) => !['off', 'unavailable', 'unknown'].includes(state);
  }
  return stateIs('on');
}

function hasValue(value: unknown): Effect {
  if (typeof value === 'number') return ({ state }) => near(Number(state), value, 1e-6);
  return ({ state }) => state === String(value);
}

function attributeIs(name: string, wanted: unknown): Effect | null {
  if (wanted === undefined) return null;
  return ({ attributes }) =>
    typeof wanted === 'number' ? near(attributes[name], wanted, 0.51) : attributes[name] === wanted;
}

const near = (value: unknown, wanted: number, within: number): boolean =>
  typeof value === 'number' && Math.abs(value - wanted) <= within;

/**
 * Whether the Action leaves the entity on or off, for shortest times; null where that is no question.
 * A thermostat that heats is on.
 */
export function switchesTo(action: Action, state: EntityState): 'on' | 'off' | null {
  const { data } = action;
  const mode = (value: unknown) => (value === 'off' ? 'off' : 'on');
  switch (action.action) {
    case 'turn_on':
      return isZero(data.brightness) || isZero(data.brightness_pct) || isZero(data.percentage)
        ? 'off'
        : 'on';
    case 'turn_off':
      return 'off';
    case 'toggle':
      return state.state === 'off' ? 'on' : 'off';
    case 'set_percentage':
      return isZero(data.percentage) ? 'off' : 'on';
    case 'set_hvac_mode':
      return mode(data.hvac_mode);
    case 'set_operation_mode':
      return mode(data.operation_mode);
    case 'set_temperature':
      return 'hvac_mode' in data ? mode(data.hvac_mode) : null;
    default:
      return null;
  }
}

const isZero = (value: unknown): boolean => numberOf(value) === 0;

/** As Home Assistant takes it; an object may have no number to give, not even an error's. */
const numberOf = (value: unknown): number =>
  typeof value === 'object' || value === undefined ? Number.NaN : Number(value);
