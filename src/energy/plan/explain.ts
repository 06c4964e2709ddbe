/** Why a plan is as it is: each choice against what it would cost elsewhere, found by planning again. */
import type { Plan } from './plan.ts';
import type { Load, Problem } from './problem.ts';

export interface Reason {
  readonly load: string;
  /** Epoch ms: when it is to begin; null where it does not run in this plan. */
  readonly startsAt: number | null;
  /** What running it from the first slot on would cost more; null where it begins there, or cannot. */
  readonly nowCostsMore: number | null;
}

/** At most so many loads are planned again; those of most energy first. */
const askedMax = 8;

/**
 * One reason a load. Each is a plan of its own with that load begun at once, all else free: what others would do
 * instead is counted too. Half a cent either way is the planner's own gap.
 */
export async function reasonsOf(
  problem: Problem,
  plan: Plan,
  makePlan: (problem: Problem) => Promise<Plan>,
): Promise<Reason[]> {
  const asked = problem.loads
    .filter(({ comfort, minutes }) => comfort === null && minutes > 0)
    .toSorted((a, b) => b.powerW * b.minutes - a.powerW * a.minutes)
    .slice(0, askedMax);
  const even = onMeans(problem);
  /** Planned once, and only where something waits. */
  let planned = even === problem ? plan : null;
  const reasons: Reason[] = [];
  for (const load of asked) {
    const startsAt = startOf(plan, load.id);
    const begins = problem.slots[0]!.start;
    if (startsAt === null || startsAt === begins || load.earliest > begins) {
      reasons.push({ load: load.id, startsAt, nowCostsMore: null });
      continue;
    }
    planned ??= await makePlan(even);
    const now = await makePlan(withLoad(even, atOnce(load)));
    const more = worthOf(even, now) - worthOf(even, planned);
    const nowCostsMore = now.bent.length > planned.bent.length ? null : Math.max(0, more);
    reasons.push({ load: load.id, startsAt, nowCostsMore });
  }
  return reasons;
}

/** What the battery keeps back for other weather costs either plan its own: money is compared without it. */
export const onMeans = (problem: Problem): Problem =>
  problem.bands ? { ...problem, bands: null } : problem;

/** As if it had begun already: it goes on in the first slot, in one piece. */
const atOnce = (load: Load): Load => ({
  ...load,
  contiguous: true,
  powerMinW: null,
  running: true,
});

const withLoad = (problem: Problem, load: Load): Problem => ({
  ...problem,
  loads: problem.loads.map((one) => (one.id === load.id ? load : one)),
});

/** Epoch ms of the first slot it runs in; null where it does not. */
export function startOf(plan: Plan, load: string): number | null {
  const slot = plan.slots.find(({ loads }) => (loads[load] ?? 0) > 0);
  return slot ? Date.parse(slot.start) : null;
}

/**
 * Cost, with what the month’s peak price adds, less what is left in the battery at what the cheapest hour would ask
 * for it: two plans are compared by it.
 */
export function worthOf({ battery, slots, peak }: Problem, plan: Plan): number {
  const highest = Math.max(0, ...plan.slots.map(({ gridW }) => gridW));
  const above = peak ? (Math.max(0, highest - peak.soFarW) / 1000) * peak.pricePerKW : 0;
  if (!battery) return plan.cost + above;
  const price =
    battery.endValuePerKWh ?? Math.max(0, Math.min(...slots.map(({ importPrice }) => importPrice)));
  const gained = plan.slots.reduce((sum, { batteryW, minutes }) => {
    const wh = (batteryW * minutes) / 60;
    return sum - (wh > 0 ? wh / battery.dischargeEfficiency : wh * battery.chargeEfficiency);
  }, 0);
  return plan.cost + above - (gained / 1000) * price;
}
