import type { Action, EntityInfo } from '@tomte/sdk/home';
import { expect, test } from 'vitest';
import { effectOf } from './confirm.ts';
import { isTelling, judge } from './guardrail.ts';

const action = (domain: string, name: string, ...entities: string[]): Action => ({
  domain,
  action: name,
  entities,
  data: {},
});
const info = (deviceClass: string | null) => (id: string) => ({ id, deviceClass }) as EntityInfo;
/** Everything is granted, so that only the other rules can refuse. */
const rule = (
  a: Action,
  o: { deviceClass?: string | null; stopped?: boolean; grants?: string[] } = {},
) => {
  const context = {
    grants: o.grants ?? [...a.entities],
    info: info(o.deviceClass ?? null),
    stopped: o.stopped ?? false,
  };
  const verdict = judge(a, context);
  return verdict.ok ? 'ok' : verdict.rule;
};

test('a granted switch may be switched, another may not', () => {
  const a = action('switch', 'turn_on', 'switch.dishwasher');
  expect(rule(a)).toBe('ok');
  expect(rule(a, { grants: [] })).toBe('guardrail.not_granted');
  expect(rule(a, { grants: ['switch.dishwasher2'] })).toBe('guardrail.not_granted');
});

test('one entity that was not granted refuses the whole Action', () => {
  const a = action('light', 'turn_on', 'light.hall', 'light.attic');
  expect(rule(a, { grants: ['light.hall'] })).toBe('guardrail.not_granted');
});

test.each([
  action('lock', 'unlock', 'lock.front'),
  action('lock', 'lock', 'lock.front'),
  action('alarm_control_panel', 'alarm_disarm', 'alarm_control_panel.home'),
  action('siren', 'turn_on', 'siren.attic'),
  action('valve', 'close_valve', 'valve.main'),
  action('switch', 'turn_on', 'lock.front'),
])('$domain.$action of $entities is never done, even when granted', (a) => {
  expect(rule(a)).toBe('guardrail.never');
});

test('a blind may be moved; a garage door, a gate, and a cover nobody can place may not', () => {
  const a = action('cover', 'open_cover', 'cover.south');
  expect(rule(a, { deviceClass: 'blind' })).toBe('ok');
  for (const deviceClass of ['garage', 'gate', 'door', null]) {
    expect(rule(a, { deviceClass })).toBe('guardrail.never');
  }
});

test.each([
  action('homeassistant', 'turn_off', 'light.hall'),
  action('script', 'turn_on', 'script.everything'),
  action('scene', 'turn_on', 'scene.night'),
  action('automation', 'trigger', 'automation.away'),
  action('light', 'turn_off', 'all'),
  action('light', 'turn_off'),
  action('light', 'turn_off', 'light.a, light.b'),
  action('light', 'turn_off', 'light.{{ x }}'),
  action('light', 'turn_on', 'switch.heater'),
  action('light', 'turn_on', 'group.all_lights'),
  { ...action('light', 'turn_on', 'light.a'), data: { area_id: 'kitchen' } },
  { ...action('light', 'turn_on', 'light.a'), data: { entity_id: 'light.b' } },
])('what reaches further than its entities is refused: $domain.$action $entities $data', (a) => {
  expect(rule(a)).toBe('guardrail.target_too_wide');
});

test('while stopped nothing is done', () => {
  expect(rule(action('light', 'turn_on', 'light.a'), { stopped: true })).toBe('guardrail.stopped');
});

test('telling is no way to switch, and switching no way to tell', () => {
  expect(rule(action('notify', 'send_message', 'notify.phone'))).toBe('guardrail.not_granted');
  expect(isTelling(action('notify', 'mobile_app_phone'))).toBe(true);
  expect(isTelling(action('persistent_notification', 'create'))).toBe(true);
  expect(isTelling(action('persistent_notification', 'dismiss_all'))).toBe(false);
  expect(isTelling(action('light', 'turn_on', 'light.a'))).toBe(false);
});

test('an Action that leads to the same state however often it is sent can be confirmed', () => {
  const state = (s: string, attributes: object = {}) =>
    ({ entityId: 'x.y', state: s, attributes }) as never;
  const set = (domain: string, name: string, data: Action['data']) =>
    effectOf({ domain, action: name, entities: ['x.y'], data })!;
  expect(set('switch', 'turn_on', {})(state('on'))).toBe(true);
  expect(set('switch', 'turn_on', {})(state('unavailable'))).toBe(false);
  expect(set('climate', 'turn_on', {})(state('heat'))).toBe(true);
  expect(set('number', 'set_value', { value: 16 })(state('16.0'))).toBe(true);
  expect(set('number', 'set_value', { value: 16 })(state('unknown'))).toBe(false);
  expect(set('input_text', 'set_value', { value: 'a' })(state('a'))).toBe(true);
  expect(set('select', 'select_option', { option: 'eco' })(state('eco'))).toBe(true);
  expect(set('light', 'turn_on', { brightness: 100 })(state('on', { brightness: 40 }))).toBe(false);
  expect(effectOf(action('switch', 'toggle', 'switch.a'))).toBeNull();
  expect(effectOf(action('button', 'press', 'button.a'))).toBeNull();
});
