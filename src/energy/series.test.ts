import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evenSlots, forecastOn, hourMs, minuteMs, ratesOn, slotsFrom } from './series.ts';

const start = Date.UTC(2026, 10, 27);
const hourly = (values: readonly number[]) =>
  values.map((value, n) => ({ start: start + n * hourMs, end: start + (n + 1) * hourMs, value }));

test('a slot that lies in two prices costs their mean by time', () => {
  const slots = slotsFrom(start + 45 * minuteMs, [30, 15]);
  expect(ratesOn(slots, hourly([0.2, 0.4]))).toEqual([expect.closeTo(0.3), expect.closeTo(0.4)]);
});

test('a slot without all of its prices has none', () => {
  const slots = evenSlots(start, start + 3 * hourMs, hourMs);
  expect(ratesOn(slots, hourly([0.2, 0.4]))).toEqual([0.2, 0.4, null]);
  expect(ratesOn(slots, hourly([0.2, 0.4, 0.3]).toSpliced(1, 1))).toEqual([0.2, null, 0.3]);
});

test('the last of even slots ends where they end', () => {
  expect(evenSlots(0, 70, 30)).toEqual([
    { start: 0, end: 30 },
    { start: 30, end: 60 },
    { start: 60, end: 70 },
  ]);
});

test('a forecast on longer slots keeps its energy', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 9000 }), { minLength: 8, maxLength: 48 }),
      (watts) => {
        const fine = evenSlots(start, start + watts.length * 15 * minuteMs, 15 * minuteMs);
        const forecast = fine.map((slot, n) => {
          const expected = watts[n]!;
          return { ...slot, expected, low: expected / 2, high: expected * 2 };
        });
        const coarse = evenSlots(start, fine.at(-1)!.end, hourMs);
        const energy = forecastOn(coarse, forecast).reduce(
          (sum, piece, n) => sum + piece!.expected * (coarse[n]!.end - coarse[n]!.start),
          0,
        );
        const before = watts.reduce((sum, w) => sum + w * 15 * minuteMs, 0);
        expect(energy).toBeCloseTo(before, 0);
      },
    ),
  );
});
