import { expect, test } from 'vitest';
import { answerText, dataNotice } from './answer.ts';

const json = (text: string) => JSON.parse(text.slice(dataNotice.length));

test('empty things cost nothing, long texts are cut, and it is said to be data', () => {
  const text = answerText({ a: null, b: [], c: '', d: 'x'.repeat(1000), e: 0 });
  expect(text.startsWith(dataNotice)).toBe(true);
  expect(json(text)).toEqual({ d: `${'x'.repeat(239)}…`, e: 0 });
});

test('a long list loses its end, and says how much', () => {
  const rows = Array.from({ length: 3000 }, (_, at) => ({
    id: `sensor.number_${at}`,
    state: 'on',
  }));
  const text = answerText({ found: rows.length, rows });
  expect(text.length).toBeLessThan(19_000);
  const kept = json(text).rows as { id?: string; leftOut?: number }[];
  expect(kept[0]).toEqual({ id: 'sensor.number_0', state: 'on' });
  expect(kept.length - 1 + kept.at(-1)!.leftOut!).toBe(3000);
});

test('what has no list to cut is not sent at all', () => {
  const wide = Object.fromEntries(Array.from({ length: 2000 }, (_, at) => [`field${at}`, 'value']));
  expect(json(answerText(wide))).toEqual({ tooLong: expect.stringContaining('ask for less') });
});
