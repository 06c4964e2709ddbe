import { afterAll, beforeAll, expect, test } from 'vitest';
import { keepRates, ratesBetween } from './energy.ts';
import { type FreshStore, freshStore } from './testing.ts';

const hour = 3_600_000;
let store: FreshStore;
beforeAll(async () => {
  store = await freshStore();
});
afterAll(() => store.close());

test('the same hours kept twice at a time stand once, as one of both told them', async () => {
  await store.pool.query(
    `insert into homes (id, name, address, version, time_zone, currency, user_name, user_id, user_admin, token_sealed)
       values ('h', 'Home', 'http://127.0.0.1:1', '1', 'UTC', 'EUR', 'u', 'u', true, 'x')`,
  );
  const start = Date.parse('2026-11-27T00:00:00Z');
  const told = (buy: number) =>
    Array.from({ length: 48 }, (_, n) => ({
      ...{ start: start + n * hour, end: start + (n + 1) * hour, buy, sell: null },
    }));
  const prices = [1, 2, 3, 4, 5, 6, 7, 8];
  await Promise.all(prices.map((price) => keepRates(store.db, 'h', told(price))));
  const kept = await ratesBetween(store.db, 'h', { start, end: start + 48 * hour });
  expect(kept.map((rate) => rate.start)).toEqual(told(0).map((rate) => rate.start));
  for (const { buy } of kept) expect(prices).toContain(buy);
});
