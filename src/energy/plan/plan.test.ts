import { afterAll, describe, expect, test } from 'vitest';
import type { Solve } from '../../lib/solve/linear.ts';
import { makePlan } from './make.ts';
import { readProblem } from './read.ts';
import { faultsOf, type WireProblem } from './testing/check.ts';
import { testPlanner } from './testing/planner.ts';

const planner = testPlanner();
afterAll(planner.close);

const hours = (count: number, value: (n: number) => number) =>
  Array.from({ length: count }, (_, n) => value(n));

/** A night of eight hours from 22:00, cheapest at 02:00 and 03:00. */
const night = (o: Partial<WireProblem> = {}): WireProblem => ({
  id: 'night',
  start: '2026-05-01T22:00:00Z',
  slotMinutes: 60,
  importPrice: [0.4, 0.4, 0.3, 0.3, 0.1, 0.12, 0.3, 0.4],
  exportPrice: hours(8, () => 0.08),
  baseLoadW: hours(8, () => 300),
  solarW: hours(8, () => 0),
  timeLimitMs: 10_000,
  ...o,
});
const battery = {
  capacityWh: 10_000,
  socWh: 2_000,
  socMinWh: 1_000,
  socMaxWh: 10_000,
  chargeMaxW: 3_000,
  dischargeMaxW: 3_000,
  chargeEfficiency: 0.95,
  dischargeEfficiency: 0.95,
  wearCostPerKWh: 0.02,
};
const washer = {
  id: 'washer',
  powerW: 2_000,
  durationMinutes: 120,
  contiguous: true,
  earliest: '2026-05-01T22:00:00Z',
  deadline: '2026-05-02T06:00:00Z',
};
const onSlots = (
  plan: { slots: readonly { loads: Readonly<Record<string, number>> }[] },
  id: string,
) => plan.slots.flatMap((slot, n) => ((slot.loads[id] ?? 0) > 0 ? [n] : []));

