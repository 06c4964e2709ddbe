import { expect, test } from 'vitest';
import type { Link } from '../home/link.ts';
import { silentLog } from '../lib/log.ts';
import { addHome } from '../store/homes.ts';
import { readHours } from '../store/hours.ts';
import { listSeries } from '../store/series.ts';
import { freshStore } from '../store/testing.ts';
import { keepHoursFresh } from './fresh-hours.ts';
import type { PlaceParts } from './parts.ts';

const hourMs = 3_600_000;
const start = Date.UTC(2026, 10, 22, 8);

/** A home that has one meter with hours from `start` on, and says when it has made a new one. */
function fakeHome() {
  const asked: { start: number }[] = [];
  let tell = () => {};
  let rows = [{ start, end: start + hourMs, change: 10 }];
  const link = {
    mirror: { info: () => ({ unit: 'L' }) },
    onEvent(_type: string, cb: () => void) {
      tell = cb;
      return () => {};
    },
    async call(type: string, fields: { start_time: string }) {
      if (type === 'recorder/list_statistic_ids') {
        const meta = { statistic_id: 'sensor.water', has_sum: true, mean_type: 0, name: null };
        return [{ ...meta, statistics_unit_of_measurement: 'L', unit_class: 'volume' }];
      }
      asked.push({ start: Date.parse(fields.start_time) });
      return { 'sensor.water': rows.filter((r) => r.end > Date.parse(fields.start_time)) };
    },
  } as unknown as Link;
  return {
    link,
    asked,
    made(more: { start: number; change: number }[]) {
      rows = more.map((r) => ({ ...r, end: r.start + hourMs }));
      tell();
    },
  };
}

test('hours that passed are fetched, the newest once more, and only from there on', async () => {
  await using store = await freshStore();
  const token = {
    token_sealed: Buffer.alloc(1),
    user_name: 'Maja',
    user_id: 'u',
    user_admin: false,
  };
  const where = {
    address: 'http://127.0.0.1',
    version: '2026.11',
    time_zone: 'UTC',
    currency: 'EUR',
  };
  await addHome(store.db, { id: 'h', name: 'Home', ...token, ...where });
  let now = start + hourMs;
  const parts = { store, clock: { now: () => now } } as unknown as PlaceParts;
  const home = fakeHome();
  const fresh = keepHoursFresh({
    ...{ parts, home: 'h', link: home.link, log: silentLog },
    signal: new AbortController().signal,
    kept: () => new Set(['sensor.water']),
  });
  const kept = async () => {
    const series = (await listSeries(store.db, 'h'))[0]?.id;
    if (series === undefined) return [];
    const rows = await readHours(store.db, { series, from: 0, to: now + hourMs });
    return rows.map((r) => r.change);
  };

  fresh.now();
  await expect.poll(kept).toEqual([10]);
  expect(home.asked[0]!.start).toBe(now - 60 * 24 * hourMs);

  now += hourMs;
  home.made([
    { start, change: 11 },
    { start: start + hourMs, change: 7 },
  ]);
  await expect.poll(kept).toEqual([11, 7]);
  expect(home.asked[1]!.start).toBe(start);
});
