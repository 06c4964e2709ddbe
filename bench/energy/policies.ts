/** What each policy wants of the coming half hour. */
import type { Plan } from '../../src/energy/plan/plan.ts';
import { knownPrices, type Sight } from './sight.ts';
import {
  battery,
  fuseW,
  type Job,
  type Life,
  type Row,
  sellPrice,
  stepMs,
  type Wish,
} from './world.ts';

export type MakePlan = (problem: object) => Promise<Plan>;
export type Policy = (
  rows: readonly Row[],
  n: number,
  jobs: readonly Job[],
  life: Life,
) => Promise<Wish>;

/** Each job when a person would start it; the battery by itself. */
export const none: Policy = async (rows, n, jobs) => ({
  mode: 'self_consume',
  chargeW: 0,
  on: new Set(jobs.filter((job) => job.habitAt <= rows[n]!.t).map(({ name }) => name)),
});

/** Each job in the cheapest hours of its window that are known, one by one; the battery by itself. */
export const naive: Policy = async (rows, n, jobs, life) => {
  const { t } = rows[n]!;
  const prices = knownPrices(rows, n, 60);
  const on = jobs.filter((job) => {
    const left = job.steps - (life.done.get(job.name) ?? 0);
    const steps = prices.flatMap((price, k) => {
      const at = t + k * stepMs;
      return at >= job.earliest && at + stepMs <= job.deadline ? [{ k, price }] : [];
    });
    if (left <= 0 || steps[0]?.k !== 0) return false;
    if (!job.contiguous) {
      const best = steps.toSorted((a, b) => a.price - b.price || a.k - b.k).slice(0, left);
      return best.some(({ k }) => k === 0);
    }
    const sum = (from: number) =>
      steps.slice(from, from + left).reduce((total, { price }) => total + price, 0);
    const starts = steps.slice(0, steps.length - left + 1).map((_, k) => sum(k));
    return starts.length > 0 && starts[0]! <= Math.min(...starts) + 1e-9;
  });
  return { mode: 'self_consume', chargeW: 0, on: new Set(on.map(({ name }) => name)) };
};

/** Plans once an hour and carries the plan out by modes. */
export function planned(
  makePlan: MakePlan,
  o: { sight: Sight; steps: number; endQuantile: number; solveMs: number[] },
): Policy {
  let plan: Plan | null = null;
  let begun = 0;
  let starts = new Map<string, string>();
  return async (rows, n, jobs, life) => {
    if (!plan || n - begun >= 2) {
      const before = plan;
      plan = await makePlan(problemAt(rows, n, jobs, life, { ...o, previous: before }));
      begun = n;
      o.solveMs.push(plan.solveMs);
      const fresh = startsIn(plan, life);
      const newPrices = new Date(rows[n]!.t).getUTCHours() === 12;
      for (const [name, start] of fresh)
        if (!newPrices && starts.has(name) && starts.get(name) !== start) life.tally.moves += 1;
      starts = fresh;
    }
    const slot = plan.slots[n - begun]!;
    const on = Object.entries(slot.loads).flatMap(([name, watts]) => (watts > 0 ? [name] : []));
    return { mode: slot.batteryMode, chargeW: Math.max(0, -slot.batteryW), on: new Set(on) };
  };
}

/** Where each job that has not begun is to begin. */
function startsIn(plan: Plan, life: Life): Map<string, string> {
  const found = new Map<string, string>();
  for (const slot of plan.slots)
    for (const [name, watts] of Object.entries(slot.loads))
      if (watts > 0 && !found.has(name) && !life.done.has(name)) found.set(name, slot.start);
  return found;
}

export function problemAt(
  rows: readonly Row[],
  n: number,
  jobs: readonly Job[],
  life: Life,
  o: { sight: Sight; steps: number; endQuantile: number; previous: Plan | null },
): object {
  const { t } = rows[n]!;
  const steps = Math.min(o.steps, rows.length - n);
  const { price, loadW, solarW, bands } = o.sight(rows, n, steps);
  const sorted = price.toSorted((a, b) => a - b);
  const end = sorted[Math.floor((steps - 1) * o.endQuantile)]!;
  const open = jobs.filter(
    (job) => job.deadline <= t + steps * stepMs && (life.done.get(job.name) ?? 0) < job.steps,
  );
  return {
    id: new Date(t).toISOString(),
    start: new Date(t).toISOString(),
    slotMinutes: 30,
    importPrice: price,
    exportPrice: price.map(() => sellPrice),
    baseLoadW: loadW,
    solarW,
    ...(bands ? { bands } : {}),
    gridImportMaxW: fuseW,
    battery: { ...battery, socWh: life.tally.soc, endValuePerKWh: end * 0.95 - 0.01 },
    loads: open.map((job) => ({
      id: job.name,
      powerW: job.powerW,
      durationMinutes: job.steps * 30,
      doneMinutes: (life.done.get(job.name) ?? 0) * 30,
      contiguous: job.contiguous,
      running: life.running.has(job.name),
      earliest: new Date(job.earliest).toISOString(),
      deadline: new Date(job.deadline).toISOString(),
      ...(job.contiguous ? {} : { startCost: 0.01 }),
    })),
    previousPlan: o.previous,
    timeLimitMs: 5_000,
  };
}