describe('a plan', () => {
  test('runs a load in its cheapest piece, and says what doing nothing would have cost', async () => {
    const plan = await planner.plan(night({ loads: [washer] }));
    expect(onSlots(plan, 'washer')).toEqual([4, 5]);
    expect(plan).toMatchObject({ id: 'night', status: 'optimal', bent: [] });
    const base = 0.3 * (0.4 + 0.4 + 0.3 + 0.3 + 0.1 + 0.12 + 0.3 + 0.4);
    expect(plan.cost).toBeCloseTo(base + 2 * 0.22, 5);
    expect(plan.costDoNothing).toBeCloseTo(base + 2 * 0.8, 5);
  });

  test('is never worse than one made without the solver', async () => {
    const nothing: Solve = async ({ cost }) => {
      return { kind: 'solved', values: new Float64Array(cost.length), cost: 1, bound: -1 };
    };
    const maker = { ...planner.maker, solve: nothing };
    const plan = await makePlan(readProblem(night({ loads: [washer] })), maker);
    expect(plan).toMatchObject({ status: 'fallback', bent: [] });
    expect(onSlots(plan, 'washer')).toEqual([4, 5]);
  });

  test('interrupts only what may be interrupted', async () => {
    const prices = { importPrice: [0.1, 0.4, 0.4, 0.1, 0.4, 0.4, 0.4, 0.4] };
    const one = await planner.plan(night({ ...prices, loads: [washer] }));
    expect(onSlots(one, 'washer')).toEqual([0, 1]);
    const loads = [{ ...washer, contiguous: false }];
    const two = await planner.plan(night({ ...prices, loads }));
    expect(onSlots(two, 'washer')).toEqual([0, 3]);
  });

  test('lets what runs run on, also where that is dear, and counts what is done', async () => {
    const loads = [{ ...washer, running: true, doneMinutes: 60 }];
    expect(onSlots(await planner.plan(night({ loads })), 'washer')).toEqual([0]);
  });

  test('names a deadline that cannot be met, with its price, and still runs the load', async () => {
    const loads = [{ ...washer, deadline: '2026-05-01T23:00:00Z' }];
    const plan = await planner.plan(night({ loads }));
    expect(onSlots(plan, 'washer')).toEqual([0, 1]);
    expect(plan.bent).toMatchObject([{ limit: 'deadline:washer', slot: 1, byMinutes: 60 }]);
    expect(plan.bent[0]!.costPerUnit).toBeGreaterThan(0);
  });

  test('names a fuse that the house alone breaks', async () => {
    const plan = await planner.plan(night({ gridImportMaxW: 200 }));
    expect(plan.bent).toHaveLength(8);
    expect(plan.bent[0]).toMatchObject({ limit: 'gridImportMaxW', slot: 0, byW: 100 });
  });

  test('is late rather than above the fuse', async () => {
    const loads = [washer, { ...washer, id: 'dryer' }].map((load) => ({
      ...load,
      deadline: '2026-05-02T00:00:00Z',
    }));
    const plan = await planner.plan(night({ gridImportMaxW: 3_000, loads }));
    expect(plan.bent.map(({ limit }) => limit.split(':')[0])).toEqual(['deadline']);
    expect(Math.max(...plan.slots.map(({ gridW }) => gridW))).toBeLessThanOrEqual(3_000);
  });

  test('fills the battery where it is cheap and keeps it for what is dear, never to sell it', async () => {
    const problem = night({
      battery: { ...battery, endValuePerKWh: 0.1 },
      solarW: [0, 0, 0, 0, 0, 0, 0, 4_000],
    });
    const plan = await planner.plan(problem);
    expect(faultsOf(problem, plan)).toEqual([]);
    expect(plan.slots[4]!.batteryMode).toBe('charge');
    expect(plan.slots[6]).toMatchObject({ batteryMode: 'self_consume', gridW: 0 });
    expect(plan.cost).toBeLessThan(plan.costDoNothing);
  });

  test('of plans that cost the same it is the one that holds when less sun comes or less is used', async () => {
    const equal = {
      importPrice: hours(8, () => 0.3),
      battery: { ...battery, endValuePerKWh: 0.1 },
    };
    // Twice as much sun as fits: the first of it is kept, not the last.
    const sunny = await planner.plan(night({ ...equal, solarW: hours(8, () => 2_500) }));
    const charged = sunny.slots.map(({ batteryW }) => batteryW < 0);
    expect(charged).toEqual([true, true, true, true, false, false, false, false]);
    // Enough for some of the hours: it is given from the first on, never kept for one that is no dearer.
    const dark = await planner.plan(
      night({ ...equal, battery: { ...equal.battery, socWh: 2_200 } }),
    );
    expect(dark.slots.map(({ batteryMode }) => batteryMode)).toEqual(
      hours(8, () => 0).map(() => 'self_consume'),
    );
  });

  test('comes back to its bounds from a battery that is below them, and says so', async () => {
    const plan = await planner.plan(night({ battery: { ...battery, socWh: 0, chargeMaxW: 500 } }));
    expect(plan.bent.map(({ limit }) => limit)).toEqual(['socMinWh', 'socMinWh']);
    expect(plan.slots.slice(0, 3).map(({ batteryMode }) => batteryMode)).toContain('charge');
  });

  test('never drains the battery into a car that may not have it', async () => {
    const car = {
      ...washer,
      id: 'car',
      powerW: 7_400,
      contiguous: false,
      deadline: '2026-05-02T00:00:00Z',
    };
    const full = { ...battery, socWh: 10_000, wearCostPerKWh: 0, endValuePerKWh: 0.001 };
    const allowed = await planner.plan(night({ battery: full, loads: [car] }));
    const plan = await planner.plan(
      night({ battery: full, loads: [{ ...car, fromBattery: false }] }),
    );
    expect(allowed.slots[0]!.batteryW).toBeGreaterThan(300);
    expect(plan.slots.slice(0, 2).map(({ batteryW }) => batteryW)).toEqual([0, 0]);
    expect(plan.slots[0]!.batteryMode).toBe('hold');
    expect(plan.slots[2]!.batteryW).toBe(300);
  });

  test('throws sun away only where selling it costs, or may not be', async () => {
    const solarW = [0, 3_000, 3_000, 0, 0, 0, 0, 0];
    const sold = await planner.plan(night({ solarW }));
    expect(sold.slots[1]).toMatchObject({ curtailW: 0, gridW: -2_700 });
    const dear = await planner.plan(night({ solarW, exportPrice: hours(8, () => -0.05) }));
    expect(dear.slots[1]).toMatchObject({ curtailW: 2_700, gridW: 0 });
    const shut = await planner.plan(night({ solarW, gridExportMaxW: 1_000 }));
    expect(shut.slots[1]).toMatchObject({ curtailW: 1_700, gridW: -1_000 });
  });

  test('keeps to the plan before while a change brings less than two cents', async () => {
    const before = await planner.plan(night({ loads: [washer] }));
    const importPrice = [0.4, 0.4, 0.107, 0.107, 0.11, 0.11, 0.3, 0.4];
    const fresh = await planner.plan(night({ importPrice, loads: [washer] }));
    const kept = await planner.plan(night({ importPrice, loads: [washer], previousPlan: before }));
    expect(onSlots(fresh, 'washer')).toEqual([2, 3]);
    expect(onSlots(kept, 'washer')).toEqual([4, 5]);
  });

  test('minimum times on and off hold', async () => {
    const importPrice = [0.1, 0.4, 0.1, 0.4, 0.1, 0.4, 0.1, 0.4];
    const pump = { ...washer, id: 'pump', contiguous: false, durationMinutes: 240 };
    const rests = { ...pump, minOnMinutes: 120, minOffMinutes: 120 };
    const plan = await planner.plan(night({ importPrice, loads: [rests] }));
    const on = onSlots(plan, 'pump');
    expect(on).toHaveLength(4);
    const pieces = on.filter((n) => !on.includes(n - 1));
    for (const start of pieces) expect(on).toContain(start + 1);
    expect(pieces.length).toBeLessThanOrEqual(2);
    expect(onSlots(await planner.plan(night({ importPrice, loads: [pump] })), 'pump')).toEqual([
      0, 2, 4, 6,
    ]);
  });

  test('a peak that costs is kept low', async () => {
    const loads = [washer, { ...washer, id: 'dryer' }];
    const plan = await planner.plan({ ...night({ loads }), peakPricePerKW: 3, peakSoFarW: 2_400 });
    expect(Math.max(...plan.slots.map(({ gridW }) => gridW))).toBeLessThan(2_401);
  });

  test('warms a tank while it is cheap, and stays within the band', async () => {
    const comfort = {
      nowC: 50,
      minC: 45,
      maxC: 60,
      capacityWhPerK: 230,
      lossWPerK: 8,
      outsideC: 20,
    };
    const plan = await planner.plan({
      ...night(),
      loads: [{ id: 'tank', powerW: 2_000, comfort }],
    });
    expect(plan.bent).toEqual([]);
    const on = onSlots(plan, 'tank');
    expect(on.length).toBeGreaterThan(0);
    for (const n of on) expect([4, 5]).toContain(n);
  });
});
