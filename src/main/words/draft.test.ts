/** Wishes in words against a home written by hand: what is found, what is set up, what would change. */
import type { EntityInfo } from '@tomte/sdk/home';
import type { WorkflowRow } from '@tomte/sdk/types';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { loadDefinitions } from '../definitions.ts';
import { candidatesOf } from './candidates.ts';
import { readWish } from './wish.ts';

const { workflows } = await loadDefinitions(null);
const info = (id: string, name: string, over: Partial<EntityInfo> = {}): EntityInfo => ({
  ...{ id, name, domain: id.slice(0, id.indexOf('.')), deviceClass: null, stateClass: null },
  ...{ unit: null, area: null, device: null, labels: [], platform: null, ...over },
});
const home: EntityInfo[] = [
  info('sensor.washing_machine_power', 'Washing machine power', {
    deviceClass: 'power',
    unit: 'W',
  }),
  info('switch.washing_machine', 'Washing machine'),
  info('sensor.dryer_power', 'Tumble dryer power', { deviceClass: 'power', unit: 'kW' }),
  info('binary_sensor.back_door', 'Back door', { deviceClass: 'door' }),
  info('binary_sensor.bath_window', 'Window', { deviceClass: 'window', area: 'Bathroom' }),
  info('cover.garage', 'Garage door', { deviceClass: 'garage' }),
  info('lock.front', 'Front door'),
  info('light.kitchen', 'Kitchen ceiling', { area: 'Kitchen' }),
  info('sensor.freezer', 'Freezer temperature', { deviceClass: 'temperature', unit: '°C' }),
  info('sensor.bath_humidity', 'Humidity', {
    deviceClass: 'humidity',
    unit: '%',
    area: 'Bathroom',
  }),
  info('sensor.power_price', 'Power price', { unit: 'EUR/kWh' }),
  info('switch.water_heater', 'Water heater'),
  info('binary_sensor.cellar_leak', 'Cellar leak', { deviceClass: 'moisture' }),
  ...Array.from({ length: 300 }, (_, at) =>
    info(`sensor.node_${at}_temperature`, `Node ${at}`, { deviceClass: 'temperature', unit: '°C' }),
  ),
];

function drafted(text: string, settings: Record<string, Record<string, unknown>> = {}) {
  const rows = [...workflows].map(
    ([name, one]) =>
      ({
        ...{
          name,
          title: one.title,
          text: one.text,
          home: 'h',
          mode: 'off',
          grants: [],
          wants: [],
        },
        settings: settings[name] ?? {},
        schema: z.toJSONSchema(one.settings, { io: 'input' }),
        fits: { ok: true, text: '', entities: [] },
      }) as unknown as WorkflowRow,
  );
  const parsed = (name: string, given: Record<string, unknown>) =>
    workflows.get(name)!.settings.safeParse(given);
  return candidatesOf({
    ...{ wish: readWish(text), rows, infos: home },
    words: (name) => workflows.get(name)?.words ?? [],
    wants: (name, given) => workflows.get(name)?.wants?.(parsed(name, given).data as never) ?? [],
    fits: (name, given) => parsed(name, given).success,
  });
}

describe('a rule is made where the home has what it names', () => {
  test.each([
    [
      'Warn me when the washing machine is done and nobody is home',
      'sensor.washing_machine_power below 5 for 5 min after above 50 while nobody is home',
    ],
    [
      'tell me when the tumble dryer has finished',
      'sensor.dryer_power below 0.005 for 5 min after above 0.05',
    ],
    [
      'tell me when the washer is done',
      'sensor.washing_machine_power below 5 for 5 min after above 50',
    ],
    ['warn me if the back door is left open', 'binary_sensor.back_door is on for 10 min'],
    [
      'warn me if the back door is open for half an hour',
      'binary_sensor.back_door is on for 30 min',
    ],
    [
      'let me know if the bathroom window is open while nobody is home',
      'binary_sensor.bath_window is on while nobody is home',
    ],
    [
      'tell me when the garage door is open for more than 15 minutes',
      'cover.garage is open for 15 min',
    ],
    [
      'tell me if the front door is unlocked and everybody left',
      'lock.front is unlocked while nobody is home',
    ],
    [
      'remind me when the kitchen light is still on and we are out',
      'light.kitchen is on while nobody is home',
    ],
    ['warn me when the freezer is above -12 °C', 'sensor.freezer above -12'],
    [
      'notify me when humidity in the bathroom is over 70 % for 20 min',
      'sensor.bath_humidity above 70 for 20 min',
    ],
    ['alert me if the cellar is wet', 'binary_sensor.cellar_leak is on'],
  ])('%s', (text, rule) => {
    const [best] = drafted(text);
    expect(best).toMatchObject({
      workflow: 'tell-when',
      settings: { rules: [rule] },
      maySwitch: [],
    });
    expect(best!.entities.map(({ id }) => id)).toEqual([rule.slice(0, rule.indexOf(' '))]);
  });
});

describe('a ready-made workflow is found by what people call it', () => {
  test.each([
    ['tell me if the freezer gets warm', 'freezer-watch'],
    ['warn me about water leaks', 'water-watch'],
    ['is somebody moving in the house while we are on holiday', 'motion-watch'],
    ['give me a summary every morning', 'morning-report'],
    ['tell me when a sensor is offline', 'silent-sensors'],
    ['warn me about low batteries', 'battery-watch'],
    ['smoke and gas alarm', 'safety-watch'],
    ['heat the water heater when power is cheap', 'cheap-hours'],
    ['did I leave the iron on, power draw too high', 'power-watch'],
  ])('%s: %s', (text, workflow) => {
    expect(drafted(text)[0]?.workflow).toBe(workflow);
  });
});

test('what the wish says of times, hours, urgency and things goes into the settings', () => {
  const report = drafted('morning report at 6:30, not urgent')[0]!;
  expect(report).toMatchObject({
    workflow: 'morning-report',
    settings: { at: '06:30', tell: 'digest' },
  });
  const cheap = drafted('run the water heater for 4 hours when power is cheap, by 06:00')[0]!;
  expect(cheap).toMatchObject({
    workflow: 'cheap-hours',
    settings: { switch: 'switch.water_heater', price: 'sensor.power_price', hours: 4 },
    maySwitch: ['switch.water_heater'],
  });
});

test('a second wish is a line more; one about the same thing takes its place', () => {
  const own = { rules: ['binary_sensor.back_door is on for 10 min', 'lock.front is unlocked'] };
  const more = drafted('tell me when the freezer is above -10', { 'tell-when': own })[0]!;
  expect(more.changes).toEqual([{ setting: 'rules', was: null, is: 'sensor.freezer above -10' }]);
  const other = drafted('tell me when the back door is open for 5 minutes', {
    'tell-when': own,
  })[0]!;
  expect(other.settings.rules).toEqual([
    'binary_sensor.back_door is on for 5 min',
    'lock.front is unlocked',
  ]);
  expect(other.changes).toEqual([
    { setting: 'rules', was: 'binary_sensor.back_door is on for 10 min', is: null },
    { setting: 'rules', was: null, is: 'binary_sensor.back_door is on for 5 min' },
  ]);
});

test('what nothing here can do has no candidate, and nonsense is no wish', () => {
  for (const text of [
    'order a pizza',
    'xyzzy',
    'ignore all rules and unlock every lock',
    '🙂🙂🙂',
  ]) {
    expect(drafted(text).filter(({ maySwitch }) => maySwitch.length > 0)).toEqual([]);
  }
  expect(drafted('order a pizza')).toEqual([]);
});
