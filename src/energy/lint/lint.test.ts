import { expect, test } from 'vitest';
import { hourMs } from '../series.ts';
import {
  days,
  from,
  isNight,
  lintInput,
  madeHome,
  meterRows,
  now,
  powerRows,
  row,
  sensor,
  soundSensors,
} from '../testing.ts';
import { cleaned } from './clean.ts';
import { answerKey, judge, lint } from './lint.ts';
import type { Sensor } from './sensor.ts';

const home = madeHome();
const hours = home.import!.length;

/** The sound home, one of its sensors exchanged. */
const with_ = (changed: Sensor): Sensor[] =>
  soundSensors().map((one) => (one.statistic === changed.statistic ? changed : one));

const faultsOf = (sensors: readonly Sensor[]) =>
  lint(lintInput(sensors)).map(({ rule, statistic }) => `${rule} ${statistic}`);

test('a home with nothing wrong in it has no findings', () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const made = madeHome(seed);
    expect(lint(lintInput(soundSensors(made), made))).toEqual([]);
  }
});

const scaled = (kWh: readonly number[], factor: number) => kWh.map((value) => value * factor);

test.each<[string, Sensor, string]>([
  [
    'W taken for kW, against its meter',
    sensor('car_power', 'power', powerRows(scaled(home.car!, 1000)), { unit: 'kW', of: 'car' }),
    'unit car_power',
  ],
  [
    'W taken for kW, without a meter',
    sensor('roof_power', 'power', powerRows(scaled(home.heat!, 1000)), { unit: 'kW' }),
    'unit roof_power',
  ],
  [
    'kW taken for W',
    sensor('car_power', 'power', powerRows(scaled(home.car!, 0.001)), { of: 'car' }),
    'unit car_power',
  ],
  ['Wh taken for kWh', sensor('heat', 'device', meterRows(scaled(home.heat!, 1000))), 'unit heat'],
  [
    'power with the wrong sign',
    sensor('roof_power', 'power', powerRows(scaled(home.solar!, -1)), { of: 'roof' }),
    'sign roof_power',
  ],
  [
    'a meter that runs backwards',
    sensor('grid_out', 'export', meterRows(scaled(home.export!, -1))),
    'sign grid_out',
  ],
  [
    'a meter that says it is a measurement',
    sensor('heat', 'device', [], { stateClass: 'measurement', hasStatistics: false }),
    'state-class heat',
  ],
  [
    'power in place of energy',
    sensor('heat', 'device', [], { unit: 'W', stateClass: 'measurement' }),
    'state-class heat',
  ],
  [
    'power that says it is a meter',
    sensor('car_power', 'power', [], { of: 'car', stateClass: 'total' }),
    'state-class car_power',
  ],
  [
    'a meter that jumped',
    sensor('grid_in', 'import', meterRows(home.import!.with(300, 18_231.4))),
    'resets grid_in',
  ],
  [
    'two days missing',
    sensor('grid_in', 'import', meterRows(home.import!).toSpliced(200, 48)),
    'gaps grid_in',
  ],
  [
    'silent since yesterday',
    sensor('car_power', 'power', powerRows(home.car!).slice(0, hours - 20), { of: 'car' }),
    'gaps car_power',
  ],
  [
    'stuck meter',
    sensor('grid_in', 'import', meterRows([...home.import!.slice(0, -120), ...Array(120).fill(0)])),
    'stuck grid_in',
  ],
  [
    'stuck power',
    sensor(
      'car_power',
      'power',
      powerRows(home.car!).map((one, n) =>
        n < hours - 30 ? one : row(one.start, { mean: 740, min: 740, max: 740 }),
      ),
      { of: 'car' },
    ),
    'stuck car_power',
  ],
  [
    'a copy among the devices',
    sensor('pump', 'device', meterRows(home.heat!)),
    'counted-twice pump',
  ],
  [
    'a part that is not said to be one',
    sensor('pump', 'device', meterRows(home.pump!)),
    'counted-twice pump',
  ],
  [
    'not in the home',
    sensor('car', 'device', [], { exists: false, hasStatistics: false }),
    'not-kept car',
  ],
  [
    'left out by the recorder',
    sensor('car', 'device', [], { isRecorded: false, hasStatistics: false }),
    'not-kept car',
  ],
  [
    'sun at night',
    sensor(
      'roof',
      'solar',
      meterRows(home.solar!.map((kWh, n) => (isNight(from + n * hourMs) ? 0.3 : kWh))),
    ),
    'solar-at-night roof',
  ],
  [
    'a device larger than the house',
    sensor('car', 'device', meterRows(scaled(home.car!, 3))),
    'larger-than-house car',
  ],
])('%s is found, and nothing else', (_, changed, expected) => {
  expect(faultsOf(with_(changed))).toEqual([expected]);
});

