/** What devices do when they are asked: the state that an Action usually leads to. */
import type { Action } from './home.ts';
import type { HeldHome } from './test-home.ts';

const words: Readonly<Record<string, string>> = {
  turn_on: 'on',
  turn_off: 'off',
  lock: 'locked',
  unlock: 'unlocked',
  open_cover: 'open',
  close_cover: 'closed',
  open_valve: 'open',
  close_valve: 'closed',
};
/** Actions whose field becomes the state itself. */
const fields: Readonly<Record<string, string>> = {
  set_value: 'value',
  select_option: 'option',
  set_hvac_mode: 'hvac_mode',
};
const opposite: Readonly<Record<string, string>> = { on: 'off', off: 'on' };

/** Writes the state that each entity of the Action would take; one that is not there is left out. */
export function follow(home: HeldHome, { action, entities, data }: Action): void {
  for (const entity of entities) {
    const now = home.state(entity);
    if (now === null) continue;
    const field = fields[action];
    const told = field === undefined ? undefined : data[field];
    const next =
      action === 'toggle'
        ? opposite[now.state]
        : typeof told === 'string' || typeof told === 'number'
          ? told
          : words[action];
    const known = Object.entries(data).filter(([name]) => name in now.attributes);
    const attributes = { ...now.attributes, ...Object.fromEntries(known) };
    if (next !== undefined || known.length > 0) home.change(entity, next ?? now.state, attributes);
  }
}
