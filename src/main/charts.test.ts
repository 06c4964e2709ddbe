import { afterEach, beforeEach, expect, test } from 'vitest';
import { addGap } from '../store/gaps.ts';
import { addHome } from '../store/homes.ts';
import { keepReadings } from '../store/readings.ts';
import { seriesOf } from '../store/series.ts';
import { type FreshStore, freshStore } from '../store/testing.ts';
import { knownOf } from './charts.ts';

let store: FreshStore;
const from = 1_790_000_000_000;
const minuteMs = 60_000;
const entity = 'sensor.water_flow';
const window = { home: 'h1', entity, from, to: from + 60 * minuteMs };

beforeEach(async () => {
  store = await freshStore();
  await addHome(store.db, {
    id: 'h1',
    name: 'Home',
    address: 'http://127.0.0.1:8123',
    version: '2026.11.0',
    time_zone: 'Europe/Vienna',
    currency: 'EUR',
    user_name: 'Tomte',
    user_id: 'u',
    user_admin: false,
    token_sealed: Buffer.from('sealed'),
    instance: 'abc',
  });
  const series = (await seriesOf(store.db, 'h1', [{ id: entity, unit: 'L/min' }])).get(entity)!;
  await keepReadings(
    store.db,
    [0, 10, 20, 30].map((minutes) => ({
      series,
      at: from + minutes * minuteMs,
      value: minutes,
      word: null,
      late: minutes === 20,
    })),
  );
});
afterEach(() => store.close());

const lose = (unknown: string[]) =>
  addGap(store.db, {
    home_id: 'h1',
    began_at: from + 15 * minuteMs,
    ended_at: from + 25 * minuteMs,
    cause: 'closed',
    rebuilt: 1,
    unknown_entities: unknown,
  });

test('a lost link whose changes were rebuilt is no gap of the picture; what came late is marked', async () => {
  await lose(['sensor.other']);
  const known = (await knownOf(store.db, window))!;
  expect(known.gaps).toEqual([]);
  expect(known.late).toEqual([from + 20 * minuteMs]);
  expect(known.points.map(([, v]) => v)).toEqual(expect.arrayContaining([0, 10, 20, 30]));
});

test('a lost link after which this entity stayed unknown is a gap', async () => {
  await lose(['sensor.other', entity]);
  expect((await knownOf(store.db, window))!.gaps).toEqual([
    { from: from + 15 * minuteMs, to: from + 25 * minuteMs, reason: 'Link lost' },
  ]);
});

test('what only says words, such as on and off, has no picture', async () => {
  const door = 'binary_sensor.door';
  const series = (await seriesOf(store.db, 'h1', [{ id: door, unit: null }])).get(door)!;
  const words = ['off', 'on'].map((word, n) => ({
    ...{ series, at: from + n * minuteMs, value: null, word, late: false },
  }));
  await keepReadings(store.db, words);
  expect(await knownOf(store.db, { ...window, entity: door })).toBeNull();
});
