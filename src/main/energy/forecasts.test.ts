/** One forecast of each day is kept, and scored by what came. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dayMs, hourMs } from '../../energy/series.ts';
import { addHome } from '../../engine/testing-home.ts';
import { silentLog } from '../../lib/log.ts';
import { virtualClock } from '../../lib/testing/virtual-clock.ts';
import { listForecastDays } from '../../store/energy.ts';
import { type FreshStore, freshStore } from '../../store/testing.ts';
import type { HomeLife } from '../home-life.ts';
import { forecastsOf } from './forecasts.ts';
import type { EnergyHome } from './meters.ts';
import { forecastPage } from './pages.ts';

const home = 'h1';
const zone = 'UTC';
const day = Date.UTC(2026, 10, 20);
let store: FreshStore;
beforeAll(async () => {
  store = await freshStore();
  await addHome(store.db, home);
});
afterAll(() => store.close());

/** 30 days of a home that uses more in the evening, no day quite like another, up to `now`; kWh by hour. */
function energyAt(now: number): EnergyHome {
  const house = new Map<number, number>();
  for (let t = day - 30 * dayMs; t < now; t += hourMs) {
    const hour = (t % dayMs) / hourMs;
    house.set(t, 0.3 + (hour >= 18 ? 0.5 : 0) + 0.02 * ((Math.floor(t / hourMs) * 7919) % 13));
  }
  const meters = [{ statistic: 'grid', role: 'import', name: 'Grid', of: null }];
  return {
    ...{ asOf: now, house, clean: new Map(), hours: new Map(), faults: [], sensors: [] },
    setup: { meters, batteries: [], forecastEntries: [], figures: [] },
    judged: { blocked: new Set(), open: [], factors: new Map() },
  } as unknown as EnergyHome;
}

function foreseenAt(now: number) {
  const clock = virtualClock(now);
  const life = { home, zone, link: {} } as unknown as HomeLife;
  const parts = { db: store.db, clock, log: silentLog, clouds: async () => new Map() };
  return forecastsOf(parts, life, energyAt(now));
}

test('the first forecast of a day stands, and once the day is over it is scored beside the plain mean', async () => {
  const first = await foreseenAt(day + hourMs);
  expect(first.scores).toEqual({ load: null, solar: null });
  const [kept] = await listForecastDays(store.db, home, 5);
  expect(kept).toMatchObject({ series: 'load', day: '2026-11-20', loss: null });
  await foreseenAt(day + 9 * hourMs);
  expect((await listForecastDays(store.db, home, 5))[0]!.slots).toEqual(kept!.slots);

  const next = await foreseenAt(day + dayMs + 2 * hourMs);
  expect(next.scores.load).toMatchObject({ days: 1 });
  const rows = await listForecastDays(store.db, home, 5);
  const scored = rows.find((row) => row.day === '2026-11-20')!;
  expect(scored.hours).toBe(23);
  expect(scored.loss).toBeGreaterThan(0);
  expect(scored.baseline_loss).toBeGreaterThan(0);
});

test('how well it was is said where the forecast stands', async () => {
  const now = day + 2 * dayMs + 2 * hourMs;
  const page = forecastPage({ home, zone, now, place: null }, await foreseenAt(now), energyAt(now));
  expect(page.scores.load!.days).toBe(2);
  expect(page.proof).toMatch(
    /^Over the last 2 days it was \d+ % (nearer|further off) than the mean of the seven days before\.$/,
  );
});
