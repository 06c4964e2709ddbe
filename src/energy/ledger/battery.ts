/**
 * What the home battery saved on one day: its measured hours against what the same battery would have done by
 * itself, following the house. Both begin with the charge that it had at midnight, both balance with the same
 * house and sun, and what is left in one more than in the other counts. Pure.
 */
import type { Rate } from '@tomte/sdk/prices';
import { evenSlots, hourMs, ratesOn } from '../series.ts';
import type { ByHour } from '../setup/house.ts';
import type { DeviceDay } from './day.ts';

export interface BatteryHours {
  /** Statistic of what comes out of it. */
  readonly device: string;
  readonly name: string;
  /** kWh at its terminals; hours that are not known are absent. */
  readonly charge: ByHour;
  readonly discharge: ByHour;
  /** Mean % of each hour. */
  readonly percent: ByHour;
  readonly capacityKWh: number | null;
  /** kWh of its strongest hours. */
  readonly mostIn: number | null;
  readonly mostOut: number | null;
  /** Energy out over energy in; null where it is not known. */
  readonly roundTrip: number | null;
  /** What a kWh through it wears, half in, half out. */
  readonly wearPerKWh: number;
}

export interface BatteryDayInput {
  readonly from: number;
  readonly to: number;
  readonly buy: readonly Rate[];
  readonly sell: readonly Rate[];
  /** Null for a home without panels. */
  readonly solar: ByHour | null;
  readonly house: ByHour;
  /** False: later hours will not come any more. */
  readonly mayWait: boolean;
}

/** A store as it stands: kWh within, and what it can. */
export interface Store {
  readonly kWh: number;
  readonly least: number;
  readonly most: number;
  readonly mostIn: number;
  readonly mostOut: number;
  /** One way. */
  readonly efficiency: number;
}

/** An hour of a battery, kWh at its terminals. */
export interface Flow {
  readonly into: number;
  readonly out: number;
}

interface Hour {
  readonly need: number;
  readonly buy: number;
  readonly sell: number;
  readonly flow: Flow;
}

/** Where the home tells nothing of what is lost, it lies between these. */
const usualRoundTrips = [0.85, 0.95] as const;
/** Eight of ten. */
const within = 1.28;

/** Empty for a day on which it was not there; null where hours are still to come. */
export function batteryDay(o: BatteryDayInput, battery: BatteryHours): DeviceDay[] | null {
  const { device, name, charge, discharge } = battery;
  const slots = evenSlots(o.from, o.to, hourMs);
  const wasThere = charge.has(o.from - hourMs) || discharge.has(o.from - hourMs);
  const isThere = [charge, discharge, o.house].every((hours) => hours.has(o.to - hourMs));
  if (o.mayWait && wasThere && !isThere) return null;
  if (!slots.some(({ start }) => charge.has(start) || discharge.has(start))) return [];
  const used = slots.reduce((sum, { start }) => sum + (discharge.get(start) ?? 0), 0);
  const common = { kind: 'battery' as const, device, name, runs: 1, kWh: used };
  const read = dayOf(o, battery);
  return typeof read === 'string'
    ? [{ ...common, money: null, why: read }]
    : [{ ...common, money: held(o, battery, read), why: null }];
}

interface Day {
  readonly hours: readonly Hour[];
  /** kWh at midnight. */
  readonly start: number;
  readonly capacityKWh: number;
}

/** All hours of the day, or why they cannot be told. */
function dayOf(o: BatteryDayInput, battery: BatteryHours): Day | string {
  const { capacityKWh, percent, charge, discharge } = battery;
  if (capacityKWh === null) return 'How much it holds is not known.';
  const [before, after] = [percent.get(o.from - hourMs), percent.get(o.from)];
  if (before === undefined || after === undefined) return 'How full it was is not known.';
  const slots = evenSlots(o.from, o.to, hourMs);
  const [buy, sell] = [ratesOn(slots, o.buy), ratesOn(slots, o.sell)];
  const hours: Hour[] = [];
  for (const [n, { start }] of slots.entries()) {
    const [used, into, out] = [o.house.get(start), charge.get(start), discharge.get(start)];
    if (used === undefined || into === undefined || out === undefined)
      return 'Some of its hours are not known.';
    const price = buy[n] ?? null;
    if (price === null) return 'What the hours cost is not known.';
    const made = o.solar === null ? 0 : o.solar.get(start);
    if (made === undefined) return 'What the sun made is not known.';
    hours.push({ need: used - made, buy: price, sell: sell[n] ?? 0, flow: { into, out } });
  }
  return { hours, capacityKWh, start: ((before + after) / 200) * capacityKWh };
}

