/**
 * What workflows tell of themselves, with names as long as people give them: it fits a lock screen, names no entity,
 * and a cut shows.
 */
import { errorTable, TomteError } from '@tomte/sdk/errors';
import type { WrittenState } from '@tomte/sdk/test';
import { openKit } from '@tomte/sdk/test';
import { expect, test } from 'vitest';
import { failureWords } from '../engine/ending.ts';
import cheapHours from '../workflows/cheap-hours.ts';
import morningReport from '../workflows/morning-report.ts';
import tellWhen from '../workflows/tell-when.ts';
import { weekWords } from './watched-weeks.ts';

const zone = 'Europe/Oslo';
const now = '2026-11-20T21:00:00Z';
const titleMax = 45;
const wholeMax = 240;
const long = 'Underground garage door beside the old bicycle cellar';

/** Each as `title | text`, held to what a lock screen shows. */
function fitting(told: readonly { title: string; text: string }[]): string[] {
  return told.map(({ title, text }) => {
    expect(title.length, title).toBeLessThanOrEqual(titleMax);
    expect(title.length + text.length, text).toBeLessThanOrEqual(wholeMax);
    expect(`${title} ${text}`).not.toMatch(/\b(sensor|binary_sensor|switch|valve)\.[a-z0-9_]+/);
    return `${title} | ${text}`;
  });
}

test('the end of a week of watching only', () => {
  const weeks = [
    { told: 0, switched: 0, more: false },
    { told: 500, switched: 500, more: true },
  ];
  const titles = ['Watch the water', 'Everything that happens beside the old bicycle cellar'];
  const told = titles.flatMap((title) => weeks.map((week) => weekWords(title, week)));
  expect(fitting(told)).toMatchInlineSnapshot(`
    [
      "Watch the water: watched for a week | It would have told you nothing. Turn it on, or off, under Workflows.",
      "Watch the water: watched for a week | It would have told you at least 500 times, and switched something at least 500 times. Turn it on, or off, under Workflows.",
      "Everything that happens…: watched for a week | It would have told you nothing. Turn it on, or off, under Workflows.",
      "Everything that happens…: watched for a week | It would have told you at least 500 times, and switched something at least 500 times. Turn it on, or off, under Workflows.",
    ]
  `);
});

test('a run that failed, of any fault there is', () => {
  const codes = Object.keys(errorTable) as (keyof typeof errorTable)[];
  const message =
    'The old weather station behind the bicycle cellar did not answer in time; '.repeat(4);
  fitting(codes.map((code) => failureWords(long, new TomteError(code, message))));
  fitting(codes.map((code) => failureWords(long, new TomteError(code, 'It did not answer'))));
  const some = [
    failureWords(
      'Morning report',
      new TomteError('run.too_many_steps', 'The Run has taken 10000 steps'),
    ),
    failureWords(long, new TomteError('home.call_timeout', message)),
  ];
  expect(fitting(some)).toMatchInlineSnapshot(`
    [
      "Morning report: a run failed | The Run has taken 10000 steps. A Run takes at most 10,000 steps. Let a trigger start a new Run instead of looping for ever.",
      "Underground garage door beside…: a run failed | The old weather station behind the bicycle cellar did not answer in time; The old weather station behind the bicycle cellar did not answer in time; T…",
    ]
  `);
});

test('a switch that does not follow at cheap hours', async () => {
  const kit = openKit(cheapHours, {
    ...{ zone, now, settings: { switch: 'switch.boiler', price: 'sensor.price', hours: 2 } },
    states: {
      'switch.boiler': { state: 'off', attributes: { friendly_name: long } },
      'sensor.price': 'unavailable',
    },
    act: () => ({ kind: 'unconfirmed', message: 'nothing followed' }),
  });
  await kit.due();
  await kit.advance('12h');
  expect(fitting(kit.alerts)).toMatchInlineSnapshot(`
    [
      "Underground garage door be… did not switch on | Asked at 05:00. Home Assistant took it, and nothing followed. Look whether it has power and is reachable.",
    ]
  `);
});

test('a morning with much to look at, and one with nothing', async () => {
  const doors = Array.from({ length: 5 }, (_, n): [string, WrittenState] => [
    `binary_sensor.d${n}`,
    { state: 'on', attributes: { device_class: 'door', friendly_name: `${long} ${n}` } },
  ]);
  const empty = Array.from({ length: 5 }, (_, n): [string, WrittenState] => [
    `sensor.b${n}`,
    { state: '4', attributes: { device_class: 'battery', friendly_name: `${long} ${n}` } },
  ]);
  const told: { title: string; text: string }[] = [];
  for (const states of [Object.fromEntries([...doors, ...empty]), {}]) {
    const kit = openKit(morningReport, { zone, now, states });
    await kit.due();
    told.push(...kit.alerts);
  }
  expect(fitting(told)).toMatchInlineSnapshot(`
    [
      "Good morning, 10 things to look at | Open: Underground garage door…, Underground garage door…, Underground garage door… and 2 more. Empty soon: Underground garage door… 4 %, Underground garage door… 4 %, Underground garage door… 4 %.",
      "Good morning, all is well | Nothing is open, no battery is low.",
    ]
  `);
});

test('what a person asked to be told', async () => {
  const rules = [
    'binary_sensor.door is on for 10 min while nobody is home',
    'sensor.washer below 5 for 5 min after above 100',
    'sensor.cellar above 24.5',
  ];
  const kit = openKit(tellWhen, {
    ...{ zone, now, settings: { rules } },
    states: {
      'binary_sensor.door': {
        state: 'off',
        attributes: { device_class: 'garage_door', friendly_name: long },
      },
      'sensor.washer': { state: '400', attributes: { friendly_name: `${long}, power` } },
      'sensor.cellar': {
        state: '20',
        attributes: { friendly_name: long, unit_of_measurement: '°C', device_class: 'temperature' },
      },
      'person.maja': 'not_home',
    },
  });
  await kit.home.set('binary_sensor.door', 'on');
  await kit.home.set('sensor.washer', '2');
  await kit.home.set('sensor.cellar', '24.7');
  await kit.advance('11m');
  expect(kit.alerts).toHaveLength(3);
  expect(fitting(kit.alerts)).toMatchInlineSnapshot(`
    [
      "Underground garage door bes… is above 24.5 °C | Underground garage door beside the old bicycle cellar is above 24.5 °C since 22:00. It is 24.7 °C. You asked to be told.",
      "Underground garage door beside the o… is done | Underground garage door beside the old bicycle cellar, power is done since 22:00. It is 2. You asked to be told.",
      "Underground garage door beside the o… is open | Underground garage door beside the old bicycle cellar is open since 22:00. Nobody is home. You asked to be told.",
    ]
  `);
});
