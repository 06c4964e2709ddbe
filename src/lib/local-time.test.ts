import { expect, test } from 'vitest';
import { nextLocalTime } from './local-time.ts';

const at = (iso: string) => Date.parse(iso);

test.each([
  ['2026-11-21T10:00:00Z', '12:00', 0, '2026-11-21T11:00:00Z'],
  ['2026-11-21T11:00:00Z', '12:00', 0, '2026-11-22T11:00:00Z'],
  ['2026-11-21T10:00:00Z', '12:00', 1, '2026-11-22T11:00:00Z'],
  // The clocks go back in the night between.
  ['2026-10-24T10:30:00Z', '12:00', 0, '2026-10-25T11:00:00Z'],
  // They go forward: 02:30 is not there.
  ['2026-03-28T20:00:00Z', '02:30', 0, '2026-03-29T01:30:00Z'],
])('after %s comes %s in Oslo, %i days ahead: %s', (now, time, daysAhead, expected) => {
  expect(nextLocalTime(at(now), 'Europe/Oslo', { time, daysAhead })).toBe(at(expected));
});
