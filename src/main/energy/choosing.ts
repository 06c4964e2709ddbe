/** The choice among feasible schedules: ranked with their money by code, chosen by a Decision; else the cheapest. */
import type { Tomte } from '@tomte/sdk/operations';
import { longDay } from '@tomte/sdk/words';
import type { Decider } from '../../decide/decider.ts';
import { onMeans, worthOf } from '../../energy/plan/explain.ts';
import { makePlan } from '../../energy/plan/make.ts';
import type { Plan } from '../../energy/plan/plan.ts';
import { optionsOf, scheduleQuestion } from '../../energy/plan/schedule-words.ts';
import { schedulesOf } from '../../energy/plan/schedules.ts';
import { iso } from '../../lib/clock.ts';
import type { Solver } from '../../lib/solve/solver.ts';
import type { HomePlans } from './home-plans.ts';
import { homeProblem, loadsAsked, type ProblemParts, type ToPlan } from './home-problem.ts';

/** When a home sleeps, where nobody said otherwise. */
const usualQuiet = { from: '22:00', to: '06:00' };
/** A person waits for it. */
const deadlineMs = 8000;

export type ChoiceParts = ProblemParts & {
  readonly solver: Solver;
  readonly decider: Decider;
  readonly plans: Pick<HomePlans, 'last'>;
};

export function choiceOperation(parts: ChoiceParts): Pick<Tomte, 'chooseSchedule'> {
  const { clock, solver, decider } = parts;
  const maker = { solve: solver.solve, ticks: clock.ticks };
  return {
    async chooseSchedule(asked) {
      const { home, wish = null, quiet = usualQuiet } = asked;
      const wanted = await wantedOf(parts, asked);
      const { prices, now, zone, ...found } = await homeProblem(parts, home, wanted);
      const problem = onMeans(found.problem);
      const { currency } = prices;
      const schedules = await schedulesOf(problem, await makePlan(problem, maker), {
        ...{ zone, quiet, worthOf },
        makePlan: (one) => makePlan(one, maker),
      });
      const options = optionsOf(schedules, { now, zone, currency });
      const [weekday = ''] = longDay(now, zone).split(' ');
      const { choice, decidedBy, reason } = await decider.decide({
        ...{ home, by: 'energy-schedule', deadlineMs },
        request: scheduleQuestion(options, schedules, { wish, weekday }),
      });
      const chosen = schedules.find(({ id }) => id === choice) ?? schedules[0]!;
      return {
        ...{ home, asOf: iso(now), currency, chosen: chosen.id, decidedBy, reason },
        options: options.map((option, n) => {
          const { plan, more } = schedules[n]!;
          return { ...option, cost: plan.cost, more, starts: startsOf(plan) };
        }),
        slots: chosen.plan.slots.map((slot) => ({ ...slot, loads: { ...slot.loads } })),
      };
    },
  };
}

/** The loads that were named, else what waits in the plan that is followed, as it waits now. */
async function wantedOf(
  { plans }: Pick<ChoiceParts, 'plans'>,
  { home, loads, gridImportMaxW }: Parameters<Tomte['chooseSchedule']>[0],
): Promise<ToPlan> {
  if (loads) return { gridImportMaxW, loads: loadsAsked(loads) };
  const found = await plans.last(home);
  if (!found) return { gridImportMaxW, loads: [] };
  return {
    loads: found.loads.flatMap(({ wire }) => (wire ? [wire] : [])),
    leave: found.asked.loads.flatMap(({ energy }) => (energy === null ? [] : [energy])),
    gridImportMaxW: gridImportMaxW ?? found.asked.gridImportMaxW ?? undefined,
    previous: found.plan,
  };
}

function startsOf({ slots }: Plan): { load: string; at: string }[] {
  const first = new Map<string, string>();
  for (const { start, loads } of slots)
    for (const [load, watts] of Object.entries(loads))
      if (watts > 0 && !first.has(load)) first.set(load, start);
  return [...first].map(([load, at]) => ({ load, at }));
}
