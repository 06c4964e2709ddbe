import { expect, test } from 'vitest';
import { preview } from '../web/dev/answers-detect.ts';
import { moreLines } from '../web/src/lib/alert-words.ts';
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

test('a line that the facts say already is not said twice; what came of a button is', () => {
  const facts = {
    ...{ is: '0.4 L/min', usually: '0; highest at this hour in 60 days 5.4 L/min', since: '03:33' },
    ...{ around: [], probably: null, check: null, numbers: {} },
  };
  const lines = ['Close Main tap: confirmed 02:46', 'Highest at this hour in 60 days: 5.4 L/min'];
  expect(moreLines({ lines, facts })).toEqual(['Close Main tap: confirmed 02:46']);
  expect(moreLines({ lines, facts: null })).toEqual(lines);
});
