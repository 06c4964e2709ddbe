import { expect, test } from 'vitest';
import type { HomeLife } from '../home-life.ts';
import { pricesPage } from './pages.ts';
import { type Prices, shownSale } from './prices.ts';

const start = Date.UTC(2026, 10, 27, 12);
const hourMs = 3_600_000;
const window = { start, end: start + 4 * hourMs };
const buy = [0, 1, 2, 3].map((n) => ({
  ...{ start: start + n * hourMs, end: start + (n + 1) * hourMs, value: 0.3, assumed: false },
}));
function sale(state: string, attributes: Record<string, unknown>) {
  const entity = () => ({ entityId: 'sensor.sell', state, attributes });
  const life = { zone: 'UTC', link: { mirror: { entity } } } as unknown as HomeLife;
  return shownSale(life, 'sensor.sell', { buy, window })?.map(({ value }) => value);
}

test('what a sensor of the energy page shows for power fed in holds for all hours, in its own unit', () => {
  expect(sale('0.082', { unit_of_measurement: 'EUR/kWh' })).toEqual(buy.map(() => 0.082));
  for (const value of sale('8.2', { unit_of_measurement: 'ct/kWh' })!) {
    expect(value).toBeCloseTo(0.082);
  }
  expect(sale('unavailable', { unit_of_measurement: 'EUR/kWh' })).toBeUndefined();
  expect(sale('', {})).toBeUndefined();
});

test('coming prices in its attributes count hour by hour', () => {
  const raw_today = [0.05, 0.06, 0.04, 0.07].map((value, n) => ({
    ...{ start: new Date(start + n * hourMs).toISOString(), value },
    end: new Date(start + (n + 1) * hourMs).toISOString(),
  }));
  const told = sale('0.05', { unit_of_measurement: 'EUR/kWh', raw_today });
  expect(told).toEqual([0.05, 0.06, 0.04, 0.07]);
});

test('a sensor that never tells the future is said to be one, and what to choose instead', () => {
  const prices: Prices = {
    ...{ tariff: { name: 'sensor', by: 'person', title: 'A price sensor' }, currency: 'EUR' },
    ...{ asOf: start, error: null, buy, sell: buy, sellIsKnown: true, bare: false, markup: null },
    ...{ factor: 1, assumedFrom: null, fromDaysBefore: null, usuallyOff: null, peak: null },
    presentOnly: 'Electricity price',
  };
  const where = { home: 'h', zone: 'UTC', now: start, place: null };
  const told = (o: Partial<Prices>) => pricesPage(where, { ...prices, ...o }, {}).assumed;
  expect(told({})).toMatch(
    /^Electricity price tells only what a kWh costs now\. That counts for every/,
  );
  expect(told({})).toMatch(/Choose a source with tomorrow’s prices/);
  expect(told({ assumedFrom: start + hourMs, fromDaysBefore: 1 })).not.toMatch(/not out yet/);
  expect(told({ assumedFrom: start + hourMs, fromDaysBefore: 1, presentOnly: null })).toMatch(
    /are not out yet; those of the day before are used/,
  );
});
