/** The choice among feasible schedules: ranked with their money by code, chosen by a Decision; else the cheapest. */
import type { Tomte } from '@tomte/sdk/operations';
import { longDay } from '@tomte/sdk/words';
import type { Decider } from '../../decide/decider.ts';
import { worthOf } from '../../energy/plan/explain.ts';
import { makePlan } from '../../energy/plan/make.ts';
import { optionsOf, scheduleQuestion } from '../../energy/plan/schedule-words.ts';
import { schedulesOf } from '../../energy/plan/schedules.ts';
import { iso } from '../../lib/clock.ts';
import type { Solver } from '../../lib/solve/solver.ts';
import { homeProblem, loadsAsked, type ProblemParts } from './home-problem.ts';

/** When a home sleeps, where nobody said otherwise. */
const usualQuiet = { from: '22:00', to: '06:00' };
/** A person waits for it. */
const deadlineMs = 8000;

export type ChoiceParts = ProblemParts & { readonly solver: Solver; readonly decider: Decider };

export function choiceOperation(parts: ChoiceParts): Pick<Tomte, 'chooseSchedule'> {
  const { clock, solver, decider } = parts;
  const maker = { solve: solver.solve, ticks: clock.ticks };
  return {
    async chooseSchedule(asked) {
      const { home, wish = null, quiet = usualQuiet, gridImportMaxW } = asked;
      const wanted = { gridImportMaxW, loads: loadsAsked(asked.loads) };
      const { problem, prices, now, zone } = await homeProblem(parts, home, wanted);
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
          return { ...option, cost: plan.cost, more };
        }),
        slots: chosen.plan.slots.map((slot) => ({ ...slot, loads: { ...slot.loads } })),
      };
    },
  };
}
