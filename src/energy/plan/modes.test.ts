import { afterAll, describe, expect, test } from 'vitest';
import { futuresOf } from './futures.ts';
import type { Plan } from './plan.ts';
import { readProblem } from './read.ts';
import { costAt, restsOf } from './stored.ts';
import { faultsOf, type WireProblem } from './testing/check.ts';
import { testPlanner } from './testing/planner.ts';
import { weightsOf } from './weigh.ts';
import { burdenOf } from './worth.ts';

const planner = testPlanner();
afterAll(planner.close);

const battery = {
  capacityWh: 10_000,
  socWh: 3_000,
  socMinWh: 1_000,
  socMaxWh: 10_000,
  chargeMaxW: 4_000,
  dischargeMaxW: 4_000,
  chargeEfficiency: 0.95,
  dischargeEfficiency: 0.95,
  wearCostPerKWh: 0.02,
  endValuePerKWh: 0.1,
};
/** Twelve hours from 06:00: cheap in the morning, sun about noon that fills the battery on its mean, a dear evening. */
const day = (o: Partial<WireProblem> = {}): WireProblem => ({
  id: 'day',
  start: '2026-05-01T06:00:00Z',
  slotMinutes: 60,
  importPrice: [0.3, 0.3, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.9, 0.9, 0.9, 0.9],
  exportPrice: Array(12).fill(0.08),
  baseLoadW: [800, 800, 500, 500, 500, 500, 500, 500, 1_800, 1_800, 1_800, 1_800],
  solarW: [0, 0, 0, 2_500, 2_500, 2_500, 2_500, 0, 0, 0, 0, 0],
  battery,
  timeLimitMs: 10_000,
  ...o,
});
type Bands = Record<'baseLoadW' | 'solarW', Record<'low' | 'expected' | 'high', number[]>>;
/** The sun may be anything between these shares of its mean. */
const withSun = (
  problem: WireProblem,
  low: number,
  high: number,
): WireProblem & { bands: Bands } => {
  const { baseLoadW, solarW } = problem;
  const times = (share: number) => solarW.map((watts) => watts * share);
  return {
    ...problem,
    bands: {
      baseLoadW: { low: baseLoadW, expected: baseLoadW, high: baseLoadW },
      solarW: { low: times(low), expected: solarW, high: times(high) },
    },
  };
};
const modeAt = (plan: Plan, n: number) => plan.slots[n]!.batteryMode;

describe('the battery, when the sun is not known', () => {
  test('keeps what it has for the evening where the sun may not come, and not where it will', async () => {
    const sure = await planner.plan(withSun(day(), 1, 1));
    expect(modeAt(sure, 0)).toBe('self_consume');
    const unsure = withSun(day(), 0.1, 1.9);
    const kept = await planner.plan(unsure);
    expect(modeAt(kept, 0)).not.toBe('self_consume');
    expect(kept.slots[0]!.batteryW).toBeLessThanOrEqual(0);
    expect(faultsOf(unsure, kept)).toEqual([]);
  });

  test('is planned as without bands where nothing else can come, and twice the same', async () => {
    const even = day({ importPrice: [...Array(8).fill(0.3), ...Array(4).fill(0.9)] });
    const [known, sure] = [await planner.plan(even), await planner.plan(withSun(even, 1, 1))];
    expect(sure.slots).toEqual(known.slots);
    const unsure = withSun(day(), 0.1, 1.9);
    const { solveMs: a, ...one } = await planner.plan(unsure);
    const { solveMs: b, ...two } = await planner.plan(unsure);
    expect(two).toEqual(one);
  });

  test('is not charged above the fuse, nor drained into a car that it is kept from', async () => {
    const importPrice = [0.05, 0.05, ...day().importPrice.slice(2)];
    const car = { id: 'car', powerW: 2_000, durationMinutes: 120, fromBattery: false };
    const problem = withSun(
      day({
        importPrice,
        gridImportMaxW: 3_500,
        loads: [{ ...car, deadline: '2026-05-01T08:00:00Z' }],
      }),
      0.1,
      1.9,
    );
    const plan = await planner.plan(problem);
    expect(plan.slots[0]!.loads.car).toBe(2_000);
    expect(plan.slots[0]!.batteryW).toBeCloseTo(-700, 0);
    expect(plan.bent).toEqual([]);
    expect(faultsOf(problem, plan)).toEqual([]);
    // Sunny enough on the mean to fill it: by itself it would give to the car when clouds come.
    const solarW = day().solarW.with(0, 3_500);
    const sunny = withSun(
      day({ solarW, loads: [{ ...car, durationMinutes: 60, running: true }] }),
      0.1,
      1.9,
    );
    expect(modeAt(await planner.plan(sunny), 0)).toBe('hold');
  });

  test('is left as planned where the highest power has a price, or where it may be sold', async () => {
    const sold = { battery: { ...battery, mayExport: true } };
    for (const more of [{ peakPricePerKW: 2 }, sold]) {
      const { slots } = await planner.plan({ ...day(), ...more });
      const unsure = await planner.plan({ ...withSun(day(), 0.1, 1.9), ...more });
      expect(unsure.slots).toEqual(slots);
    }
  });

  test('names a band that has not a value for each slot', () => {
    const problem = withSun(day(), 0.5, 1.5);
    problem.bands.solarW.low.pop();
    expect(() => readProblem(problem)).toThrow('bands.solarW.low: 11 values for 12 slots');
  });
});

