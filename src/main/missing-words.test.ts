import { expect, test } from 'vitest';
import { missingWords } from './missing-words.ts';

const day = 86_400_000;
const words = (first: number | null, hoursFrom: number | null) =>
  missingWords({
    ...{ from: 0, to: 60 * day },
    first: first === null ? null : first * day,
    hoursFrom: hoursFrom === null ? null : hoursFrom * day,
  });

test('what is missing is said, and nothing where nothing is', () => {
  expect(words(0, 0)).toEqual([]);
  expect(words(0, null)).toEqual([]);
  expect(words(null, null)).toEqual(['Nothing is recorded of this time.']);
  expect(words(null, 0)).toEqual([
    'Only hours are recorded of this time: short things are not seen.',
  ]);
  expect(words(50, 0)).toEqual([
    'Of the first 50 days only hours are recorded: short things are not seen there.',
  ]);
  expect(words(1.5, -3)).toEqual([
    'Of the first day only hours are recorded: short things are not seen there.',
  ]);
  expect(words(51, null)).toEqual([
    'Only 9 days of history; what is usual will be rough at first.',
  ]);
  expect(words(56, 51)).toEqual([
    'Only 9 days of history; what is usual will be rough at first.',
    'Of the first 5 days only hours are recorded: short things are not seen there.',
  ]);
});
