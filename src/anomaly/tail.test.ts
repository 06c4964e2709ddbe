import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dropDay, highestOf, limitOf, newTail, noteHigh, type Tail } from './tail.ts';

const options = { perMonth: 0.05, scaleMin: 0.1 };
const tailOf = (highs: readonly number[]): Tail => {
  const tail = newTail();
  for (const [i, high] of [...highs, 0].entries()) noteHigh(tail, `day ${i}`, high);
  return tail;
};
const ordinary = fc.array(fc.double({ min: 0, max: 10, noNaN: true }), {
  minLength: 14,
  maxLength: 60,
});

describe('the tail of ordinary days', () => {
  test('says nothing before a week', () => {
    expect(limitOf(tailOf([1, 2, 3, 2, 1, 2]), options)).toBeNull();
  });

  test('its limit is above all days but the highest, and smaller budgets lie further out', () => {
    fc.assert(
      fc.property(ordinary, (highs) => {
        const tail = tailOf(highs);
        const limit = limitOf(tail, options)!;
        expect(limit).toBeGreaterThan(highestOf(tail)! - 1e-9);
        expect(limitOf(tail, { ...options, perMonth: 0.01 })!).toBeGreaterThanOrEqual(limit);
      }),
    );
  });

  test('one odd day moves it no further than the second highest would', () => {
    fc.assert(
      fc.property(ordinary, (highs) => {
        expect(limitOf(tailOf([...highs, 1e6]), options)!).toBeLessThan(200);
      }),
    );
  });

  test('a thing that rests most days is measured by the days it does not', () => {
    const weekly = Array.from({ length: 28 }, (_, i) => (i % 7 === 0 ? 35 : 0));
    expect(limitOf(tailOf(weekly), { perMonth: 0.04, scaleMin: 10 })!).toBeLessThan(80);
  });

  test('a day that was dropped teaches nothing', () => {
    const tail = newTail();
    noteHigh(tail, 'monday', 5);
    dropDay(tail);
    noteHigh(tail, 'tuesday', 1);
    expect(tail.highs).toEqual([]);
  });
});
