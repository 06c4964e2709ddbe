/** A home's plan: its prices, forecasts and battery as one problem, solved, with the reasons. */
import type { Forecast, Slot } from '@tomte/sdk/energy';
import { TomteError } from '@tomte/sdk/errors';
import { money } from '@tomte/sdk/money';
import type { Tomte } from '@tomte/sdk/operations';
import type { EnergyPlan } from '@tomte/sdk/types-plan';
import { moment } from '@tomte/sdk/words';
import { type Reason, reasonsOf } from '../../energy/plan/explain.ts';
import { slotMinutesFrom } from '../../energy/plan/grid.ts';
import { makePlan } from '../../energy/plan/make.ts';
import type { Problem } from '../../energy/plan/problem.ts';
import { readProblem } from '../../energy/plan/read.ts';
import type { LoadOnWire } from '../../energy/plan/schema.ts';
import { forecastOn, meanOfBand, minuteMs, ratesOn, slotsFrom } from '../../energy/series.ts';
import { type Clock, iso, isoOrNull } from '../../lib/clock.ts';
import { openSolver, type Solver } from '../../lib/solve/solver.ts';
import type { HomeLife } from '../home-life.ts';
import { lifeOf } from '../lives.ts';
import type { PlaceParts } from '../parts.ts';
import type { EnergyHome } from './meters.ts';
import type { Prices } from './prices.ts';
import type { EnergyRoom } from './room.ts';

export interface PlanningParts {
  readonly clock: Clock;
  readonly energy: EnergyRoom;
  readonly solver: Solver;
  lives(): ReadonlyMap<string, HomeLife>;
}

export interface ToPlan {
  readonly loads: readonly LoadOnWire[];
  readonly gridImportMaxW?: number | undefined;
  readonly previous?: Pick<EnergyPlan, 'slots'> | null;
  /** Statistics of devices that are planned apart. */
  readonly leave?: readonly string[];
}

const quarterMs = 15 * minuteMs;
const timeLimitMs = 4_000;
/** Where the home never said: both ways together, and per kWh. */
const usualRoundTrip = 0.9;
const usualWearPerKWh = 0.02;

export function planOperation(parts: PlanningParts): Pick<Tomte, 'planEnergy'> {
  return {
    planEnergy: ({ home, loads = [], gridImportMaxW }) =>
      planHome(parts, home, {
        gridImportMaxW,
        loads: loads.map(({ minutes, contiguous = true, ...load }) => ({
          ...{ ...load, durationMinutes: minutes, contiguous },
        })),
      }),
  };
}

/** Throws energy.no_prices, home.not_found, and what reading the home throws. */
export async function planHome(
  { clock, energy, solver, lives }: PlanningParts,
  home: string,
  wanted: ToPlan,
): Promise<EnergyPlan> {
  const life = lifeOf(lives(), home);
  const maker = { solve: solver.solve, ticks: clock.ticks };
  const [house, prices, forecasts] = await Promise.all([
    energy.home(home),
    energy.prices(home),
    energy.forecasts(home, { leave: wanted.leave ?? [] }),
  ]);
  if (!prices) throw new TomteError('energy.no_prices', 'What power costs here is not known');
  const now = clock.now();
  const battery = batteryOf(house, life);
  const problem = problemOf(wanted, { now, prices, ...forecasts, battery: battery.battery });
  const plan = await makePlan(problem, maker);
  const reasons = await reasonsOf(problem, plan, (other) => makePlan(other, maker));
  const { currency } = prices;
  return {
    ...{ home, asOf: iso(now), status: plan.status, currency },
    ...{ cost: plan.cost, costDoNothing: plan.costDoNothing },
    slots: plan.slots.map((slot) => ({ ...slot, loads: { ...slot.loads } })),
    bent: [...plan.bent],
    reasons: reasons.map((reason) => ({
      ...reason,
      startsAt: isoOrNull(reason.startsAt),
      text: wordsOf(reason, { now, zone: life.zone, currency }),
    })),
    pricesAssumedFrom: isoOrNull(prices.assumedFrom),
    batteryLeftOut: battery.leftOut,
  };
}

