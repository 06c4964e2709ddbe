import { expect, test } from 'vitest';
import { addHome } from './homes.ts';
import { keepableJson } from './keepable.ts';
import { keepReadings, readReadings } from './readings.ts';
import { seriesOf } from './series.ts';
import { readSetting, saveSetting } from './settings.ts';
import { freshStore } from './testing.ts';

test('a home whose names and states hold what PostgreSQL refuses is kept all the same', async () => {
  await using store = await freshStore();
  await addHome(store.db, {
    id: 'h1',
    name: 'Ho\0me',
    address: 'http://127.0.0.1:8123',
    version: '2026.11.0',
    time_zone: 'Europe/Vienna',
    currency: 'EUR',
    user_name: 'Tomte',
    user_id: 'u',
    user_admin: false,
    token_sealed: Buffer.from([0, 1, 2]),
  });
  const id = 'sensor.w\0';
  const series = (await seriesOf(store.db, 'h1', [{ id, unit: null }])).get('sensor.w\uFFFD')!;
  const reading = { series, value: null, late: false };
  await keepReadings(store.db, [
    { ...reading, at: 1, word: 'a\0b' },
    { ...reading, at: 2, word: 'plain' },
  ]);
  const kept = await readReadings(store.db, { series, from: 0, to: 10 });
  expect(kept.map(({ word }) => word)).toEqual(['a\uFFFDb', 'plain']);
  await saveSetting(store.db, 'x', { text: 'z\0\ud800', '\0': 1 });
  expect(await readSetting(store.db, 'x')).toEqual({ text: 'z\uFFFD\uFFFD', '\uFFFD': 1 });
});

test('JSON text that only looks like a zero character stays as it is', () => {
  for (const value of ['\\u0000', '\\\\u0000', 'a\\ud800', '😀', '\u0001', 'path\\under'])
    expect(JSON.parse(keepableJson([value]))).toEqual([value]);
});
