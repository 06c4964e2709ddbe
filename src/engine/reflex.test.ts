import type { Change, EntityState } from '@tomte/sdk/home';
import { expect, test } from 'vitest';
import { silentLog } from '../lib/log.ts';
import { openReflexes } from './reflex.ts';

const state = (entityId: string, value: string): EntityState => ({
  entityId,
  state: value,
  attributes: {},
  lastChanged: 1,
  lastUpdated: 1,
  contextId: null,
  contextUserId: null,
});
const change = (from: string, to: string, late = false): Change => ({
  home: 'h1',
  entityId: 'binary_sensor.hall',
  from: state('binary_sensor.hall', from),
  to: state('binary_sensor.hall', to),
  at: 1_000,
  late,
  generation: 1,
});
const rule = {
  name: 'hall light',
  entity: 'binary_sensor.hall',
  to: 'on',
  action: { domain: 'light', action: 'turn_on', entities: ['light.hall'], data: {} },
};

function opened() {
  const asked: string[] = [];
  let tell = (_change: Change) => {};
  const reflexes = openReflexes({
    onReflex(callback) {
      tell = callback;
      return () => {
        tell = () => {};
      };
    },
    async act(_action, { key }) {
      asked.push(key);
      return { kind: 'sent', at: 0 };
    },
    log: silentLog,
  });
  return { reflexes, asked, tell: (next: Change) => tell(next) };
}

test('a change to the awaited state asks for the Action in the same turn', () => {
  const { reflexes, asked, tell } = opened();
  reflexes.add(rule);
  tell(change('off', 'on'));
  expect(asked).toEqual(['reflex:h1:hall light:1000']);
});

test('an attribute change, another state and a late change ask for nothing', () => {
  const { reflexes, asked, tell } = opened();
  reflexes.add(rule);
  tell(change('on', 'on'));
  tell(change('on', 'off'));
  tell(change('off', 'on', true));
  expect(asked).toEqual([]);
});

test('a removed rule is silent, and so is a closed set', () => {
  const { reflexes, asked, tell } = opened();
  reflexes.add(rule);
  reflexes.remove(rule.name);
  tell(change('off', 'on'));
  reflexes.add(rule);
  reflexes.close();
  tell(change('off', 'on'));
  expect(asked).toEqual([]);
});

test('a toggle is refused as a reflex, because giving it twice undoes it', () => {
  const { reflexes } = opened();
  const toggle = { ...rule, action: { ...rule.action, action: 'toggle' } };
  expect(() => reflexes.add(toggle)).toThrow(/may not light.toggle/);
});
