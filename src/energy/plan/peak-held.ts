/** What the price of the highest power of a month changed in a plan: found by planning once more without it. */
import { worthOf } from './explain.ts';
import type { Plan } from './plan.ts';
import type { Problem } from './problem.ts';

export interface PeakHeld {
  /** Highest mean import of a slot, as planned and as it would be without the price, W. */
  readonly heldW: number;
  readonly freeW: number;
  /** Of the month’s peak price, and what the plan costs more for it. */
  readonly saves: number;
  readonly costsMore: number;
}

/** Less than this is not worth a word. */
const least = 0.01;

/** Null where there is no such price, or it changed nothing. */
export async function peakHeld(
  problem: Problem,
  plan: Plan,
  makePlan: (problem: Problem) => Promise<Plan>,
): Promise<PeakHeld | null> {
  const { peak } = problem;
  if (!peak) return null;
  const without = { ...problem, peak: null };
  const free = await makePlan(without);
  const [heldW, freeW] = [highestW(plan), highestW(free)];
  const above = (watts: number) => Math.max(0, watts - peak.soFarW) / 1000;
  const saves = (above(freeW) - above(heldW)) * peak.pricePerKW;
  if (saves < least) return null;
  const costsMore = Math.max(0, worthOf(without, plan) - worthOf(without, free));
  return { heldW, freeW, saves, costsMore };
}

export const highestW = ({ slots }: Plan): number =>
  Math.max(0, ...slots.map(({ gridW }) => gridW));
