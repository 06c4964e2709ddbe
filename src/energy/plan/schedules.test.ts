import { afterAll, expect, test } from 'vitest';
import { makePlan } from './make.ts';
import { readProblem } from './read.ts';
import { optionsOf, scheduleQuestion } from './schedule-words.ts';
import { schedulesOf, type Ways } from './schedules.ts';
import { testPlanner } from './testing/planner.ts';

const planner = testPlanner();
afterAll(planner.close);

const zone = 'UTC';
/** From 18:00 to 12:00; a kWh is cheapest at 2 at night, a little dearer in the evening. */
const problem = readProblem({
  id: 'evening',
  start: '2026-05-01T18:00:00Z',
  slotMinutes: 60,
  importPrice: [
    0.3, 0.3, 0.25, 0.25, 0.3, 0.3, 0.3, 0.2, 0.1, 0.1, 0.2, 0.3, 0.3, 0.4, 0.4, 0.4, 0.4, 0.4,
  ],
  exportPrice: Array.from({ length: 18 }, () => 0),
  baseLoadW: Array.from({ length: 18 }, () => 300),
  solarW: Array.from({ length: 18 }, () => 0),
  battery: { capacityWh: 10_000, socWh: 8_000, chargeMaxW: 3_000, dischargeMaxW: 3_000 },
  loads: [{ id: 'Washer', powerW: 2_000, durationMinutes: 120, contiguous: true }],
  timeLimitMs: 10_000,
});
const ways: Ways = {
  ...{ zone, quiet: { from: '22:00', to: '06:00' } },
  worthOf: (_problem, plan) => plan.cost,
  makePlan: (one) => makePlan(one, planner.maker),
};
const where = { now: problem.slots[0]!.start, zone, currency: 'EUR' };

test('each wish is planned whole, with what it costs more than the cheapest', async () => {
  const withoutBattery = { ...problem, battery: null };
  const cheapest = await makePlan(withoutBattery, planner.maker);
  const schedules = await schedulesOf(withoutBattery, cheapest, ways);
  expect(schedules.map(({ id }) => id)).toEqual(['cheapest', 'quiet']);
  const [first, quiet] = schedules;
  expect(first!.more).toBe(0);
  // Two kWh at 25 in the evening instead of at 10 in the night, for each of the two hours.
  expect(quiet!.more).toBeCloseTo(2 * 2 * 0.15, 2);
  const options = optionsOf(schedules, where);
  expect(options[1]).toEqual({
    id: 'quiet',
    title: 'Nothing runs while the home sleeps',
    text: '0.60 EUR more. Washer 20:00.',
  });
});

test('a battery that is kept half full is a way of its own, and none that is already empty', async () => {
  const cheapest = await makePlan(problem, planner.maker);
  const full = await schedulesOf(problem, cheapest, ways);
  expect(full.map(({ id }) => id)).toContain('reserve');
  const empty = { ...problem, battery: { ...problem.battery!, socWh: 1_000 } };
  const poor = await schedulesOf(empty, await makePlan(empty, planner.maker), ways);
  expect(poor.map(({ id }) => id)).not.toContain('reserve');
});

test('what has no time for a wish keeps its window, so there is no such way', async () => {
  const tight = readProblem({
    ...{ id: 'tight', start: '2026-05-01T23:00:00Z', slotMinutes: 60 },
    ...{ importPrice: [0.3, 0.2, 0.1], exportPrice: [0, 0, 0] },
    ...{ baseLoadW: [300, 300, 300], solarW: [0, 0, 0] },
    loads: [{ id: 'Washer', powerW: 2_000, durationMinutes: 120, contiguous: true }],
  });
  const cheapest = await makePlan(tight, planner.maker);
  expect((await schedulesOf(tight, cheapest, ways)).map(({ id }) => id)).toEqual(['cheapest']);
});

test('the question holds the money of each, and the cheapest stands without a model', async () => {
  const cheapest = await makePlan(problem, planner.maker);
  const schedules = await schedulesOf(problem, cheapest, ways);
  const question = scheduleQuestion(optionsOf(schedules, where), schedules, {
    ...{ wish: 'We sleep early tonight', weekday: 'Friday' },
  });
  expect(question.fallback).toBe('cheapest');
  expect(question.options).toHaveLength(schedules.length);
  expect(question.quoted).toEqual({ wish: 'We sleep early tonight' });
  expect(question.facts!.moreMoney).toMatchObject({ cheapest: 0 });
});
