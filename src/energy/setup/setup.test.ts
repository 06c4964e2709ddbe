import { expect, test } from 'vitest';
import { hourMs } from '../series.ts';
import { from, madeHome, meterRows } from '../testing.ts';
import { houseHours } from './house.ts';
import { readPrefs } from './prefs.ts';
import { setupOf } from './setup.ts';

const flat = {
  energy_sources: [
    {
      type: 'grid',
      stat_energy_from: 'sensor.in',
      stat_energy_to: 'sensor.out',
      stat_cost: null,
      entity_energy_price: 'sensor.price',
      number_energy_price: null,
      stat_compensation: null,
      entity_energy_price_export: null,
      number_energy_price_export: 0.08,
      stat_rate: 'sensor.grid_power',
      cost_adjustment_day: 0,
    },
    { type: 'solar', stat_energy_from: 'sensor.roof', config_entry_solar_forecast: ['abc'] },
    {
      type: 'battery',
      stat_energy_from: 'sensor.out_of_battery',
      stat_energy_to: 'sensor.into_battery',
      stat_soc: 'sensor.charge',
      capacity: 10,
    },
    { type: 'gas', stat_energy_from: 'sensor.gas', stat_cost: null },
    { type: 'water', stat_energy_from: 'sensor.water' },
    { type: 'hydrogen', stat_energy_from: 'sensor.h2' },
  ],
  device_consumption: [
    { stat_consumption: 'sensor.heat', name: 'Heat pump' },
    {
      stat_consumption: 'sensor.pump',
      included_in_stat: 'sensor.heat',
      stat_rate: 'sensor.pump_w',
    },
  ],
  device_consumption_water: [],
};

const old = {
  energy_sources: [
    {
      type: 'grid',
      flow_from: [
        {
          stat_energy_from: 'sensor.day',
          stat_cost: null,
          entity_energy_price: null,
          number_energy_price: 0.32,
        },
        {
          stat_energy_from: 'sensor.night',
          stat_cost: null,
          entity_energy_price: null,
          number_energy_price: 0.24,
        },
      ],
      flow_to: [
        {
          stat_energy_to: 'sensor.out',
          stat_compensation: null,
          entity_energy_price: 'sensor.feed_in',
          number_energy_price: null,
        },
      ],
      cost_adjustment_day: 0,
    },
  ],
  device_consumption: [],
};

test('the newer form of the energy page is read whole', () => {
  const prefs = readPrefs(flat)!;
  const setup = setupOf({ prefs, nameOf: () => null, hours: new Map() });
  expect(setup.meters.map(({ role, statistic, of }) => [role, statistic, of])).toEqual([
    ['import', 'sensor.in', null],
    ['export', 'sensor.out', null],
    ['power', 'sensor.grid_power', 'sensor.in'],
    ['solar', 'sensor.roof', null],
    ['discharge', 'sensor.out_of_battery', null],
    ['charge', 'sensor.into_battery', null],
    ['soc', 'sensor.charge', null],
    ['device', 'sensor.heat', null],
    ['device', 'sensor.pump', 'sensor.heat'],
    ['power', 'sensor.pump_w', 'sensor.pump'],
    ['gas', 'sensor.gas', null],
    ['water', 'sensor.water', null],
  ]);
  expect(setup.batteries[0]).toMatchObject({ soc: 'sensor.charge', capacityKWh: 10 });
  expect(setup.buyPrice?.entity).toBe('sensor.price');
  expect(setup.sellPrice?.perKWh).toBe(0.08);
  expect(setup.forecastEntries).toEqual(['abc']);
  expect(prefs.unknown).toEqual(['hydrogen']);
});

test('the older form, a list of flows, says the same', () => {
  const setup = setupOf({ prefs: readPrefs(old)!, nameOf: () => null, hours: new Map() });
  expect(setup.meters.map(({ role, statistic }) => `${role} ${statistic}`)).toEqual([
    'import sensor.day',
    'import sensor.night',
    'export sensor.out',
  ]);
  expect(setup.buyPrice?.perKWh).toBe(0.32);
  expect(setup.sellPrice?.entity).toBe('sensor.feed_in');
});

test('what is no answer of the energy page is none; a source that cannot be read is named', () => {
  expect(readPrefs(null)).toBeNull();
  expect(readPrefs('no')).toBeNull();
  const odd = {
    energy_sources: [{ type: 'battery', stat_energy_from: 'sensor.a' }, { type: 'constructor' }],
  };
  expect(readPrefs(odd)).toMatchObject({ batteries: [], unknown: ['battery', 'constructor'] });
});

test('every figure says where it comes from, and those of the battery come out of its past', () => {
  const kWh = Array.from({ length: 480 }, (_, n) => (n % 24 < 4 ? 2.5 : 0));
  const hours = new Map([
    ['sensor.into_battery', meterRows(kWh)],
    ['sensor.out_of_battery', meterRows(kWh.map((value) => value * 0.9))],
  ]);
  const { batteries, figures } = setupOf({
    prefs: readPrefs(flat)!,
    nameOf: () => 'A name',
    hours,
  });
  expect(batteries[0]).toMatchObject({ chargeMaxW: 2500, dischargeMaxW: 2250 });
  expect(batteries[0]!.roundTrip).toBeCloseTo(0.9);
  expect(figures.every(({ from: whose }) => whose.length > 0)).toBe(true);
  expect(figures).toContainEqual({
    what: 'Comes out again',
    value: '90 %',
    from: 'what it did in the past',
  });
});

const made = madeHome();
const meters = [
  { statistic: 'in', name: 'in', role: 'import' as const, of: null },
  { statistic: 'out', name: 'out', role: 'export' as const, of: null },
  { statistic: 'roof', name: 'roof', role: 'solar' as const, of: null },
];
const hours = new Map([
  ['in', meterRows(made.import!)],
  ['out', meterRows(made.export!)],
  ['roof', meterRows(made.solar!)],
]);

test('what the home used is what came in less what went out', () => {
  const house = houseHours({ meters }, hours);
  for (const [n, kWh] of made.used!.entries())
    expect(house.get(from + n * hourMs)).toBeCloseTo(kWh);
});

test('an hour of which one meter tells nothing has no sum, and with one left out there is none', () => {
  const short = new Map([...hours, ['roof', meterRows(made.solar!).slice(1)]]);
  expect(houseHours({ meters }, short).has(from)).toBe(false);
  expect(houseHours({ meters }, hours, new Set(['roof'])).size).toBe(0);
});

test('a meter of the whole home stands before the sum', () => {
  const whole = [...meters, { statistic: 'all', name: 'all', role: 'home' as const, of: null }];
  const house = houseHours({ meters: whole }, new Map([...hours, ['all', meterRows([1, 2])]]));
  expect([...house.values()]).toEqual([1, 2]);
});