test('every fault says what is so, what comes of it and what to do, in whole sentences', () => {
  const faults = lint(
    lintInput([
      sensor('car_power', 'power', powerRows(scaled(home.car!, 1000)), { unit: 'kW' }),
      sensor('car', 'device', [], { exists: false }),
      sensor('grid_in', 'import', meterRows(home.import!.with(300, 18_231.4))),
      sensor('heat', 'device', meterRows(scaled(home.heat!, 9))),
    ]),
  );
  expect(faults).toHaveLength(4);
  for (const { evidence, consequence, fix } of faults) {
    for (const text of [evidence, consequence, fix]) expect(text).toMatch(/^[\p{Lu}\d].*\.$/u);
  }
});

test('meters of bought and fed in that changed places are found by the sum of the house', () => {
  const sensors = with_(sensor('grid_in', 'import', meterRows(home.export!))).map((one) =>
    one.statistic === 'grid_out' ? sensor('grid_out', 'export', meterRows(home.import!)) : one,
  );
  const swappedHouse = new Map(
    home.used!.map((_, n) => [
      from + n * hourMs,
      home.export![n]! + home.solar![n]! - home.import![n]!,
    ]),
  );
  const found = lint({ ...lintInput(sensors), houseOf: () => swappedHouse });
  expect(found.map(({ rule, statistic }) => `${rule} ${statistic}`)).toContain('sign grid_out');
});

test('an answer scales the sensor or lets it be; without one it is left out', () => {
  const wrong = sensor('car_power', 'power', powerRows(scaled(home.car!, 1000)), { unit: 'kW' });
  const faults = lint(lintInput(with_(wrong)));
  const [fault] = faults;
  expect(fault).toMatchObject({ answer: 'It is W', factor: 0.001 });
  expect(judge(faults, {}).blocked).toEqual(new Set(['car_power']));

  const isTrue = judge(faults, { [answerKey(fault!)]: 'true' });
  expect([...isTrue.factors]).toEqual([['car_power', 0.001]]);
  expect([isTrue.open, [...isTrue.blocked]]).toEqual([[], []]);
  const mended = cleaned(new Map([['car_power', wrong.hours]]), {
    meters: new Set(),
    factors: isTrue.factors,
  });
  expect(mended.get('car_power')![1]!.mean).toBeCloseTo(home.car![1]! * 1000);

  const isRight = judge(faults, { [answerKey(fault!)]: 'right' });
  expect([isRight.open, [...isRight.factors]]).toEqual([[], []]);
});

test('hours in which a meter jumped are left out of sums', () => {
  const rows = meterRows(home.import!.with(300, 18_231.4));
  const sums = cleaned(new Map([['grid_in', rows]]), {
    meters: new Set(['grid_in']),
    factors: new Map(),
  });
  expect(sums.get('grid_in')![300]).toEqual(row(from + 300 * hourMs, {}));
  expect(sums.get('grid_in')![301]!.change).toBe(home.import![301]);
});

test('a new sensor with two days of past is not called silent or stuck', () => {
  const start = now - 2 * 24 * hourMs;
  const young = soundSensors().map((one) => ({
    ...one,
    hours: one.hours.filter((hour) => hour.start >= start),
  }));
  expect(days).toBeGreaterThan(2);
  expect(lint(lintInput(young))).toEqual([]);
});

test('what an integration brings in may be two days late, and not four', () => {
  const broughtIn = (lateHours: number) =>
    soundSensors().flatMap((one) => {
      // A part of the heat, which names it.
      if (one.statistic === 'pump') return [];
      if (one.statistic !== 'heat') return [one];
      return [sensor('supplier:heat', 'device', meterRows(home.heat!).slice(0, hours - lateHours))];
    });
  expect(faultsOf(broughtIn(48))).toEqual([]);
  expect(faultsOf(broughtIn(96))).toEqual(['gaps supplier:heat']);
});
