import { expect, test } from 'vitest';
import { factsText } from './facts.ts';
import { nothingHidden } from './testing.ts';

const facts = (value: unknown) => JSON.parse(factsText({ value }, nothingHidden)).value;
const start = Date.parse('2026-11-20T00:00:00Z');

test('a month of readings is told as what it comes to', () => {
  const readings = Array.from({ length: 720 }, (_, n) => ({
    ...{ t: start + n * 3_600_000, id: 'sensor.power' },
    v: n === 100 ? 2130 : n % 24,
  }));
  expect(facts(readings)).toEqual({
    ...{ values: 720, from: '2026-11-20T00:00Z', to: '2026-12-19T23:00Z' },
    v: {
      ...{ first: 0, last: 23, lowest: 0, lowestAt: '2026-11-20T00:00Z', highest: 2130 },
      ...{ highestAt: '2026-11-24T04:00Z', mean: 14.453, sum: 10406 },
    },
  });
});

test('numbers without a time are told with their places, gaps left out', () => {
  const quarters = Array.from({ length: 96 }, (_, n) => (n === 5 ? null : 10 + (n % 10)));
  expect(facts(quarters)).toMatchObject({
    ...{ values: 96, lowest: 10, lowestAt: 1, highest: 19, highestAt: 10 },
  });
});

test('a day by hours stays whole, and so does what is no series', () => {
  const day = Array.from({ length: 24 }, (_, n) => n);
  expect(facts(day)).toEqual(day);
  const words = Array.from({ length: 30 }, () => 'rain');
  expect(facts(words)).toEqual(words);
});
