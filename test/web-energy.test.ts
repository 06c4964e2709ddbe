import type { EnergyForecastPage, EnergyPricesPage } from '@tomte/sdk/types-energy';
import type { HomePlanPage } from '@tomte/sdk/types-plan';
import { expect, test } from 'vitest';
import { lanesOf } from '../web/src/lib/energy-lanes.ts';

const hourMs = 3_600_000;
/** 27 November 2026, 21:40 in Berlin. */
const now = Date.UTC(2026, 10, 27, 20, 40);
const hour = Math.floor(now / hourMs) * hourMs;
const at = (n: number) => new Date(hour + n * hourMs).toISOString();
const hours = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => from + n);

const prices: EnergyPricesPage = {
  ...{ home: 'villa', currency: 'EUR', asOf: at(0), tariff: null, sentence: '', check: null },
  rates: hours(-12, 48).map((n) => ({
    ...{ start: at(n), end: at(n + 1), sell: 0, assumed: n >= 4 },
    buy: 0.2 + 0.01 * ((n + 24) % 24),
  })),
  ...{ assumed: null, assumedFrom: null, selling: null, peak: null, error: null },
};
const band = (n: number, expected: number) => ({
  ...{ start: at(n), end: at(n + 1), expected, low: expected / 2, high: expected * 2 },
});
const forecast: EnergyForecastPage = {
  ...{ home: 'villa', asOf: at(0), sentence: '', sky: 'past', proof: null, nights: [] },
  scores: { load: null, solar: null },
  load: hours(0, 48).map((n) => band(n, 400)),
  solar: hours(0, 48).map((n) => band(n, n >= 12 && n < 18 ? 1500 : 0)),
  came: hours(-24, 0).map((n) => ({ start: at(n), load: 500, solar: 0 })),
};
const chosen = { prices, forecast, now, zone: 'Europe/Berlin', room: 900 };

test('lanes stand one below the other on one axis, now with its clock', () => {
  const drawn = lanesOf(chosen);
  expect(drawn.lanes.map(({ name, unit }) => `${name} ${unit}`)).toEqual([
    'Price ct/kWh',
    'Sun kW',
    'Use kW',
  ]);
  for (const [n, lane] of drawn.lanes.entries()) {
    const next = drawn.lanes[n + 1]?.head ?? drawn.axis;
    expect(lane.top + lane.height).toBeLessThanOrEqual(next);
    expect(lane.ticks.length).toBeLessThanOrEqual(5);
  }
  expect(drawn.nowText).toBe('21:40 now');
  expect(drawn.hours).toHaveLength(36);
});

test('what is told is solid, what is assumed or expected is dashed, and the cheapest third is marked', () => {
  const [price, sun] = lanesOf(chosen).lanes;
  expect(price!.solid).toMatch(/^M/);
  expect(price!.dashed).toMatch(/^M/);
  expect(price!.base.length).toBeGreaterThan(0);
  expect(sun!.band).toMatch(/Z$/);
  expect(sun!.area).toMatch(/Z$/);
  const flat = { ...prices, rates: prices.rates.map((rate) => ({ ...rate, buy: 0.3 })) };
  expect(lanesOf({ ...chosen, prices: flat }).lanes[0]!.base).toEqual([]);
});

test('on a phone the chart is wider than its room and scrolls', () => {
  const drawn = lanesOf({ ...chosen, room: 320 });
  expect(drawn.width).toBe(576);
  expect(drawn.nowX).toBeGreaterThan(0);
});

test('the words of an hour say what came plainly and what is expected with its band', () => {
  const { hours: rows } = lanesOf(chosen);
  const past = rows.find(({ t }) => t === hour - hourMs)!;
  expect(past.words).toBe('43.0 ct/kWh · sun 0 W · uses 500 W');
  const ahead = rows.find(({ t }) => t === hour + 12 * hourMs)!;
  expect(ahead.words).toBe(
    '32.0 ct/kWh, assumed · sun about 1.5 kW (0.8–3.0) · uses about 400 W (200–800)',
  );
});

test('a home without panels has no lane of the sun, and without a forecast there is the price', () => {
  const none = {
    ...forecast,
    solar: [],
    came: forecast.came.map((row) => ({ ...row, solar: null })),
  };
  const names = (o: Parameters<typeof lanesOf>[0]) => lanesOf(o).lanes.map(({ name }) => name);
  expect(names({ ...chosen, forecast: none })).toEqual(['Price', 'Use']);
  expect(names({ ...chosen, forecast: null })).toEqual(['Price']);
});

test('prices below zero have their own ground', () => {
  const cheap = {
    ...prices,
    rates: prices.rates.map((rate, n) => ({ ...rate, buy: (n % 6) * 0.02 - 0.04 })),
  };
  const [price] = lanesOf({ ...chosen, prices: cheap }).lanes;
  expect(price!.zero).toBeLessThan(price!.top + price!.height);
  expect(price!.ticks.some(({ label }) => label.startsWith('−'))).toBe(true);
});

test('the battery has a lane of its charge, with what it does as words, and no row among what runs', () => {
  const slots = hours(0, 28).map((n) => ({
    ...{ start: at(n), minutes: 60, gridW: 400, curtailW: 0, batteryW: 0, loads: {} },
    batteryMode: n < 6 ? ('hold' as const) : ('self_consume' as const),
  }));
  const battery = { now: 35, percent: slots.map((_, n) => (n < 6 ? 35 : 20)) };
  const plan = { state: 'ready', loads: [], plan: { slots, battery } } as unknown as HomePlanPage;
  const drawn = lanesOf({ ...chosen, plan });
  const lane = drawn.lanes.at(-1)!;
  expect([lane.name, lane.unit, lane.dashed.startsWith('M')]).toEqual(['Battery', '%', true]);
  expect(lane.words!.map(({ text }) => text)).toEqual(['keeps', 'follows the house']);
  expect(lane.base).toHaveLength(1);
  expect(drawn.runs).toBeNull();
  expect(drawn.axis).toBeGreaterThan(lane.zero + 18);
  const row = (n: number) => drawn.hours.find(({ t }) => t === hour + n * hourMs)!;
  expect(row(1).words).toContain('battery 35 %, keeps');
  expect(row(7).battery).toBe('20 %, follows the house');
  // A plan that tells no charge shows what it does among what runs, as before.
  const old = { ...plan, plan: { slots } } as unknown as HomePlanPage;
  expect(lanesOf({ ...chosen, plan: old }).runs!.rows.map(({ name }) => name)).toEqual([
    'Battery keeps',
  ]);
});
