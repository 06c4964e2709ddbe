import { afterAll, describe, expect, test } from 'vitest';
import { testPlanner } from './testing/planner.ts';

const planner = testPlanner();
afterAll(planner.close);

const least = {
  id: 'x',
  start: '2026-05-01T22:00:00Z',
  slotMinutes: 30,
  importPrice: [0.3, 0.2],
  exportPrice: [0, 0],
  baseLoadW: [500, 500],
  solarW: [0, 0],
};
const answer = async (problem: unknown) =>
  JSON.parse((await planner.lines.line(JSON.stringify(problem)))!);

test('a line that cannot be read answers an error, and the next line works', async () => {
  expect(JSON.parse((await planner.lines.line('{"id":'))!)).toMatchObject({
    error: { code: 'plan.input_invalid' },
  });
  expect(await planner.lines.line('  ')).toBeNull();
  expect(Object.keys(await answer(least))).toEqual([
    'id',
    'status',
    'cost',
    'costDoNothing',
    'gap',
    'solveMs',
    'slots',
    'bent',
  ]);
});

test('the planner’s own answer is taken as the plan before', async () => {
  const first = await answer(least);
  expect(await answer({ ...least, previousPlan: first })).toMatchObject({ status: 'optimal' });
});

describe('bad input answers a plan or names the place', () => {
  const load = { id: 'a', powerW: 1_000, durationMinutes: 30, contiguous: true };
  const battery = {
    capacityWh: 5_000,
    socWh: 2_000,
    socMinWh: 500,
    socMaxWh: 5_000,
    chargeMaxW: 2_000,
    dischargeMaxW: 2_000,
    chargeEfficiency: 0.9,
    dischargeEfficiency: 0.9,
  };
  test.each<[string, object]>([
    ['prices below 0', { importPrice: [-0.3, -0.3], exportPrice: [-0.1, -0.4], battery }],
    ['equal prices', { importPrice: [0.2, 0.2], exportPrice: [0.2, 0.2], battery, loads: [load] }],
    ['missing hours', { importPrice: [null, 0.2], baseLoadW: [null, 300], solarW: [null, null] }],
    ['a load of 0 W', { loads: [{ ...load, powerW: 0 }] }],
    ['a load of no length', { loads: [{ ...load, durationMinutes: 0 }] }],
    ['a deadline in the past', { loads: [{ ...load, deadline: '2026-05-01T20:00:00Z' }] }],
    ['a window shorter than the job', { loads: [{ ...load, durationMinutes: 600 }] }],
    ['a load after the end', { loads: [{ ...load, earliest: '2026-05-03T20:00:00Z' }] }],
    ['charge below its bounds', { battery: { ...battery, socWh: 0 } }],
    ['charge above its bounds', { battery: { ...battery, socMaxWh: 1_500 } }],
    ['a battery that can do nothing', { battery: { ...battery, chargeMaxW: 0, dischargeMaxW: 0 } }],
    ['a fuse below the base load', { gridImportMaxW: 100, loads: [load] }],
    ['an hour that is sold dearer than bought', { exportPrice: [0.5, 0.5], battery }],
    ['offset times', { start: '2026-05-02T00:00:00+02:00' }],
  ])('%s', async (_, change) => {
    const plan = await answer({ ...least, ...change });
    expect(plan.status).toBe('optimal');
    expect(plan.slots).toHaveLength(2);
  });

  test.each<[string, object, string]>([
    ['no price at all', { importPrice: [null, null] }, 'importPrice'],
    ['lists of other lengths', { baseLoadW: [1] }, 'baseLoadW'],
    ['a base load below 0', { baseLoadW: [-500, 1] }, 'baseLoadW.0'],
    ['a load twice', { loads: [load, load] }, 'a stands there twice'],
    ['bounds that cross', { battery: { ...battery, socMinWh: 9_000 } }, 'socMinWh'],
    ['an efficiency of 0', { battery: { ...battery, chargeEfficiency: 0 } }, 'chargeEfficiency'],
    ['no time', { start: 'tomorrow' }, 'start'],
    ['a time without zone', { start: '2026-05-01T22:00:00' }, 'start'],
    ['a load without length', { loads: [{ id: 'a', powerW: 5 }] }, 'durationMinutes'],
  ])('%s', async (_, change, place) => {
    const { error } = await answer({ ...least, ...change });
    expect(error.code).toBe('plan.input_invalid');
    expect(error.message).toContain(place);
  });

  test.each([92, 100])('a day of %d quarters', async (count) => {
    const day = Array.from({ length: count }, (_, n) => 0.2 + 0.1 * Math.sin(n));
    const none = day.map(() => 0);
    const house = { baseLoadW: day.map(() => 300), solarW: none, battery, loads: [load] };
    const quarters = { slotMinutes: 15, importPrice: day, exportPrice: none, timeLimitMs: 20_000 };
    const plan = await answer({ ...least, ...quarters, ...house });
    expect(plan.slots).toHaveLength(count);
    expect(plan.status).toBe('optimal');
  });
});

test('without a solver it still answers, within the limits', async () => {
  const load = { id: 'a', powerW: 1_000, durationMinutes: 30, contiguous: true };
  const plan = await planner.without({ ...least, loads: [load] });
  expect(plan).toMatchObject({ status: 'fallback', bent: [] });
  expect(plan.slots[1]!.loads).toEqual({ a: 1_000 });
});
