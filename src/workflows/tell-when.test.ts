/** Rules in lines, on a virtual clock. */
import { openKit } from '@tomte/sdk/test';
import { expect, test } from 'vitest';
import { readTellRule, tellRuleText } from '../../sdk/tell-rule.ts';
import tellWhen from './tell-when.ts';

const zone = 'Europe/Berlin';
const now = '2026-11-20T12:00:00Z';
const settings = (...rules: string[]) => ({ rules });
const person = (state: string) => ({ state, attributes: { friendly_name: 'Maja' } });
const door = (state: string) => ({
  state,
  attributes: { device_class: 'door', friendly_name: 'Back door' },
});

test.each([
  'binary_sensor.door is on',
  'sensor.washer below 5 for 5 min after above 100 while nobody is home',
  'sensor.t above -12.5 while somebody is home',
])('a line says the same when it is read and written: %s', (line) => {
  expect(tellRuleText(readTellRule(line)!)).toBe(line);
});

test('what is no rule is refused by the form', () => {
  for (const line of ['door is on', 'sensor.a is on and sensor.b is on', 'sensor.a above x', '']) {
    expect(tellWhen.settings.safeParse({ rules: [line] }).success).toBe(false);
  }
});

test('a door that stays open is told once, and is over when it is shut', async () => {
  const kit = openKit(tellWhen, {
    ...{ zone, now, settings: settings('binary_sensor.back is on for 10 min') },
    states: { 'binary_sensor.back': door('off') },
  });
  await kit.home.set('binary_sensor.back', 'on');
  await kit.advance('9m');
  expect(kit.alerts).toEqual([]);
  await kit.advance('2m');
  expect(kit.alerts).toMatchObject([
    { title: 'Back door is open', text: 'Back door is open since 13:00. You asked to be told.' },
  ]);
  await kit.home.set('binary_sensor.back', 'off');
  await kit.advance('1m');
  expect(kit.alerts).toMatchObject([{ state: 'over' }]);
});

test('with somebody, or perhaps somebody, home nothing is told; when the last one leaves it is', async () => {
  const kit = openKit(tellWhen, {
    ...{ zone, now, settings: settings('light.hall is on while nobody is home') },
    states: { 'light.hall': 'off', 'person.maja': person('home'), 'person.ola': person('unknown') },
  });
  await kit.home.set('light.hall', 'on');
  await kit.advance('1m');
  expect(kit.alerts).toEqual([]);
  await kit.home.set('person.maja', 'not_home');
  await kit.advance('1m');
  expect(kit.alerts).toEqual([]);
  await kit.home.set('person.ola', 'not_home');
  await kit.advance('1m');
  expect(kit.alerts).toMatchObject([{ text: expect.stringContaining('Nobody is home.') }]);
});

test('a machine is done only when it ran before', async () => {
  const kit = openKit(tellWhen, {
    ...{ zone, now, settings: settings('sensor.washer below 5 for 5 min after above 50') },
    states: {
      'sensor.washer': {
        state: '4',
        attributes: { unit_of_measurement: 'W', friendly_name: 'Washer' },
      },
    },
  });
  await kit.home.set('sensor.washer', '6');
  await kit.home.set('sensor.washer', '3');
  await kit.advance('6m');
  expect(kit.alerts).toEqual([]);
  await kit.home.set('sensor.washer', '2100');
  await kit.advance('40m');
  await kit.home.set('sensor.washer', '2');
  await kit.advance('6m');
  expect(kit.alerts).toMatchObject([{ title: 'Washer is done' }]);
});