describe('what may come', () => {
  test('has the spread of its band, stays off for longer in the sun than in the load, and is the same each time', () => {
    const slots = 48;
    const flat = (watts: number) => Array<number>(slots).fill(watts);
    const band = (low: number, high: number) => ({
      ...{ low: flat(low), expected: flat((low + high) / 2), high: flat(high) },
    });
    const problem = (bands: Bands) =>
      readProblem({
        ...{ id: 'flat', start: '2026-05-01T00:00:00Z', slotMinutes: 30, bands },
        ...{ importPrice: flat(0.3), exportPrice: flat(0.08), baseLoadW: flat(0), solarW: flat(0) },
      });
    const load = futuresOf(problem({ baseLoadW: band(500, 1_500), solarW: band(0, 0) }))!;
    const sun = futuresOf(problem({ baseLoadW: band(0, 0), solarW: band(500, 1_500) }))!;
    const all = load.flatMap((future) => [...future]);
    const within = all.filter((watts) => watts >= 500 && watts <= 1_500).length / all.length;
    expect(within).toBeGreaterThan(0.7);
    expect(within).toBeLessThan(0.9);
    expect(all.reduce((sum, watts) => sum + watts, 0) / all.length).toBeCloseTo(1_000, -2);
    expect(alike(sun)).toBeGreaterThan(alike(load) + 0.2);
    expect(futuresOf(problem({ baseLoadW: band(500, 1_500), solarW: band(0, 0) }))).toEqual(load);
  });
});

/** How much of what is off in one slot is so in the next. */
function alike(futures: readonly Float64Array[]): number {
  let [both, own] = [0, 0];
  for (const future of futures) {
    const mean = Math.abs(future.reduce((sum, watts) => sum + watts, 0) / future.length);
    const middle = mean > 0 ? Math.sign(future[0]!) * 1_000 : 0;
    for (let n = 1; n < future.length; n++) {
      both += (future[n]! - middle) * (future[n - 1]! - middle);
      own += (future[n - 1]! - middle) ** 2;
    }
  }
  return both / own;
}

test('what the rest of a plan costs, by what is stored, is what the solver finds', async () => {
  for (const socWh of [1_000, 3_000, 6_500]) {
    const problem = readProblem(day({ battery: { ...battery, socWh } }));
    const [endValuePerKWh, weights] = [0.1, weightsOf(problem)];
    const plan = await planner.plan(day({ battery: { ...battery, socWh } }));
    const choice = {
      batteryW: plan.slots.map(({ batteryW }) => batteryW),
      curtailW: plan.slots.map(({ curtailW }) => curtailW),
      loadsW: new Map(),
    };
    const needW = problem.slots.map((slot) => slot.baseLoadW - slot.solarW);
    const come = { needW, endValuePerKWh, kept: () => false };
    const [rest] = restsOf(problem, problem.battery!, come, 0);
    const found = costAt(rest!, problem.battery!, socWh);
    expect(found).toBeCloseTo(burdenOf(problem, choice, { endValuePerKWh, weights }), 2);
  }
});
