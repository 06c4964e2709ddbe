/** Ready-made workflows on a virtual clock, with the kit a person tests their own with. */

import type { DecideRequest } from '@tomte/sdk/decide';
import { triggersOf } from '@tomte/sdk/define';
import { openKit } from '@tomte/sdk/test';
import { describe, expect, test } from 'vitest';
import batteryWatch from './battery-watch.ts';
import cheapHours from './cheap-hours.ts';
import doorLeftOpen from './door-left-open.ts';
import freezerWatch from './freezer-watch.ts';
import morningReport from './morning-report.ts';
import motionWatch from './motion-watch.ts';
import numberWatch from './number-watch.ts';
import powerWatch from './power-watch.ts';
import safetyWatch from './safety-watch.ts';
import silentSensors from './silent-sensors.ts';

const zone = 'Europe/Berlin';
const evening = '2026-11-20T21:00:00Z';
const hour = 3_600_000;

/** Prices of a night, one an hour from 22:00 local on, as Nord Pool's sensor carries them. */
const prices = (values: readonly number[]) => ({
  state: '30',
  attributes: {
    raw_today: values.map((value, n) => ({
      start: new Date(Date.parse(evening) + n * hour).toISOString(),
      end: new Date(Date.parse(evening) + (n + 1) * hour).toISOString(),
      value,
    })),
  },
});
const night = [40, 38, 20, 10, 12, 30, 31, 32, 35];
const settings = { switch: 'switch.boiler', price: 'sensor.price', hours: 2 };
const states = { 'switch.boiler': 'off', 'sensor.price': prices(night) };

describe('switch at cheap hours', () => {
  test('on for the cheapest two hours in one piece, and off again', async () => {
    const kit = openKit(cheapHours, { settings, states, zone, now: evening });
    await kit.due();
    await kit.advance('10h');
    expect(kit.run.outcome).toMatchObject({ state: 'done', result: { switched: true, mean: 11 } });
    expect(kit.actions.map(({ action, at }) => [action, new Date(at).toISOString()])).toEqual([
      ['turn_on', '2026-11-21T00:00:00.000Z'],
      ['turn_off', '2026-11-21T02:00:00.000Z'],
    ]);
  });

  test('in pieces where that is cheaper and allowed', async () => {
    const split = [40, 10, 40, 40, 11, 40, 40, 40, 40];
    const kit = openKit(cheapHours, {
      ...{ zone, now: evening, settings: { ...settings, together: false } },
      states: { ...states, 'sensor.price': prices(split) },
    });
    await kit.due();
    await kit.advance('10h');
    expect(kit.actions.map(({ at }) => new Date(at).toISOString().slice(11, 16))).toEqual([
      '22:00',
      '23:00',
      '01:00',
      '02:00',
    ]);
  });

  test('not at all above the limit; as late as it may where prices are not known', async () => {
    const dear = openKit(cheapHours, {
      zone,
      now: evening,
      states,
      settings: { ...settings, highest: 5 },
    });
    await dear.due();
    await dear.advance('10h');
    expect(dear.actions).toEqual([]);
    const blind = openKit(cheapHours, {
      zone,
      now: evening,
      settings,
      states: { ...states, 'sensor.price': 'unavailable' },
    });
    await blind.due();
    await blind.advance('10h');
    expect(blind.actions.map(({ at }) => new Date(at).toISOString().slice(11, 16))).toEqual([
      '04:00',
      '06:00',
    ]);
  });

  test('a restart in the night changes nothing', async () => {
    const kit = openKit(cheapHours, { settings, states, zone, now: evening });
    await kit.due();
    await kit.advance('4h');
    await kit.crash();
    await kit.advance('6h');
    expect(kit.actions.map(({ action }) => action)).toEqual(['turn_on', 'turn_off']);
  });

  test('who does not follow is told, and over when it follows again', async () => {
    const kit = openKit(cheapHours, {
      ...{ settings, states, zone, now: evening },
      act: () => ({ kind: 'unconfirmed', message: 'it stayed off' }),
    });
    await kit.due();
    await kit.advance('10h');
    expect(kit.alerts).toMatchObject([{ key: 'cheap-hours:switch.boiler' }]);
    expect(kit.alerts[0]!.title.length).toBeLessThanOrEqual(45);
  });
});

