/** A home's plan: solved from its own problem, with the reasons. */
import type { Tomte } from '@tomte/sdk/operations';
import type { EnergyPlan } from '@tomte/sdk/types-plan';
import { moment } from '@tomte/sdk/words';
import { type Reason, reasonsOf } from '../../energy/plan/explain.ts';
import { makePlan } from '../../energy/plan/make.ts';
import { peakHeld } from '../../energy/plan/peak-held.ts';
import type { Problem } from '../../energy/plan/problem.ts';
import { iso, isoOrNull } from '../../lib/clock.ts';
import { openSolver, type Solver } from '../../lib/solve/solver.ts';
import type { PlaceParts } from '../parts.ts';
import { homeProblem, loadsAsked, type ProblemParts, type ToPlan } from './home-problem.ts';
import { nowInstead, peakWords } from './plan-words.ts';
import { usualWay } from './usual-way.ts';

export type PlanningParts = ProblemParts & { readonly solver: Solver };

export function planOperation(parts: PlanningParts): Pick<Tomte, 'planEnergy'> {
  return {
    planEnergy: ({ home, loads, gridImportMaxW }) =>
      planHome(parts, home, { gridImportMaxW, loads: loadsAsked(loads) }),
  };
}

/** Throws as `homeProblem` does. */
export async function planHome(
  parts: PlanningParts,
  home: string,
  wanted: ToPlan,
): Promise<EnergyPlan> {
  const found = await homeProblem(parts, home, wanted);
  const { problem, prices, now, zone, batteryLeftOut } = found;
  const { currency } = prices;
  const maker = { solve: parts.solver.solve, ticks: parts.clock.ticks };
  const again = (other: Problem) => makePlan(other, maker);
  const plan = await again(problem);
  const reasons = await reasonsOf(problem, plan, again);
  const held = await peakHeld(problem, plan, again);
  return {
    ...{ home, asOf: iso(now), status: plan.status, currency },
    ...{ cost: plan.cost, costDoNothing: plan.costDoNothing },
    slots: plan.slots.map((slot) => ({ ...slot, loads: { ...slot.loads } })),
    bent: [...plan.bent],
    ...usualWay(found, wanted, plan),
    peak: held && { ...held, text: peakWords(held, currency) },
    reasons: reasons.map((reason) => {
      const kept = isKept(reason, wanted.previous);
      const text = wordsOf(reason, { now, zone, currency, kept });
      return { ...reason, kept, startsAt: isoOrNull(reason.startsAt), text };
    }),
    pricesAssumedFrom: isoOrNull(prices.assumedFrom),
    batteryLeftOut,
  };
}

/** The place's solver: its thread begins with the first plan. */
export const solverOf = ({ clock, log }: Pick<PlaceParts, 'clock' | 'log'>): Solver =>
  openSolver({ clock, onFault: (error) => log.error({ err: error }, 'the solver failed') });

/** The plan before said the same begin. */
function isKept({ load, startsAt }: Reason, previous: ToPlan['previous']): boolean {
  const before = previous?.slots.find(({ loads }) => (loads[load] ?? 0) > 0);
  return before !== undefined && Date.parse(before.start) === startsAt;
}

/** `Dishwasher: at 02:00. Now instead would cost 0.41 EUR more.` */
function wordsOf(
  { load, startsAt, nowCostsMore }: Reason,
  o: { now: number; zone: string; currency: string; kept: boolean },
): string {
  if (startsAt === null) return `${load}: not within this plan.`;
  if (nowCostsMore === null) {
    return startsAt <= o.now ? `${load}: now.` : `${load}: at ${moment(startsAt, o.now, o.zone)}.`;
  }
  const when = moment(startsAt, o.now, o.zone);
  return `${load}: at ${when}. ${nowInstead(nowCostsMore, o)}`;
}
