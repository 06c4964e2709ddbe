import type { Action, EntityInfo, EntityState } from '@tomte/sdk/home';
import { type Grant, grantsOf } from '@tomte/sdk/types-grant';
import { expect, test } from 'vitest';
import { effectOf } from './confirm.ts';
import { type GuardrailContext, judge } from './guardrail.ts';
import { isTelling } from './guardrail-reach.ts';

const action = (domain: string, name: string, ...entities: string[]): Action => ({
  domain,
  action: name,
  entities,
  data: {},
});
const info = (deviceClass: string | null) => (id: string) => ({ id, deviceClass }) as EntityInfo;

/** Half past noon in Oslo, on a day without a change of clocks. */
const noon = Date.parse('2026-11-21T11:30:00Z');
const minute = 60_000;

interface Over extends Partial<Omit<GuardrailContext, 'grants'>> {
  readonly deviceClass?: string | null;
  readonly grants?: readonly (string | Partial<Grant>)[];
}
/** Everything is granted, so that only the other rules can refuse. */
function verdict(a: Action, { deviceClass = null, grants, ...over }: Over = {}) {
  const rules = (grants ?? a.entities).map((one) =>
    typeof one === 'string' ? one : { entities: [...a.entities], ...one },
  );
  return judge(a, {
    grants: grantsOf(rules),
    info: info(deviceClass),
    areaOf: () => null,
    state: () => undefined,
    now: noon,
    zone: 'Europe/Oslo',
    mode: () => null,
    sent: () => 0,
    stopped: false,
    ...over,
  });
}
function rule(a: Action, over: Over = {}): string {
  const found = verdict(a, over);
  return found.kind === 'refused' ? found.rule : found.kind;
}

const on = action('switch', 'turn_on', 'switch.dishwasher');
const off = action('switch', 'turn_off', 'switch.dishwasher');
const stateOf = (state: string, sinceMinutes: number) => (entityId: string) =>
  ({ entityId, state, lastChanged: noon - sinceMinutes * minute }) as EntityState;

test('a granted switch may be switched, another may not', () => {
  expect(rule(on)).toBe('allowed');
  expect(rule(on, { grants: [] })).toBe('guardrail.not_granted');
  expect(rule(on, { grants: ['switch.dishwasher2'] })).toBe('guardrail.not_granted');
});

test('one entity that was not granted refuses the whole Action', () => {
  const a = action('light', 'turn_on', 'light.hall', 'light.attic');
  expect(rule(a, { grants: ['light.hall'] })).toBe('guardrail.not_granted');
  expect(rule(a, { grants: ['light.hall', { entities: ['light.attic'] }] })).toBe('allowed');
});

test('an area grants what stands in it, but never the lock on its door', () => {
  const areaOf = (id: string) => (id.endsWith('attic') ? 'attic' : 'hall');
  const grants = [{ entities: [], areas: ['hall'] }];
  expect(rule(action('light', 'turn_on', 'light.hall'), { grants, areaOf })).toBe('allowed');
  const attic = action('light', 'turn_on', 'light.attic');
  expect(rule(attic, { grants, areaOf })).toBe('guardrail.not_granted');
  const lock = action('lock', 'unlock', 'lock.hall');
  expect(rule(lock, { grants, areaOf })).toBe('guardrail.never');
  expect(rule(lock, { grants: ['lock.hall'], areaOf })).toBe('needs_approval');
});

test.each([
  action('lock', 'unlock', 'lock.front'),
  action('lock', 'lock', 'lock.front'),
  action('alarm_control_panel', 'alarm_disarm', 'alarm_control_panel.home'),
  action('siren', 'turn_on', 'siren.attic'),
  action('valve', 'close_valve', 'valve.main'),
])('$domain.$action of $entities needs a yes each time, and first to be named', (a) => {
  expect(rule(a)).toBe('needs_approval');
  expect(rule(a, { approved: true })).toBe('allowed');
  expect(rule(a, { grants: [], approved: true })).toBe('guardrail.never');
});

