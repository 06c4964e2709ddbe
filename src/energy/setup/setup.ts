/** The energy of a home, as far as it can be read without asking: each figure with where it comes from. */
import type { HourRow } from '@tomte/sdk/home';
import { dayMs, hourMs } from '../series.ts';
import type { Prefs, PriceSource } from './prefs.ts';

export type Role =
  | 'import'
  | 'export'
  | 'solar'
  | 'charge'
  | 'discharge'
  | 'home'
  | 'device'
  | 'gas'
  | 'water'
  | 'power'
  | 'soc';

/** One statistic that the energy page names, and what for. */
export interface Meter {
  readonly statistic: string;
  readonly name: string;
  readonly role: Role;
  /** For `power`: the meter whose energy it is the rate of; for a device: the meter it is counted in. */
  readonly of: string | null;
}

export interface BatterySetup {
  readonly charge: string;
  readonly discharge: string;
  readonly power: string | null;
  readonly soc: string | null;
  readonly capacityKWh: number | null;
  /** Highest mean power of an hour within the past, W; null where it never did. */
  readonly chargeMaxW: number | null;
  readonly dischargeMaxW: number | null;
  /** Energy out over energy in, both ways together; null before enough went through. */
  readonly roundTrip: number | null;
}

/** A figure for people: what, how much, and whose word it is. */
export interface Figure {
  readonly what: string;
  readonly value: string;
  readonly from: string;
}

export interface EnergySetup {
  readonly meters: readonly Meter[];
  readonly batteries: readonly BatterySetup[];
  readonly buyPrice: PriceSource | null;
  readonly sellPrice: PriceSource | null;
  readonly forecastEntries: readonly string[];
  readonly figures: readonly Figure[];
}

export interface SetupInput {
  readonly prefs: Prefs;
  /** Name of a statistic as Home Assistant shows it; null where it knows none. */
  readonly nameOf: (statistic: string) => string | null;
  /** Hours of the past by statistic, energy in kWh, power in W, charge in percent. */
  readonly hours: ReadonlyMap<string, readonly HourRow[]>;
}

export function setupOf(o: SetupInput): EnergySetup {
  const { prefs } = o;
  const meters = metersOf(o);
  const batteries = prefs.batteries.map((battery) => batteryOf(o, battery));
  const setup = {
    meters,
    batteries,
    buyPrice: prefs.imports.map(({ price }) => price).find(isKnown) ?? null,
    sellPrice: prefs.exports.map(({ price }) => price).find(isKnown) ?? null,
    forecastEntries: prefs.solar.flatMap((roof) => roof.forecastEntries),
  };
  return { ...setup, figures: figuresOf(setup, o) };
}

const isKnown = (price: PriceSource): boolean =>
  price.costStatistic !== null || price.entity !== null || price.perKWh !== null;

function metersOf({ prefs, nameOf }: SetupInput): Meter[] {
  const meter = (
    statistic: string,
    role: Role,
    of: string | null = null,
    name?: string | null,
  ) => ({
    ...{ statistic, role, of },
    name: name ?? nameOf(statistic) ?? statistic,
  });
  const rate = (power: string | null, of: string | null) =>
    power === null ? [] : [meter(power, 'power', of)];
  const found = [
    ...prefs.imports.map(({ statistic }) => meter(statistic, 'import')),
    ...prefs.exports.map(({ statistic }) => meter(statistic, 'export')),
    ...prefs.gridRates.flatMap((power) => rate(power, prefs.imports[0]?.statistic ?? null)),
    ...prefs.solar.flatMap((roof) => [
      meter(roof.statistic, 'solar'),
      ...rate(roof.rate, roof.statistic),
    ]),
    ...prefs.batteries.flatMap((one) => [
      meter(one.discharge, 'discharge'),
      meter(one.charge, 'charge'),
      ...rate(one.rate, one.discharge),
      ...(one.soc === null ? [] : [meter(one.soc, 'soc')]),
    ]),
    ...prefs.homes.map((statistic) => meter(statistic, 'home')),
    ...prefs.devices.flatMap((one) => [
      meter(one.statistic, 'device', one.includedIn, one.name),
      ...rate(one.rate, one.statistic),
    ]),
    ...prefs.gas.map(({ statistic }) => meter(statistic, 'gas')),
    ...prefs.water.map(({ statistic }) => meter(statistic, 'water')),
  ];
  // The energy page lets the same sensor stand in two places; what is counted twice the linter says.
  return [...new Map(found.map((one) => [`${one.role} ${one.statistic}`, one])).values()];
}

