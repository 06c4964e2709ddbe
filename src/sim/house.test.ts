import { expect, test } from 'vitest';
import { House } from './house.ts';
import { livedChanges, livedEntities } from './lived.ts';
import { livedDay } from './people.ts';

const zone = 'Europe/Berlin';
const dayMs = 86_400_000;
const from = Date.parse('2026-09-20T00:00:00Z');
const house = (seed = 1) => new House({ seed, zone, from });
const total = (values: Float32Array) => values.reduce((a, b) => a + b, 0);

test('the same day comes out the same whoever asks, another seed lives otherwise', () => {
  const day = (seed: number) =>
    Buffer.from(livedDay('2026-11-03', { seed, zone }).waterLpm.buffer).toString('hex');
  expect(day(1)).toBe(day(1));
  expect(day(1)).not.toBe(day(2));
});

test('a day has as many minutes as the clock of the place gives it', () => {
  const minutes = (date: string) => livedDay(date, { seed: 1, zone }).minutes;
  expect([minutes('2026-10-24'), minutes('2026-10-25'), minutes('2026-03-29')]).toEqual([
    1440, 1500, 1380,
  ]);
});

test('two people use a believable amount of water, and hardly any between two and five', () => {
  const days = Array.from({ length: 60 }, (_, i) =>
    new Date(from + i * dayMs).toISOString().slice(0, 10),
  );
  const lived = days.map((date) => livedDay(date, { seed: 1, zone }));
  const litres = lived.map((day) => total(day.waterLpm));
  const mean = litres.reduce((a, b) => a + b, 0) / 60;
  expect(mean).toBeGreaterThan(150);
  expect(mean).toBeLessThan(350);
  expect(Math.min(...litres)).toBeGreaterThan(60);
  const night = lived.map((day) => total(day.waterLpm.subarray(120, 300)));
  expect(Math.max(...night)).toBeLessThan(30);
});

test('a leak shows on sensor and meter from the minute it began, and ends', () => {
  const home = house();
  const began = from + 20 * dayMs + 3 * 3_600_000;
  const before = home.totals(began + 48 * 60_000).waterL;
  home.begin({ name: 'leak', from: began, to: null });
  expect(home.minute(began - 60_000).waterLpm).toBeLessThan(0.01);
  expect(home.minute(began).waterLpm).toBeCloseTo(0.4, 1);
  expect(home.totals(began + 48 * 60_000).waterL - before).toBeCloseTo(19.2, 0);
  home.end('leak', began + 3_600_000);
  expect(home.minute(began + 3_660_000).waterLpm).toBeLessThan(0.01);
});

test('a meter never runs backwards', () => {
  const home = house();
  const meter = livedEntities().find((e) => e.id === 'sensor.water_total')!;
  const values = [...livedChanges(home, meter, from, from + 3 * dayMs)].map(([, state]) =>
    Number(state),
  );
  expect(values.length).toBeGreaterThan(50);
  expect(values.every((v, i) => i === 0 || v > values[i - 1]!)).toBe(true);
});

test('a freezer that failed warms by the hour', () => {
  const home = house();
  const began = from + 10 * dayMs;
  home.begin({ name: 'freezer', from: began, to: null });
  expect([home.freezerWarmth(began), home.freezerWarmth(began + 5 * 3_600_000)]).toEqual([0, 11]);
});
