/** A plan without a solver: each load by itself where it is cheapest, the battery follows the house. */
import { carryOut, thermostat } from './cost.ts';
import { lengthFrom } from './model-jobs.ts';
import type { Choice } from './plan.ts';
import { type Load, type Problem, within } from './problem.ts';

/** Always answers, and in a moment. Loads that have least choice go first. */
export function greedy(problem: Problem): Choice {
  const { slots } = problem;
  const taken = slots.map(({ baseLoadW, solarW }) => baseLoadW - solarW);
  const loadsW = new Map<string, number[]>();
  const byChoice = problem.loads.toSorted((a, b) => choices(problem, a) - choices(problem, b));
  for (const load of byChoice) {
    const watts = place(problem, load, taken);
    watts.forEach((value, n) => {
      taken[n] = taken[n]! + value;
    });
    loadsW.set(load.id, watts);
  }
  const inOrder = new Map(problem.loads.map(({ id }) => [id, loadsW.get(id)!]));
  return carryOut(problem, inOrder, { batteryW: slots.map(() => null) });
}

const choices = ({ slots }: Problem, load: Load): number =>
  load.running ? 0 : slots.filter((slot) => within(slot, load)).length * 60 - load.minutes;

function place(problem: Problem, load: Load, taken: readonly number[]): number[] {
  const { slots } = problem;
  if (load.comfort) return thermostat(slots, load, load.comfort);
  const price = slots.map((_, n) => priceOf(problem, load, taken[n]!, n));
  const starts = load.contiguous ? startOf(problem, load, price) : null;
  const on = new Set(starts ?? (load.contiguous ? [] : cheapest(problem, load, price)));
  return slots.map((_, n) => (on.has(n) ? load.powerW : 0));
}

/** What the load costs in a slot on top of what is taken there; above the fuse far more than anything saves. */
function priceOf(problem: Problem, load: Load, takenW: number, n: number): number {
  const slot = problem.slots[n]!;
  const after = takenW + load.powerW;
  const bought = Math.max(0, after) - Math.max(0, takenW);
  const kept = load.powerW - bought;
  const above = Math.max(0, after - Math.max(takenW, problem.gridImportMaxW));
  const late = Math.max(0, slot.end - load.deadline) / 60_000;
  const money = ((bought * slot.importPrice + kept * slot.exportPrice) / 1000) * slot.hours;
  return money + above * 10 + late * 1_000;
}

/** Slots of the cheapest piece; null when none is left that could hold it. */
function startOf({ slots }: Problem, load: Load, price: readonly number[]): number[] | null {
  if (load.minutes <= 0) return null;
  const piece = (from: number) => {
    const length = lengthFrom(slots, from, load.minutes);
    return Array.from({ length: Math.min(length, slots.length - from) }, (_, k) => from + k);
  };
  if (load.running) return piece(0);
  let best: { slots: number[]; cost: number } | null = null;
  for (let n = 0; n < slots.length; n++) {
    if (slots[n]!.start < load.earliest || lengthFrom(slots, n, load.minutes) === Infinity)
      continue;
    const found = piece(n);
    const cost = found.reduce((sum, k) => sum + price[k]!, 0);
    if (!best || cost < best.cost - 1e-9) best = { slots: found, cost };
  }
  return best?.slots ?? null;
}

function cheapest({ slots }: Problem, load: Load, price: readonly number[]): number[] {
  let left = load.minutes;
  const perMinute = (n: number) => price[n]! / slots[n]!.minutes;
  return slots
    .map((_, n) => n)
    .filter((n) => slots[n]!.start >= load.earliest)
    .sort((a, b) => perMinute(a) - perMinute(b) || a - b)
    .filter((n) => {
      if (left <= 1e-6) return false;
      left -= slots[n]!.minutes;
      return true;
    });
}
