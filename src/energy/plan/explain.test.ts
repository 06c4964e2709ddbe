import { afterAll, expect, test } from 'vitest';
import { reasonsOf } from './explain.ts';
import { slotMinutesFrom } from './grid.ts';
import { makePlan } from './make.ts';
import { peakHeld } from './peak-held.ts';
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

test('a price of the highest power parts what would run together, and says what for', async () => {
  const { peak: _none, ...plain } = problem;
  const both = problem.loads.map((load) => ({ ...load, minutes: 60, earliest: 0 }));
  const priced = { ...plain, loads: both, peak: { pricePerKW: 5, soFarW: 0 } };
  const held = (await peakHeld(priced, await plan(priced), plan))!;
  // Alone both take the same cheapest hours: 300 + 2000 + 500 W. Apart, 500 W less is reached.
  expect([held.heldW, held.freeW]).toEqual([2_300, 2_800]);
  expect(held.saves).toBeCloseTo(0.5 * 5);
  const reached = { ...priced, peak: { pricePerKW: 5, soFarW: 3_000 } };
  expect(await peakHeld(reached, await plan(reached), plan)).toBeNull();
  expect(await peakHeld({ ...priced, peak: null }, await plan(priced), plan)).toBeNull();
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