test('a blind may be moved; a garage door, a gate, and a cover nobody can place need a yes', () => {
  const a = action('cover', 'open_cover', 'cover.south');
  expect(rule(a, { deviceClass: 'blind' })).toBe('allowed');
  for (const deviceClass of ['garage', 'gate', 'door', null]) {
    expect(rule(a, { deviceClass })).toBe('needs_approval');
    expect(rule(a, { deviceClass, grants: [] })).toBe('guardrail.never');
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
  action('switch', 'turn_on', 'lock.front'),
  action('light', 'turn_on', 'group.all_lights'),
  { ...action('light', 'turn_on', 'light.a'), data: { area_id: 'kitchen' } },
  { ...action('light', 'turn_on', 'light.a'), data: { entity_id: 'light.b' } },
  {
    ...action('media_player', 'join', 'media_player.a'),
    data: { group_members: ['media_player.b'] },
  },
  {
    ...action('media_player', 'join', 'media_player.a'),
    data: { x: { y: 'media_player.a,LIGHT.B' } },
  },
])('what reaches further than its entities is refused: $domain.$action $entities $data', (a) => {
  expect(rule(a)).toBe('guardrail.target_too_wide');
});

test('while stopped nothing is done, also with a yes', () => {
  const lock = action('lock', 'unlock', 'lock.front');
  expect(rule(on, { stopped: true })).toBe('guardrail.stopped');
  expect(rule(lock, { stopped: true, approved: true })).toBe('guardrail.stopped');
});

test('while paused nothing is done, and the refusal says until when', () => {
  const mode = (name: string) => (name === 'pause' ? noon + 90 * minute : null);
  expect(verdict(on, { mode })).toMatchObject({
    rule: 'guardrail.paused',
    message: 'switch.turn_on: workflows are paused until 14:00',
  });
});

test('telling is no way to switch, and switching no way to tell', () => {
  expect(rule(action('notify', 'send_message', 'notify.phone'))).toBe('guardrail.not_granted');
  expect(isTelling(action('notify', 'mobile_app_phone'))).toBe(true);
  expect(isTelling(action('persistent_notification', 'create'))).toBe(true);
  expect(isTelling(action('persistent_notification', 'dismiss_all'))).toBe(false);
  expect(isTelling(action('light', 'turn_on', 'light.a'))).toBe(false);
});

test('a rule may allow some Actions only, or ask each time', () => {
  expect(rule(on, { grants: [{ actions: ['turn_on'] }] })).toBe('allowed');
  expect(rule(off, { grants: [{ actions: ['turn_on'] }] })).toBe('guardrail.action_not_granted');
  expect(rule(off, { grants: [{ actions: ['turn_on'] }, { ask: true }] })).toBe('needs_approval');
  expect(rule(on, { grants: [{ ask: true }, {}] })).toBe('allowed');
});

test.each([
  [{ temperature: 21 }, 'allowed'],
  [{ temperature: '21' }, 'allowed'],
  [{ temperature: 21, hvac_mode: 'heat' }, 'allowed'],
  [{ temperature: 35 }, 'guardrail.out_of_range'],
  [{ temperature: '35' }, 'guardrail.out_of_range'],
  [{ temperature: '3_5' }, 'guardrail.out_of_range'],
  [{ temperature: 'inf' }, 'guardrail.out_of_range'],
  [{ temperature: true }, 'guardrail.out_of_range'],
  [{ temperature: [20, 40] }, 'guardrail.out_of_range'],
  [{ target_temp_high: 21 }, 'guardrail.out_of_range'],
  [{ target_temp_high: { deep: ' 2_1 ' } }, 'guardrail.out_of_range'],
])('numbers stay within their range, and one without a range is refused: %o', (data, expected) => {
  const a = { ...action('climate', 'set_temperature', 'climate.bath'), data };
  const ranges = [{ field: 'temperature', min: 5, max: 23 }];
  expect(rule(a, { grants: [{ ranges }] })).toBe(expected);
});

test.each([
  ['22:00', '07:00', '2026-11-21T20:59:00Z', 'allowed'],
  ['22:00', '07:00', '2026-11-21T21:00:00Z', 'guardrail.quiet_hours'],
  ['22:00', '07:00', '2026-11-22T05:59:59Z', 'guardrail.quiet_hours'],
  ['22:00', '07:00', '2026-11-22T06:00:00Z', 'allowed'],
  ['12:00', '13:00', '2026-11-21T11:30:00Z', 'guardrail.quiet_hours'],
  ['00:00', '00:00', '2026-11-21T11:30:00Z', 'guardrail.quiet_hours'],
  // The clocks go back: the hour from 02:00 is there twice, and quiet twice.
  ['02:00', '03:00', '2026-10-25T00:30:00Z', 'guardrail.quiet_hours'],
  ['02:00', '03:00', '2026-10-25T01:30:00Z', 'guardrail.quiet_hours'],
  ['02:00', '03:00', '2026-10-25T02:00:00Z', 'allowed'],
  // They go forward: the hour from 02:00 is not there.
  ['02:00', '03:00', '2026-03-29T00:59:00Z', 'allowed'],
  ['02:00', '03:00', '2026-03-29T01:00:00Z', 'allowed'],
  ['01:30', '03:30', '2026-03-29T01:29:00Z', 'guardrail.quiet_hours'],
])('quiet %s to %s at %s: %s', (from, to, at, expected) => {
  expect(rule(on, { grants: [{ quiet: { from, to } }], now: Date.parse(at) })).toBe(expected);
});

test('what was switched on stays on for its shortest time, and off likewise', () => {
  const grants = [{ minOnMinutes: 10, minOffMinutes: 5 }];
  expect(rule(off, { grants, state: stateOf('on', 9) })).toBe('guardrail.too_soon');
  expect(rule(off, { grants, state: stateOf('on', 10) })).toBe('allowed');
  expect(rule(on, { grants, state: stateOf('on', 1) })).toBe('allowed');
  expect(rule(on, { grants, state: stateOf('off', 4) })).toBe('guardrail.too_soon');
  expect(rule(on, { grants, state: stateOf('off', 5) })).toBe('allowed');
  const toggle = action('switch', 'toggle', 'switch.dishwasher');
  expect(rule(toggle, { grants, state: stateOf('on', 9) })).toBe('guardrail.too_soon');
  const dim = { ...action('light', 'turn_on', 'light.a'), data: { brightness: 0 } };
  expect(rule(dim, { grants, state: stateOf('on', 9) })).toBe('guardrail.too_soon');
  // The home's clock is ahead of ours: that is no reason to wait longer.
  expect(verdict(off, { grants, state: stateOf('on', -3) })).toMatchObject({
    message: 'switch.dishwasher is on since 0 s and stays so for 10 min at least',
  });
});

test('so many Actions an hour, and no more', () => {
  const grants = [{ perHour: 3 }];
  expect(rule(on, { grants, sent: () => 2 })).toBe('allowed');
  expect(rule(on, { grants, sent: () => 3 })).toBe('guardrail.too_often');
});

test('not while guests are there, or while nobody is', () => {
  const mode = (name: string) => (name === 'guests' ? noon + minute : null);
  expect(rule(on, { grants: [{ notWhile: ['guests'] }], mode })).toBe('guardrail.not_while');
  expect(rule(on, { grants: [{ notWhile: ['away'] }], mode })).toBe('allowed');
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
