/** A home as one problem to plan: its prices, forecasts and battery, read now. */
import type { Forecast, Slot } from '@tomte/sdk/energy';
import { TomteError } from '@tomte/sdk/errors';
import type { Tomte } from '@tomte/sdk/operations';
import type { EnergyPlan } from '@tomte/sdk/types-plan';
import { slotMinutesFrom } from '../../energy/plan/grid.ts';
import type { Problem } from '../../energy/plan/problem.ts';
import { readProblem } from '../../energy/plan/read.ts';
import type { LoadOnWire } from '../../energy/plan/schema.ts';
import { forecastOn, meanOfBand, minuteMs, ratesOn, slotsFrom } from '../../energy/series.ts';
import { type Clock, iso } from '../../lib/clock.ts';
import type { Habit } from '../../store/ledger.ts';
import type { HomeLife } from '../home-life.ts';
import { lifeOf } from '../lives.ts';
import type { Forecasts } from './forecasts.ts';
import type { EnergyHome } from './meters.ts';
import type { Prices } from './prices.ts';
import type { EnergyRoom } from './room.ts';

export interface ProblemParts {
  readonly clock: Clock;
  readonly energy: Pick<EnergyRoom, 'home' | 'prices' | 'forecasts'>;
  lives(): ReadonlyMap<string, HomeLife>;
}

export interface ToPlan {
  readonly loads: readonly LoadOnWire[];
  readonly gridImportMaxW?: number | undefined;
  readonly previous?: Pick<EnergyPlan, 'slots'> | null;
  /** When devices usually began, by statistic, and the windows of what waits, by name. */
  readonly habits?: readonly Pick<Habit, 'device' | 'starts'>[];
  readonly windows?: ReadonlyMap<string, Slot>;
  /** Statistic of what waits, by name, where it was named. */
  readonly meters?: ReadonlyMap<string, string>;
  /** Statistics of devices that are planned apart. */
  readonly leave?: readonly string[];
}

export interface HomeProblem {
  readonly problem: Problem;
  readonly prices: Prices;
  readonly house: EnergyHome;
  readonly forecasts: Pick<Forecasts, 'load' | 'solar'>;
  readonly now: number;
  readonly zone: string;
  /** Why the battery stands outside of it; null where it does not. */
  readonly batteryLeftOut: string | null;
}

type AskedLoad = NonNullable<Parameters<Tomte['planEnergy']>[0]['loads']>[number];

const quarterMs = 15 * minuteMs;
const timeLimitMs = 4_000;
/** Where the home never said: both ways together, and per kWh. */
const usualRoundTrip = 0.9;
export const usualWearPerKWh = 0.02;

/** Throws energy.no_prices, home.not_found, and what reading the home throws. */
export async function homeProblem(
  { clock, energy, lives }: ProblemParts,
  home: string,
  wanted: ToPlan,
): Promise<HomeProblem> {
  const life = lifeOf(lives(), home);
  const [house, prices, forecasts] = await Promise.all([
    energy.home(home),
    energy.prices(home),
    energy.forecasts(home, { leave: wanted.leave ?? [] }),
  ]);
  if (!prices) throw new TomteError('energy.no_prices', 'What power costs here is not known');
  const now = clock.now();
  const { battery, leftOut } = batteryOf(house, life);
  const problem = problemOf(wanted, { now, prices, ...forecasts, battery });
  return { problem, prices, house, forecasts, now, zone: life.zone, batteryLeftOut: leftOut };
}

/** Loads as an operation is given them; in one piece where nothing else is said. */
export const loadsAsked = (loads: readonly AskedLoad[] = []): LoadOnWire[] =>
  loads.map(({ minutes, contiguous = true, ...load }) => ({
    ...{ ...load, durationMinutes: minutes, contiguous },
  }));

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
  const bandOf = (forecast: Forecast) => {
    const found = forecastOn(slots, forecast);
    const end = (name: 'low' | 'expected' | 'high') => found.map((slot) => slot?.[name] ?? null);
    return { low: end('low'), expected: end('expected'), high: end('high') };
  };
  return readProblem({
    ...{ id: iso(o.now), start: iso(start), slotMinutes, timeLimitMs },
    importPrice: ratesOn(slots, o.prices.buy),
    exportPrice: ratesOn(slots, o.prices.sell),
    baseLoadW: expected(o.load),
    solarW: expected(o.solar),
    bands: { baseLoadW: bandOf(o.load), solarW: bandOf(o.solar) },
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
