import { afterAll, describe, expect, test } from 'vitest';
import type { Plan } from './plan.ts';
import { faultsOf, type WireProblem } from './testing/check.ts';
import { latticeProblem, leastCost } from './testing/exhaustive.ts';
import { testPlanner } from './testing/planner.ts';
import { chance, randomProblem } from './testing/random.ts';

const planner = testPlanner();
afterAll(planner.close);

/** What the plan is worth: its cost less what is left in the battery. */
function worth(problem: WireProblem, plan: Plan): number {
  const { battery } = problem;
  if (!battery) return plan.cost;
  const stored = plan.slots.reduce(
    (soc, { batteryW, minutes }) =>
      soc -
      (batteryW > 0
        ? (batteryW * minutes) / 60 / battery.dischargeEfficiency
        : ((batteryW * minutes) / 60) * battery.chargeEfficiency),
    battery.socWh,
  );
  return plan.cost - ((battery.endValuePerKWh ?? 0) * stored) / 1000;
}

test('no small plan is cheaper than ours, and none that we name bent could hold its limits', async () => {
  const next = chance(11);
  for (let n = 0; n < 250; n++) {
    const problem = latticeProblem(next, `lattice-${n}`);
    const plan = await planner.plan(problem);
    expect(faultsOf(problem, plan), JSON.stringify(problem)).toEqual([]);
    const least = leastCost(problem);
    if (least === null) {
      expect(plan.bent.length, problem.id).toBeGreaterThan(0);
      continue;
    }
    expect(plan.bent, JSON.stringify(problem)).toEqual([]);
    expect(worth(problem, plan), JSON.stringify(problem)).toBeLessThanOrEqual(least + 0.005);
    expect(worth(problem, plan), JSON.stringify(problem)).toBeGreaterThan(least - 1e-4);
  }
});

describe('of any plan', () => {
  const problems = Array.from({ length: 40 }, (_, n) =>
    randomProblem(n + 900, { slotsMax: 24, loadsMax: 3 }),
  );

  test('every rule of the wire holds, with the solver and without', async () => {
    for (const problem of problems) {
      expect(faultsOf(problem, await planner.plan(problem)), problem.id).toEqual([]);
      expect(faultsOf(problem, await planner.without(problem)), problem.id).toEqual([]);
    }
  });

  test('it costs no more than doing nothing, when no limit is bent and no end value is asked for', async () => {
    for (const problem of problems) {
      const { battery = null } = problem;
      const own = { ...problem, gridImportMaxW: null, gridExportMaxW: null };
      const { endValuePerKWh: _, ...rest } = battery ?? {};
      const plan = await planner.plan({ ...own, battery: battery && rest });
      if (plan.bent.length > 0) continue;
      expect(plan.cost, problem.id).toBeLessThanOrEqual(plan.costDoNothing + 0.005);
    }
  });

  test('shifting all times shifts the plan', async () => {
    const shifted = (iso: string) => new Date(Date.parse(iso) + 86_400_000).toISOString();
    for (const problem of problems.slice(0, 15)) {
      const later = {
        ...problem,
        start: shifted(problem.start),
        loads: problem.loads!.map((load) => ({
          ...load,
          earliest: shifted(load.earliest!),
          deadline: shifted(load.deadline!),
        })),
      };
      const [one, two] = [await planner.plan(problem), await planner.plan(later)];
      expect(two.slots.map((slot) => ({ ...slot, start: '' }))).toEqual(
        one.slots.map((slot) => ({ ...slot, start: '' })),
      );
    }
  });

  test('a cheaper hour never costs more', async () => {
    for (const problem of problems.slice(0, 15)) {
      const cheaper = problem.importPrice.map((price, n) => (n === 2 ? Math.min(price, 0) : price));
      const [one, two] = [
        await planner.plan(problem),
        await planner.plan({ ...problem, importPrice: cheaper }),
      ];
      if (one.bent.length > 0) continue;
      expect(worth(problem, two), problem.id).toBeLessThanOrEqual(worth(problem, one) + 0.005);
    }
  });
});
