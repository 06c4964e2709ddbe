/** A plan against how people here do it: begins they are used to, and how sure its money is. */
import type { EnergyPlan } from '@tomte/sdk/types-plan';
import { costBand } from '../../energy/plan/band.ts';
import { socOf } from '../../energy/plan/cost.ts';
import { insteadOf } from '../../energy/plan/instead.ts';
import type { Plan } from '../../energy/plan/plan.ts';
import { forecastOn, hourMs } from '../../energy/series.ts';
import { changesByHour } from '../../energy/setup/house.ts';
import { iso } from '../../lib/clock.ts';
import type { HomeProblem, ToPlan } from './home-problem.ts';

type Told = Pick<EnergyPlan, 'band' | 'instead' | 'battery'>;

export function usualWay(found: HomeProblem, wanted: ToPlan, plan: Plan): Required<Told> {
  const { problem, prices, forecasts, zone } = found;
  const band = costBand(problem, plan, {
    load: forecastOn(problem.slots, forecasts.load),
    solar: forecastOn(problem.slots, forecasts.solar),
    ...{ assumedFrom: prices.assumedFrom, usuallyOff: prices.usuallyOff ?? 0 },
  });
  const surplus = surplusOf(found);
  const instead = insteadOf({
    ...{ plan, loads: problem.loads, zone, buy: prices.buy, sell: prices.sell },
    usual: usualOf(found, wanted),
    surplusW: (t) => surplus.get(Math.floor(t / hourMs) * hourMs) ?? 0,
  });
  return {
    ...{ band, battery: chargeOf(found, plan) },
    instead: instead.map(({ load, startsAt, usualAt, saves }) => ({
      ...{ load, saves, startsAt: iso(startsAt), usualAt: iso(usualAt) },
    })),
  };
}

/** As it is planned, of what it holds when full. */
function chargeOf({ problem, house }: HomeProblem, { slots }: Plan): EnergyPlan['battery'] {
  const capacityWh = (house.setup.batteries[0]?.capacityKWh ?? 0) * 1000;
  if (!problem.battery || capacityWh <= 0) return null;
  const percent = (wh: number) => Math.round((1000 * wh) / capacityWh) / 10;
  const charge = socOf(
    problem,
    problem.battery,
    slots.map(({ batteryW }) => batteryW),
  );
  return { now: percent(problem.battery.socWh), percent: charge.map(percent) };
}

/** A load has the habit of its meter: the one it names, else the device of the energy page with its name. */
function usualOf({ house }: HomeProblem, { habits = [], windows = new Map(), meters }: ToPlan) {
  const devices = house.setup.meters.filter(({ role }) => role === 'device');
  const found = new Map<string, { starts: readonly number[]; from: number; to: number }>();
  for (const [name, { start, end }] of windows) {
    const same = devices.find((one) => one.name.toLowerCase() === name.toLowerCase());
    const meter = meters?.get(name) ?? same?.statistic;
    const habit = habits.find(({ device }) => device === meter);
    if (habit) found.set(name, { starts: habit.starts, from: start, to: end });
  }
  return found;
}

/** W by hour: as it was measured, then as it is foreseen. */
function surplusOf({ house, forecasts, now }: HomeProblem): Map<number, number> {
  const found = new Map<number, number>();
  const roofs = house.setup.meters.filter(({ role }) => role === 'solar');
  for (const { statistic } of roofs)
    for (const [t, kWh] of changesByHour(house.clean.get(statistic)))
      if (t > now - 24 * hourMs) found.set(t, (found.get(t) ?? 0) + kWh * 1000);
  for (const [t, made] of found) found.set(t, made - (house.house.get(t) ?? 0) * 1000);
  const use = new Map(forecasts.load.map(({ start, expected }) => [start, expected]));
  for (const { start, expected } of forecasts.solar)
    found.set(start, expected - (use.get(start) ?? 0));
  return found;
}
