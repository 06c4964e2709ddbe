import { expect, test } from 'vitest';
import { row } from '../testing.ts';
import { highestOf } from './peak.ts';

const zone = 'Europe/Berlin';
const meter = (statistic: string, role: 'import' | 'export') => ({
  ...{ statistic, role, name: statistic, of: null },
});

test('the highest hour of this month counts, both meters together, not those of the month before', () => {
  // 1 November begins at 23:00 UTC of the day before.
  const first = Date.UTC(2026, 9, 31, 23);
  const hours = (kWh: readonly (readonly [number, number])[]) =>
    kWh.map(([n, change]) => row(first + n * 3_600_000, { change }));
  const all = new Map([
    [
      'day',
      hours([
        [-1, 9],
        [0, 1.5],
        [5, 2],
      ]),
    ],
    [
      'night',
      hours([
        [0, 1],
        [5, 0],
      ]),
    ],
    ['out', hours([[5, 8]])],
  ]);
  const meters = [meter('day', 'import'), meter('night', 'import'), meter('out', 'export')];
  const at = { now: first + 10 * 3_600_000, zone };
  expect(highestOf({ meters }, all, at)).toBe(2500);
  expect(highestOf({ meters: [] }, all, at)).toBe(0);
});
