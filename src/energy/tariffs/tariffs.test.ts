import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Slot } from '@tomte/sdk/energy';
import type { EntityState } from '@tomte/sdk/home';
import type { TariffDefinition, TariffHome } from '@tomte/sdk/tariff';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { guardedFetch } from '../../lib/egress.ts';
import { loadExtensions } from '../../lib/extensions.ts';
import { hourMs } from '../series.ts';

const tariffs = await loadExtensions<TariffDefinition>(
  'tariff',
  dirname(fileURLToPath(import.meta.url)),
);
/** 127.0.0.1 stands for the outside. */
const fetch = guardedFetch({ clock: systemClock, allow: ['127.0.0.1'] });

let server: Server;
let url: string;
const requests: string[] = [];
let reply: { status: number; body: string } = { status: 200, body: '{}' };
beforeAll(async () => {
  server = createServer((request, response) => {
    requests.push(request.url ?? '');
    response.writeHead(reply.status, { 'content-type': 'application/json' }).end(reply.body);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

const day: Slot = { start: Date.UTC(2026, 10, 26, 23), end: Date.UTC(2026, 10, 27, 23) };

function homeOf(o: {
  answers?: Readonly<Record<string, unknown>>;
  states?: readonly EntityState[];
  zone?: string;
}): TariffHome & { asked: { action: string; data: unknown }[] } {
  const asked: { action: string; data: unknown }[] = [];
  return {
    asked,
    ...{ zone: o.zone ?? 'Europe/Berlin', place: null },
    states: (domain) => (o.states ?? []).filter((s) => s.entityId.startsWith(`${domain}.`)),
    entries: async (domain) =>
      Object.keys(o.answers ?? {}).some((action) => action.startsWith(`${domain}.`))
        ? [{ id: 'entry-1', title: domain }]
        : [],
    async ask(action, _entities, data) {
      asked.push({ action, data });
      const answer = o.answers?.[action];
      return (typeof answer === 'function' ? answer(data) : answer) as Record<string, unknown>;
    },
  };
}

const rates = (name: string, settings: object, home = homeOf({}), window = day) => {
  const definition = tariffs.get(name)!;
  return definition.rates(window, {
    ...{ settings: definition.settings.parse(settings), fetch, home, currency: 'EUR' },
    ...{ signal: new AbortController().signal, now: () => day.start },
  });
};
const short = (list: readonly { start: number; end: number; value: number }[]) =>
  list.map(({ start, end, value }) => [
    new Date(start).toISOString().slice(11, 16),
    (end - start) / 60_000,
    Number(value.toFixed(5)),
  ]);

test('one price holds for the whole window, and what is fed in has its own', async () => {
  const answer = await rates('fixed', { perKWh: 0.32, sellPerKWh: 0.08 });
  expect(answer).toEqual({
    buy: [{ ...day, value: 0.32 }],
    sell: [{ ...day, value: 0.08 }],
    bare: false,
  });
});

const nightly = {
  perKWh: 0.3,
  periods: [{ from: '22:00', to: '06:00', perKWh: 0.2 }],
};

test('day and night change by the wall clock', async () => {
  const { buy } = await rates('periods', nightly);
  expect(short(buy)).toEqual([
    ['23:00', 360, 0.2],
    ['05:00', 960, 0.3],
    ['21:00', 120, 0.2],
  ]);
});

test.each([
  ['23', Date.UTC(2026, 2, 28, 23), Date.UTC(2026, 2, 29, 22), 300],
  ['25', Date.UTC(2026, 9, 24, 22), Date.UTC(2026, 9, 25, 23), 420],
])('a day of %s hours has its night as long as it is', async (_, start, end, minutes) => {
  const { buy } = await rates('periods', nightly, homeOf({}), { start, end });
  expect((buy[0]!.end - buy[0]!.start) / 60_000).toBe(minutes);
  expect(buy.reduce((sum, rate) => sum + rate.end - rate.start, 0)).toBe(end - start);
});

test('season and weekend have their own price, the first that fits', async () => {
  const seasonal = {
    perKWh: 0.3,
    periods: [
      { days: 'weekend', perKWh: 0.1 },
      { months: [11], from: '08:00', to: '20:00', perKWh: 0.5 },
    ],
  };
  const friday = await rates('periods', seasonal);
  expect(short(friday.buy).map(([, , value]) => value)).toEqual([0.3, 0.5, 0.3]);
  const saturday = { start: day.end, end: day.end + 24 * hourMs };
  const weekend = await rates('periods', seasonal, homeOf({}), saturday);
  expect(new Set(weekend.buy.map(({ value }) => value))).toEqual(new Set([0.1]));
});

const quarter = (n: number) => new Date(day.start + n * 900_000).toISOString();

test('Nord Pool tells per MWh, day by day, and an empty day is none', async () => {
  const answers = {
    'nordpool.get_prices_for_date': ({ date }: { date: string }) =>
      date === '2026-11-27'
        ? { SE3: [{ start: quarter(0), end: quarter(1), price: 83.4 }] }
        : { SE3: [] },
  };
  const home = homeOf({ answers });
  const window = { start: day.start, end: day.end + 24 * hourMs };
  const answer = await rates('nordpool', {}, home, window);
  expect(short(answer.buy)).toEqual([['23:00', 15, 0.0834]]);
  expect(answer.bare).toBe(true);
  expect(home.asked.map(({ data }) => data)).toEqual([
    { config_entry: 'entry-1', date: '2026-11-27', currency: 'EUR' },
    { config_entry: 'entry-1', date: '2026-11-28', currency: 'EUR' },
  ]);
});

test('Tibber tells no end: a price lasts until the next', async () => {
  const answers = {
    'tibber.get_prices': {
      prices: {
        Berg: [
          { start_time: quarter(4), price: 0.29 },
          { start_time: quarter(0), price: 0.31 },
        ],
      },
    },
  };
  const answer = await rates('tibber', {}, homeOf({ answers }));
  expect(short(answer.buy)).toEqual([
    ['23:00', 60, 0.31],
    ['00:00', 60, 0.29],
  ]);
  expect(answer.bare).toBe(false);
});

test('EnergyZero writes its times with a space', async () => {
  const answers = {
    'energyzero.get_energy_prices': {
      prices: [{ price: 0.27, timestamp: '2026-11-27 18:00:00+01:00', start: '', end: '' }],
    },
  };
  const home = homeOf({ answers });
  expect(short((await rates('energyzero', {}, home)).buy)).toEqual([['17:00', 60, 0.27]]);
  expect(home.asked[0]!.data).toMatchObject({ price_type: 'all_in', config_entry: 'entry-1' });
});

test('easyEnergy and Amber tell what is fed in too', async () => {
  const rows = (price: number) => ({ prices: [{ timestamp: quarter(0), price }] });
  const dutch = homeOf({
    answers: {
      'easyenergy.get_energy_usage_prices': rows(0.1),
      'easyenergy.get_energy_return_prices': rows(0.08),
    },
  });
  const easy = await rates('easyenergy', {}, dutch);
  expect([easy.buy[0]!.value, easy.sell![0]!.value, easy.bare]).toEqual([0.1, 0.08, true]);
  const australian = homeOf({
    answers: {
      'amberelectric.get_forecasts': ({ channel_type }: { channel_type: string }) => ({
        forecasts: [
          {
            ...{ duration: 30, start_time: quarter(0), end_time: quarter(2) },
            per_kwh: channel_type === 'feed_in' ? 0.05 : 0.33,
          },
        ],
      }),
    },
  });
  const amber = await rates('amber', {}, australian);
  expect([short(amber.buy), amber.sell![0]!.value]).toEqual([[['23:00', 30, 0.33]], 0.05]);
});

test('OMIE and Green Planet Energy are read, the country by the zone', async () => {
  const omie = homeOf({
    zone: 'Europe/Lisbon',
    answers: {
      'omie.get_prices_for_date': { pt: [{ start: quarter(0), end: quarter(1), price: 0.06 }] },
    },
  });
  expect(await tariffs.get('omie')!.fits!(omie)).toEqual({ country: 'pt' });
  expect(short((await rates('omie', { country: 'pt' }, omie)).buy)[0]).toEqual(['23:00', 15, 0.06]);
  const green = homeOf({
    answers: {
      'green_planet_energy.get_prices': {
        prices: [{ start: quarter(0), end: quarter(4), price: 0.31 }],
        hours_requested: 24,
      },
    },
  });
  expect(short((await rates('green-planet', {}, green)).buy)).toEqual([['23:00', 60, 0.31]]);
});

const state = (entityId: string, attributes: object): EntityState => ({
  ...{ entityId, state: '0.3', attributes: { ...attributes }, lastChanged: 0, lastUpdated: 0 },
  ...{ contextId: null, contextUserId: null },
});

test.each([
  [
    'Nord Pool’s own sensor',
    {
      unit_of_measurement: 'EUR/kWh',
      raw_today: [{ start: quarter(0), end: quarter(4), value: 0.1 }],
    },
    0.1,
  ],
  [
    'Nord Pool in cents',
    {
      price_in_cents: true,
      unit: 'kWh',
      raw_today: [{ start: quarter(0), end: quarter(4), value: 10 }],
    },
    0.1,
  ],
  [
    'ENTSO-E',
    { unit_of_measurement: 'EUR/kWh', prices_today: [{ time: quarter(0), price: 0.1 }] },
    0.1,
  ],
  [
    'ENTSO-E per MWh',
    { unit_of_measurement: '€/MWh', prices: [{ time: quarter(0), price: 100 }] },
    0.1,
  ],
  ['Octopus', { rates: [{ start: quarter(0), end: quarter(2), value_inc_vat: 0.1 }] }, 0.1],
  [
    'aWATTar',
    { data: [{ start_timestamp: day.start, end_timestamp: day.start + hourMs, marketprice: 100 }] },
    0.1,
  ],
  [
    'EPEX in cents',
    { data: [{ start_time: quarter(0), end_time: quarter(4), price_ct_per_kwh: 10 }] },
    0.1,
  ],
  [
    'EPEX',
    {
      unit_of_measurement: '€/kWh',
      data: [{ start_time: quarter(0), end_time: quarter(4), price_per_kwh: 0.1 }],
    },
    0.1,
  ],
  [
    'pence',
    { unit_of_measurement: 'p/kWh', rates: [{ from: quarter(0), to: quarter(2), value: 10 }] },
    0.1,
  ],
])('a sensor in the form of %s is read in whole money per kWh', async (_, attributes, value) => {
  const home = homeOf({ states: [state('sensor.price', attributes)] });
  const { buy } = await rates('sensor', { entity: 'sensor.price' }, home);
  expect(buy).toHaveLength(1);
  expect(buy[0]!.value).toBeCloseTo(value);
});

test('a sensor that carries prices is found by itself, and one that is gone is said', async () => {
  const list = Array.from({ length: 24 }, (_, n) => ({ start: quarter(4 * n), value: 0.2 }));
  const home = homeOf({
    states: [state('sensor.plain', {}), state('sensor.prices', { raw_today: list })],
  });
  expect(await tariffs.get('sensor')!.fits!(home)).toEqual({
    entity: 'sensor.prices',
    further: [],
  });
  await expect(rates('sensor', { entity: 'sensor.gone' }, home)).rejects.toMatchObject({
    code: 'energy.tariff_unavailable',
  });
});

test('aWATTar and Energy-Charts are asked directly', async () => {
  const rows = [
    { start_timestamp: day.start, end_timestamp: day.start + hourMs, marketprice: 94.1 },
  ];
  reply = { status: 200, body: JSON.stringify({ data: rows }) };
  const awattar = await rates('awattar', { url });
  expect(short(awattar.buy)).toEqual([['23:00', 60, 0.0941]]);
  expect(requests.at(-1)).toBe(`/v1/marketdata?start=${day.start}&end=${day.end}`);

  const seconds = [day.start / 1000, day.start / 1000 + 900, day.start / 1000 + 1800];
  const body = { unix_seconds: seconds, price: [90, null, 80], unit: 'EUR / MWh' };
  reply = { status: 200, body: JSON.stringify(body) };
  const charts = await rates('energy-charts', { url, zone: 'AT' });
  expect(short(charts.buy)).toEqual([
    ['23:00', 30, 0.09],
    ['23:30', 30, 0.08],
  ]);
  expect(requests.at(-1)).toBe('/price?bzn=AT&start=2026-11-27&end=2026-11-27');
});

test.each([
  [503, '{}', 'energy.tariff_unavailable'],
  [200, 'no json', 'energy.tariff_unreadable'],
  [200, '{"data":[{"start_timestamp":"soon","marketprice":1}]}', 'energy.tariff_unreadable'],
  [200, '{"data":7}', 'energy.tariff_unreadable'],
])('a source that answers %s %s is named by its code', async (status, body, code) => {
  reply = { status, body };
  await expect(rates('awattar', { url })).rejects.toMatchObject({ code });
});

test('without the integration an action tariff does not fit, and says so when chosen', async () => {
  for (const name of [
    'nordpool',
    'tibber',
    'energyzero',
    'easyenergy',
    'amber',
    'omie',
    'green-planet',
  ]) {
    expect(await tariffs.get(name)!.fits!(homeOf({})), name).toBeNull();
  }
  await expect(rates('nordpool', {})).rejects.toMatchObject({ code: 'energy.tariff_unavailable' });
});

test('a sensor that carries no prices tells at least what this hour costs', async () => {
  const home = homeOf({
    states: [{ ...state('sensor.price', { unit_of_measurement: 'ct/kWh' }), state: '31' }],
  });
  const { buy } = await rates('sensor', { entity: 'sensor.price' }, home);
  expect(buy).toHaveLength(1);
  expect(buy[0]!.value).toBeCloseTo(0.31);
  expect(buy[0]!.end - buy[0]!.start).toBe(3_600_000);
});