/** The place's solver: its thread begins with the first plan. */
export const solverOf = ({ clock, log }: Pick<PlaceParts, 'clock' | 'log'>): Solver =>
  openSolver({ clock, onFault: (error) => log.error({ err: error }, 'the solver failed') });

function problemOf(
  wanted: ToPlan,
  o: { now: number; prices: Prices; load: Forecast; solar: Forecast; battery: object | null },
): Problem {
  const start = Math.floor(o.now / quarterMs) * quarterMs;
  const end = o.prices.buy.at(-1)?.end ?? start;
  if (end <= start) throw new TomteError('energy.no_prices', 'No price is known for now');
  const marks = wanted.loads.flatMap(({ earliest, deadline }) =>
    [earliest, deadline].flatMap((time) => (time ? [Date.parse(time)] : [])),
  );
  const slotMinutes = slotMinutesFrom(start, end, marks);
  const slots: readonly Slot[] = slotsFrom(start, slotMinutes);
  // The mean of the band: use has a long tail upwards, and money follows the mean, not the middle.
  const expected = (forecast: Forecast) =>
    forecastOn(slots, forecast).map((slot) => (slot ? Math.max(0, meanOfBand(slot)) : null));
  return readProblem({
    ...{ id: iso(o.now), start: iso(start), slotMinutes, timeLimitMs },
    importPrice: ratesOn(slots, o.prices.buy),
    exportPrice: ratesOn(slots, o.prices.sell),
    baseLoadW: expected(o.load),
    solarW: expected(o.solar),
    gridImportMaxW: wanted.gridImportMaxW,
    ...(o.prices.peak
      ? { peakPricePerKW: o.prices.peak.perKw, peakSoFarW: o.prices.peak.reachedW }
      : {}),
    battery: o.battery,
    loads: wanted.loads,
    previousPlan: wanted.previous ?? null,
  });
}

/** The first battery of the energy page, where all that a plan needs of it can be read. */
function batteryOf(
  { setup }: EnergyHome,
  life: Pick<HomeLife, 'link'>,
): { battery: object | null; leftOut: string | null } {
  const [first] = setup.batteries;
  if (!first) return { battery: null, leftOut: null };
  const { capacityKWh, soc, chargeMaxW, dischargeMaxW } = first;
  const percent = Number(soc === null ? Number.NaN : life.link.mirror.entity(soc)?.state);
  const lacks = [
    ...(capacityKWh === null ? ['its capacity'] : []),
    ...(Number.isFinite(percent) && percent >= 0 && percent <= 100 ? [] : ['how full it is']),
    ...(chargeMaxW === null || dischargeMaxW === null ? ['how fast it charges'] : []),
  ];
  if (lacks.length > 0) {
    return { battery: null, leftOut: `Not known of the battery: ${lacks.join(', ')}.` };
  }
  const capacityWh = capacityKWh! * 1000;
  const oneWay = Math.sqrt(first.roundTrip ?? usualRoundTrip);
  return {
    battery: {
      ...{ capacityWh, socWh: (percent / 100) * capacityWh, socMinWh: 0.05 * capacityWh },
      ...{ chargeMaxW, dischargeMaxW, chargeEfficiency: oneWay, dischargeEfficiency: oneWay },
      wearCostPerKWh: usualWearPerKWh,
    },
    leftOut: null,
  };
}

/** `Dishwasher: at 02:00. Now instead would cost 0.41 EUR more.` */
function wordsOf(
  { load, startsAt, nowCostsMore }: Reason,
  o: { now: number; zone: string; currency: string },
): string {
  if (startsAt === null) return `${load}: not within this plan.`;
  if (nowCostsMore === null) {
    return startsAt <= o.now ? `${load}: now.` : `${load}: at ${moment(startsAt, o.now, o.zone)}.`;
  }
  const when = moment(startsAt, o.now, o.zone);
  if (nowCostsMore < 0.005) return `${load}: at ${when}. Now instead would cost the same.`;
  return `${load}: at ${when}. Now instead would cost ${money(nowCostsMore, o.currency)} more.`;
}

export { batteryOf, problemOf };
