import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evenSlots, hourMs } from '../series.ts';
import { from, madeHome, now, zone } from '../testing.ts';
import { pinball, weightedQuantiles } from './analog.ts';
import { baselineForecast } from './baseline.ts';
import { loadForecast } from './load.ts';
import { scoreOf } from './score.ts';
import { solarForecast } from './solar.ts';

const home = madeHome();
const wattsBy = (kWh: readonly number[]) =>
  new Map(kWh.map((value, n) => [from + n * hourMs, value * 1000]));
const load = { past: wattsBy(home.used!), stepMs: hourMs, now, zone };
const day = evenSlots(now, now + 48 * hourMs, hourMs);

test('a quantile is read between values, each by its weight', () => {
  const values = [10, 20, 30, 40].map((value) => ({ value, weight: 1 }));
  expect(weightedQuantiles(values, [0, 0.5, 1])).toEqual([10, 25, 40]);
  const heavy = [
    { value: 5, weight: 1 },
    { value: 100, weight: 99 },
  ];
  expect(weightedQuantiles(heavy, [0.5])![0]).toBeGreaterThan(95);
  expect(weightedQuantiles([{ value: 5, weight: 0 }], [0.5])).toBeNull();
});

test('the loss is least at the quantile itself', () => {
  const came = Array.from({ length: 101 }, (_, n) => n);
  const lossAt = (guess: number, q: number) =>
    came.reduce((sum, actual) => sum + pinball(actual, q, guess), 0);
  for (const q of [0.1, 0.5, 0.9]) {
    expect(lossAt(q * 100, q)).toBeLessThan(lossAt(q * 100 + 15, q));
    expect(lossAt(q * 100, q)).toBeLessThan(lossAt(q * 100 - 15, q));
  }
});

test('its band holds the middle, and nothing is below nothing', () => {
  const forecasts = [
    loadForecast({ ...load, slots: day }),
    baselineForecast({ ...load, slots: day }),
    solarForecast({ ...load, past: wattsBy(home.solar!), slots: day, foreseen: new Map() }),
  ];
  for (const forecast of forecasts) {
    expect(forecast).toHaveLength(48);
    for (const { low, expected, high } of forecast) {
      expect([low >= 0, low <= expected, expected <= high]).toEqual([true, true, true]);
    }
  }
});

test('the same past a day later gives the same forecast a day later', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3 }), (weeks) => {
      // By weeks, so that days of the week stay what they are; November changes no clocks.
      const by = weeks * 7 * 24 * hourMs;
      const moved = new Map([...load.past].map(([t, watts]) => [t + by, watts]));
      const slots = day.map(({ start, end }) => ({ start: start + by, end: end + by }));
      const later = loadForecast({ ...load, past: moved, now: now + by, slots });
      const here = loadForecast({ ...load, slots: day });
      expect(later.map(({ expected }) => expected)).toEqual(here.map(({ expected }) => expected));
    }),
    { numRuns: 3 },
  );
});

test('nothing of what comes after now is looked at', () => {
  const cut = now - 10 * 24 * hourMs;
  const slots = evenSlots(cut, cut + 24 * hourMs, hourMs);
  const known = new Map([...load.past].filter(([t]) => t < cut));
  expect(loadForecast({ ...load, now: cut, slots })).toEqual(
    loadForecast({ ...load, past: known, now: cut, slots }),
  );
  expect(baselineForecast({ ...load, now: cut, slots })).toEqual(
    baselineForecast({ ...load, past: known, now: cut, slots }),
  );
});

test('a home without a past has no forecast, and one of a day has what that day tells', () => {
  expect(loadForecast({ ...load, past: new Map(), slots: day })).toEqual([]);
  const young = new Map([...load.past].slice(-24));
  expect(loadForecast({ ...load, past: young, slots: day }).length).toBeGreaterThanOrEqual(24);
});

test('panels make nothing at night, and more under the sky that is foreseen bright', () => {
  const past = wattsBy(home.solar!);
  const foreseen = new Map(past);
  const slots = evenSlots(now, now + 24 * hourMs, hourMs);
  const noon = slots.find(({ start }) => new Date(start).getUTCHours() === 11)!;
  const at = (watts: number) => {
    const sky = new Map([...foreseen, [noon.start, watts]]);
    const forecast = solarForecast({ ...load, past, slots, foreseen: sky });
    return forecast.find(({ start }) => start === noon.start)!.expected;
  };
  expect(at(1800)).toBeGreaterThan(at(500) + 300);
  const night = solarForecast({ ...load, past, slots, foreseen }).find(
    ({ start }) => new Date(start).getUTCHours() === 1,
  );
  expect(night).toMatchObject({ low: 0, expected: 0, high: 0 });
});

test('a sky that clouded over an hour ago stays so for a while, and is forgotten by the afternoon', () => {
  const eleven = now + 11 * hourMs;
  const slots = evenSlots(eleven, eleven + 5 * hourMs, hourMs);
  const past = wattsBy(home.solar!);
  const cut = eleven - 24 * hourMs;
  const to = (watts: number) => {
    const seen = new Map([...past].filter(([t]) => t < cut));
    return new Map([...seen, [cut - hourMs, watts]]);
  };
  const made = (watts: number) =>
    solarForecast({
      ...{ ...load, past: to(watts), now: cut, foreseen: new Map() },
      slots: slots.map(({ start, end }) => ({
        start: start - 24 * hourMs,
        end: end - 24 * hourMs,
      })),
    }).map(({ expected }) => expected);
  const usual = past.get(cut - hourMs)!;
  const [dark, bright] = [made(usual * 0.2), made(usual)];
  expect(dark[0]!).toBeLessThan(bright[0]! * 0.7);
  expect(dark[4]! / bright[4]!).toBeGreaterThan(dark[0]! / bright[0]! + 0.2);
});

test('what a home draws above its usual is expected of the next hour, and hardly of the one in four hours', () => {
  const last = load.past.get(now - hourMs)!;
  const after = (watts: number) =>
    loadForecast({ ...load, past: new Map([...load.past, [now - hourMs, watts]]), slots: day });
  const [more, usual] = [after(last + 1_000), after(last)];
  const above = (n: number) => more[n]!.expected - usual[n]!.expected;
  expect(above(0)).toBeGreaterThan(200);
  expect(Math.abs(above(4))).toBeLessThan(above(0) / 2);
});

test('a score counts only what came', () => {
  const forecast = day.map((slot) => ({ ...slot, low: 100, expected: 200, high: 300 }));
  expect(scoreOf(forecast, new Map())).toEqual({ loss: null, within: null, slots: 0 });
  const came = new Map([
    [day[0]!.start, 200],
    [day[1]!.start, 400],
  ]);
  const score = scoreOf(forecast, came);
  expect(score).toMatchObject({ slots: 2, within: 0.5 });
  // 10 + 0 + 10 W, then 30 + 100 + 90, a third each.
  expect(score.loss).toBeCloseTo((20 / 3 + 220 / 3) / 2);
});