function batteryOf(
  { hours }: SetupInput,
  battery: SetupInput['prefs']['batteries'][number],
): BatterySetup {
  const inward = changesOf(hours.get(battery.charge));
  const outward = changesOf(hours.get(battery.discharge));
  const [taken, given] = [sumOf(inward), sumOf(outward)];
  // Less than four fillings say more of the charge at either end than of what is lost.
  const enough = taken > 4 * (battery.capacityKWh ?? 10);
  const roundTrip = enough ? Math.min(1, given / taken) : null;
  return {
    charge: battery.charge,
    discharge: battery.discharge,
    power: battery.rate,
    soc: battery.soc,
    capacityKWh: battery.capacityKWh,
    chargeMaxW: mostW(inward),
    dischargeMaxW: mostW(outward),
    roundTrip: roundTrip !== null && roundTrip > 0.5 ? roundTrip : null,
  };
}

const changesOf = (rows: readonly HourRow[] = []): number[] =>
  rows.flatMap(({ change }) => (change === null || change < 0 ? [] : [change]));
const sumOf = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0);
const mostW = (kWh: readonly number[]): number | null => {
  const most = Math.max(0, ...kWh);
  return most > 0 ? Math.round(most * 1000) : null;
};

const roleWords: Readonly<Record<Role, string>> = {
  import: 'Bought from the grid',
  export: 'Fed into the grid',
  solar: 'Solar panels',
  charge: 'Into the battery',
  discharge: 'Out of the battery',
  home: 'All that the home uses',
  device: 'Device',
  gas: 'Gas',
  water: 'Water',
  power: 'Power',
  soc: 'Charge of the battery',
};
const page = 'Home Assistant’s energy page';

function figuresOf(setup: Omit<EnergySetup, 'figures'>, { hours }: SetupInput): Figure[] {
  const meters = setup.meters.map(({ role, name, statistic }) => ({
    what: roleWords[role],
    value: `${name}${pastWords(hours.get(statistic))}`,
    from: `${page}: ${statistic}`,
  }));
  const batteries = setup.batteries.flatMap((battery) => [
    {
      what: 'Size of the battery',
      value: battery.capacityKWh === null ? 'not known' : `${battery.capacityKWh} kWh`,
      from: battery.capacityKWh === null ? `${page} does not say it` : page,
    },
    ...batteryFigures(battery),
  ]);
  return [...meters, ...batteries, ...priceFigures(setup)];
}

function batteryFigures(battery: BatterySetup): Figure[] {
  const { chargeMaxW, dischargeMaxW, roundTrip } = battery;
  const past = 'what it did in the past';
  const kW = (watts: number) => `${(watts / 1000).toFixed(1)} kW`;
  return [
    ...(chargeMaxW === null
      ? []
      : [{ what: 'Strongest filling of an hour', value: kW(chargeMaxW), from: past }]),
    ...(dischargeMaxW === null
      ? []
      : [{ what: 'Strongest help of an hour', value: kW(dischargeMaxW), from: past }]),
    ...(roundTrip === null
      ? []
      : [{ what: 'Comes out again', value: `${Math.round(roundTrip * 100)} %`, from: past }]),
  ];
}

const priceFigures = ({ buyPrice, sellPrice }: Omit<EnergySetup, 'figures'>): Figure[] =>
  (
    [
      ['Price of a kWh', buyPrice],
      ['Paid for a kWh fed in', sellPrice],
    ] as const
  ).flatMap(([what, price]) => {
    const value = price?.entity ?? price?.costStatistic ?? price?.perKWh;
    return value === null || value === undefined
      ? []
      : [{ what, value: String(value), from: page }];
  });

function pastWords(rows: readonly HourRow[] = []): string {
  const [first, last] = [rows[0], rows.at(-1)];
  if (!first || !last) return ', no past kept';
  const days = Math.max(1, Math.round((last.start + hourMs - first.start) / dayMs));
  return `, ${days} ${days === 1 ? 'day' : 'days'} of past`;
}
