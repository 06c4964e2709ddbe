import { expect, test } from 'vitest';
import { preview } from '../web/dev/answers-detect.ts';
import { shownAt, stopAt, stopWords } from '../web/src/lib/stops.ts';

test('each place of the slider tells what it would have told, and what is other than now', () => {
  expect(stopWords(preview, 3)).toBe('As it is now.');
  expect(stopWords(preview, 4)).toBe('The same as now.');
  expect(stopWords(preview, 6)).toBe('Against now it adds 1 and drops none; in all 3 times.');
  expect(stopWords(preview, 0)).toBe('Against now it adds none and drops 1; in all 1 time.');
  expect(shownAt(preview, 0).map(({ episode }) => episode)).toEqual(['water:1']);
});

test('what an answer hides is not listed; without a slider there is one place', () => {
  const [first, ...rest] = preview.findings;
  const hidden = { ...preview, findings: [{ ...first!, hidden: true }, ...rest] };
  expect(shownAt(hidden, 0)).toEqual([]);
  const plain = { ...preview, sooner: null, stops: [{ ...preview.stops[6]!, sooner: null }] };
  expect(stopAt(plain, null)?.told).toBe(3);
});
