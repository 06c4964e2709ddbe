import type { ChartSpec } from '@tomte/sdk/chart';
import { expect, test } from 'vitest';
import { indexedPng } from './indexed-png.ts';
import { drawPng } from './picture.ts';

const hourMs = 3_600_000;
const from = Date.parse('2026-11-20T20:00:00Z');
const spec: ChartSpec = {
  title: 'Water last night against usual',
  caption: '0.4 L/min, usually 0.',
  lane: 'Water',
  unit: 'L/min, mean of 5 min',
  zone: 'Europe/Amsterdam',
  from,
  to: from + 6 * hourMs,
  now: from + 5.8 * hourMs,
  form: 'line',
  points: Array.from({ length: 70 }, (_, i) => [from + i * 300_000, (i * 7919) % 13]),
  late: [],
  usual: Array.from({ length: 6 }, (_, i) => [from + i * hourMs, 0, 3]),
  found: { from: from + 4.9 * hourMs, to: from + 5.8 * hourMs, label: '54 min' },
  gaps: [{ from: from + hourMs, to: from + 2 * hourMs, reason: 'Link lost' }],
  nights: [{ from, to: from + 12 * hourMs }],
};
const view = (png: Uint8Array) => new DataView(png.buffer, png.byteOffset, png.byteLength);

test('the picture of an alert is 1024 by 512 and small enough for every messenger', async () => {
  const png = await drawPng(spec);
  expect([...png.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
  expect(view(png).getUint32(16)).toBe(1024);
  expect(view(png).getUint32(20)).toBe(512);
  expect(png.length).toBeLessThan(30_000);
  // A picture without its letters would be far smaller.
  expect(png.length).toBeGreaterThan(8_000);
});

test('sixty days of hours stay small too', async () => {
  const points: [number, number][] = Array.from({ length: 1440 }, (_, i) => [
    from + i * hourMs,
    40 + 40 * Math.sin(i * i),
  ]);
  const png = await drawPng({ ...spec, form: 'bars', points, to: from + 1440 * hourMs, now: null });
  expect(png.length).toBeLessThan(30_000);
});

test('the same chart gives the same bytes', async () => {
  expect(await drawPng(spec)).toEqual(await drawPng(spec));
});

test('more than 256 colours are brought to the nearest of those kept', () => {
  const pixels = new Uint8Array(4 * 400).map((_, i) => (i % 4 === 3 ? 255 : (i * 31) % 256));
  const png = indexedPng(pixels, { width: 20, height: 20 });
  const palette = view(png).getUint32(33);
  expect(palette).toBeLessThanOrEqual(768);
  expect(palette % 3).toBe(0);
});

test('a freezer stands below zero and is drawn: the renderer must not be asked for what lies outside', async () => {
  const points = spec.points.map(([t, v]): [number, number | null] => [
    t,
    v === null ? null : v - 18,
  ]);
  const cold: ChartSpec = { ...spec, points, usual: [[from, -19, -17]], form: 'line' };
  const png = await drawPng(cold);
  expect(view(png).getUint32(16)).toBe(1024);
  const mild = await drawPng({ ...cold, points: points.map(([t], i) => [t, i % 2 ? -3 : 4]) });
  expect(mild.length).toBeGreaterThan(1000);
});