function held(o: BatteryDayInput, battery: BatteryHours, day: Day): DeviceDay['money'] {
  const trips = battery.roundTrip === null ? usualRoundTrips : [battery.roundTrip];
  const tries = trips.map((trip) => against(battery, day, Math.sqrt(trip)));
  const paid = moneyOf(day.hours, battery.wearPerKWh, (hour) => hour.flow);
  const price = laterPrice(o, day);
  const saved = tries.map(({ cost, more }) => cost + more * price.mean - paid);
  const doubt = tries.map(({ more }) => within * Math.abs(more) * price.spread);
  const mean = saved.reduce((sum, one) => sum + one, 0) / saved.length;
  return {
    ...{ paid, usual: paid + mean },
    low: Math.min(...saved.map((one, n) => one - doubt[n]!)),
    high: Math.max(...saved.map((one, n) => one + doubt[n]!)),
  };
}

/** What it would have cost by itself, and the kWh that would have been left less, as they would come out. */
function against(battery: BatteryHours, { hours, start, capacityKWh }: Day, efficiency: number) {
  const percents = [...battery.percent.values()];
  const store: Store = {
    kWh: start,
    least: Math.min(start, (Math.min(...percents) / 100) * capacityKWh),
    most: Math.max(start, (Math.max(...percents) / 100) * capacityKWh),
    mostIn: battery.mostIn ?? 0,
    mostOut: battery.mostOut ?? 0,
    efficiency,
  };
  const own = byItself(
    hours.map(({ need }) => need),
    store,
  );
  const cost = moneyOf(hours, battery.wearPerKWh, (_, n) => own[n]!);
  const left = (flows: readonly Flow[]) =>
    flows.reduce((kWh, { into, out }) => kWh + into * efficiency - out / efficiency, 0);
  const more = left(hours.map(({ flow }) => flow)) - left(own);
  return { cost, more: more * efficiency };
}

/** Takes what is left over, gives what is lacking, hour by hour, as far as it can. */
export function byItself(needs: readonly number[], store: Store): Flow[] {
  let { kWh } = store;
  const { least, most, mostIn, mostOut, efficiency } = store;
  return needs.map((need) => {
    const into = Math.max(0, Math.min(-need, mostIn, (most - kWh) / efficiency));
    const out = Math.max(0, Math.min(need, mostOut, (kWh - least) * efficiency));
    kWh += into * efficiency - out / efficiency;
    return { into, out };
  });
}

/** The grid of each hour is what the house lacks besides the sun and the battery: bought, or fed in. */
function moneyOf(
  hours: readonly Hour[],
  wearPerKWh: number,
  flowOf: (hour: Hour, n: number) => Flow,
): number {
  return hours.reduce((sum, hour, n) => {
    const { into, out } = flowOf(hour, n);
    const grid = hour.need + into - out;
    const wear = ((into + out) / 2) * wearPerKWh;
    return sum + grid * (grid > 0 ? hour.buy : hour.sell) + wear;
  }, 0);
}

/** What is left is used on the day after: at its mean price, or where that is not known at the day’s own. */
function laterPrice(o: BatteryDayInput, { hours }: Day): { mean: number; spread: number } {
  const next = ratesOn(evenSlots(o.to, o.to + 24 * hourMs, hourMs), o.buy);
  const known = next.flatMap((price) => (price === null ? [] : [price]));
  const prices = known.length === next.length ? known : hours.map(({ buy }) => buy);
  const mean = prices.reduce((sum, price) => sum + price, 0) / prices.length;
  const variance = prices.reduce((sum, price) => sum + (price - mean) ** 2, 0) / prices.length;
  return { mean, spread: Math.sqrt(variance) };
}
