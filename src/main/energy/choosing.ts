/** The choice among feasible schedules: ranked with their money by code, chosen by a Decision; else the cheapest. */
import { TomteError } from '@tomte/sdk/errors';
import type { Tomte } from '@tomte/sdk/operations';
import { longDay } from '@tomte/sdk/words';
import type { Decider } from '../../decide/decider.ts';
import { worthOf } from '../../energy/plan/explain.ts';
import { makePlan } from '../../energy/plan/make.ts';
import { optionsOf, scheduleQuestion } from '../../energy/plan/schedule-words.ts';
import { schedulesOf } from '../../energy/plan/schedules.ts';
import { type Clock, iso } from '../../lib/clock.ts';
import type { Solver } from '../../lib/solve/solver.ts';
import type { HomeLife } from '../home-life.ts';
import { lifeOf } from '../lives.ts';
import { batteryOf, problemOf } from './planning.ts';
import type { EnergyRoom } from './room.ts';

/** When a home sleeps, where nobody said otherwise. */
const usualQuiet = { from: '22:00', to: '06:00' };
/** A person waits for it. */
const deadlineMs = 8000;

export interface ChoiceParts {
  readonly clock: Clock;
  readonly energy: Pick<EnergyRoom, 'home' | 'prices' | 'forecasts'>;
  readonly solver: Solver;
  readonly decider: Decider;
  lives(): ReadonlyMap<string, HomeLife>;
}

type Asked = Parameters<Tomte['chooseSchedule']>[0];

export function choiceOperation(parts: ChoiceParts): Pick<Tomte, 'chooseSchedule'> {
  const { clock, solver, decider } = parts;
  const maker = { solve: solver.solve, ticks: clock.ticks };
  return {
    async chooseSchedule(asked) {
      const { home, wish = null, quiet = usualQuiet } = asked;
      const { zone } = lifeOf(parts.lives(), home);
      const now = clock.now();
      const { problem, currency } = await problemNow(parts, asked, now);
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

async function problemNow(
  { energy, lives }: ChoiceParts,
  { home, gridImportMaxW, loads = [] }: Asked,
  now: number,
) {
  const [house, prices, forecasts] = await Promise.all([
    energy.home(home),
    energy.prices(home),
    energy.forecasts(home),
  ]);
  if (!prices) throw new TomteError('energy.no_prices', 'What power costs here is not known');
  const { battery } = batteryOf(house, lifeOf(lives(), home));
  const wanted = {
    ...{ home, gridImportMaxW },
    loads: loads.map(({ contiguous = true, ...load }) => ({
      ...{ ...load, contiguous, durationMinutes: load.minutes },
    })),
  };
  const problem = problemOf(wanted, { now, prices, ...forecasts, battery });
  return { problem, currency: prices.currency };
}
