import { afterAll, expect, test } from 'vitest';
import { reasonsOf } from './explain.ts';
import { slotMinutesFrom } from './grid.ts';
import { makePlan } from './make.ts';
import { readProblem } from './read.ts';
import { testPlanner } from './testing/planner.ts';

const planner = testPlanner();
afterAll(planner.close);

const problem = readProblem({
  id: 'night',
  start: '2026-05-01T22:00:00Z',
  slotMinutes: 60,
  importPrice: [0.4, 0.4, 0.3, 0.1, 0.1, 0.3],
  exportPrice: [0, 0, 0, 0, 0, 0],
  baseLoadW: [300, 300, 300, 300, 300, 300],
  solarW: [0, 0, 0, 0, 0, 0],
  loads: [
    { id: 'washer', powerW: 2_000, durationMinutes: 60, contiguous: true },
    { id: 'pump', powerW: 500, durationMinutes: 120, earliest: '2026-05-02T00:00:00Z' },
  ],
  timeLimitMs: 10_000,
});
const plan = (one: typeof problem) => makePlan(one, planner.maker);

test('why it waits: what running it now would cost more', async () => {
  const reasons = await reasonsOf(problem, await plan(problem), plan);
  expect(reasons).toHaveLength(2);
  expect(reasons[0]).toMatchObject({ load: 'washer', startsAt: Date.parse('2026-05-02T01:00Z') });
  expect(reasons[0]!.nowCostsMore).toBeCloseTo(0.6, 2);
  expect(reasons[1]).toMatchObject({ load: 'pump', nowCostsMore: null });
});

test('slots are fine for what comes next and coarse later, on their own marks, without a gap', () => {
  const start = Date.parse('2026-05-01T22:15:00Z');
  const lengths = slotMinutesFrom(start, start + 48 * 3_600_000);
  expect(lengths.reduce((sum, minutes) => sum + minutes, 0)).toBe(48 * 60);
  expect(lengths.slice(0, 48).every((minutes) => minutes === 15)).toBe(true);
  expect(lengths.length).toBeLessThan(105);
  let at = start;
  for (const minutes of lengths) {
    expect(
      minutes === 15 ||
        at % (minutes * 60_000) === 0 ||
        at + minutes * 60_000 === start + 48 * 3_600_000,
    ).toBe(true);
    at += minutes * 60_000;
  }
});