describe('morning report', () => {
  const home = {
    'binary_sensor.front_door': {
      state: 'on',
      attributes: { device_class: 'door', friendly_name: 'Front door' },
    },
    'binary_sensor.hall_motion': {
      state: 'on',
      attributes: { device_class: 'motion', friendly_name: 'Hall' },
    },
    'sensor.lock_battery': {
      state: '9',
      attributes: { device_class: 'battery', unit_of_measurement: '%', friendly_name: 'Lock' },
    },
    'sensor.plug_battery': {
      state: '80',
      attributes: { device_class: 'battery', unit_of_measurement: '%', friendly_name: 'Plug' },
    },
  };

  test('names what is open and empty, and the weather where it is known', async () => {
    const kit = openKit(morningReport, {
      states: home,
      facts: {
        weather: {
          forecast: [{ temperatureC: 7.2, temperatureLowC: 1, condition: 'partly-cloudy' }],
        },
      },
    });
    await kit.due();
    expect(kit.alerts[0]).toMatchObject({
      key: 'morning-report',
      title: 'Good morning, 2 things to look at',
      text: 'Open: Front door. Empty soon: Lock 9 %. Weather: 1 to 7.2 °C, partly cloudy.',
    });
  });

  describe('where a model may word it', () => {
    const asked: DecideRequest[] = [];
    const worded = (choice: string | null) =>
      openKit(morningReport, {
        ...{ states: home, settings: { inWords: true } },
        ...(choice !== null && {
          decide(request: DecideRequest) {
            asked.push(request);
            return choice;
          },
        }),
      });
    const plain = 'Open: Front door. Empty soon: Lock 9 %.';

    test('its words are told, and what it could leave out stands below', async () => {
      const kit = worded('Shut the front door; the lock has 9 % left.');
      await kit.due();
      expect(kit.alerts[0]).toMatchObject({
        title: 'Good morning, 2 things to look at',
        text: 'Shut the front door; the lock has 9 % left.',
        request: { lines: ['Open: Front door.', 'Empty soon: Lock 9 %.'] },
      });
      expect(asked.at(-1)).toMatchObject({
        ...{ kind: 'text', fallback: plain, names: ['Front door', 'Lock'] },
        facts: { openCount: 1, emptySoon: [{ name: 'Lock', percent: '9' }] },
      });
    });

    test('the rule tells what it always tells', async () => {
      const kit = worded(null);
      await kit.due();
      expect(kit.alerts[0]).toMatchObject({ text: plain, request: { lines: [] } });
    });
  });

  test('says that all is well, or nothing where that was wished; no weather is no fault', async () => {
    const well = openKit(morningReport, { states: {} });
    await well.due();
    expect(well.alerts[0]).toMatchObject({
      title: 'Good morning, all is well',
      text: 'Nothing is open, no battery is low.',
    });
    const quiet = openKit(morningReport, { states: {}, settings: { quietWhenWell: true } });
    await quiet.due();
    expect(quiet.alerts).toEqual([]);
  });
});

test.each([
  ['freezer-watch', freezerWatch, 'cold'],
  ['door-left-open', doorLeftOpen, 'door'],
])(
  '%s tells a finding once, keeps it up to date, and says when it is over',
  async (_name, workflow, about) => {
    const kit = openKit(workflow, {});
    const finding = {
      episode: 'e1',
      entities: ['sensor.a'],
      title: 'It is warming',
      text: 'Since 02:00.',
    };
    await kit.find({ ...finding, kind: 'raised' });
    await kit.find({ ...finding, kind: 'updated', title: 'It is warmer' });
    expect(kit.alerts).toMatchObject([{ key: `${about}:sensor.a`, title: 'It is warmer' }]);
    await kit.find({ ...finding, kind: 'cleared', title: 'Over: it is well', text: '' });
    expect(kit.alerts[0]).toMatchObject({ state: 'over', title: 'Over: it is well' });
  },
);

describe('what is found is told', () => {
  const watching = {
    motion: motionWatch,
    power: powerWatch,
    silence: silentSensors,
    battery: batteryWatch,
    safety: safetyWatch,
    general: numberWatch,
  };
  const finding = (about: string, kind: 'raised' | 'cleared') => ({
    ...{ kind, detector: about, episode: `${about}:1`, entities: ['sensor.one'] },
    ...{ at: Date.parse(evening), since: Date.parse(evening), severity: 'now' as const },
    ...{ probability: 0.9, title: 'Something is so: 5', text: 'It was 1.', lines: [] },
    facts: {
      ...{ is: '5', usually: '1', since: '22:00', around: [], probably: null, check: null },
      numbers: {},
    },
  });
  test.each(Object.entries(watching))('%s: once, and over', async (about, workflow) => {
    expect(triggersOf(workflow, workflow.settings.parse({}))).toEqual([{ anomaly: { about } }]);
    const kit = openKit(workflow, { zone, now: evening });
    await kit.fire({ kind: 'anomaly', about, finding: finding(about, 'raised') });
    expect(kit.alerts).toMatchObject([{ key: `${about}:sensor.one`, severity: 'now' }]);
    await kit.fire({ kind: 'anomaly', about, finding: finding(about, 'cleared') });
    expect(kit.alerts).toMatchObject([{ state: 'over', title: expect.stringMatching(/^Over: /) }]);
  });
  test('numbers that are picked are watched by the general detector', () => {
    const settings = numberWatch.settings.parse({ numbers: ['sensor.co2'] });
    expect(numberWatch.watches?.(settings)).toEqual({ general: ['sensor.co2'] });
    expect(numberWatch.settings.safeParse({ numbers: ['CO2'] }).success).toBe(false);
  });
});
