/** What `energy/get_prefs` answers, read into one shape: the grid's newer flat form and the older list of flows. */
import { z } from 'zod';

const id = z.string().min(1).max(255);
const maybe = id.nullish().transform((value) => value ?? null);
const number = z
  .number()
  .nullish()
  .transform((value) => value ?? null);

/** Money for energy as the energy page knows it: a statistic that counts it, a price entity, or a fixed number. */
export interface PriceSource {
  readonly costStatistic: string | null;
  readonly entity: string | null;
  readonly perKWh: number | null;
}

export interface GridFlow {
  readonly statistic: string;
  readonly price: PriceSource;
}

export interface Prefs {
  readonly imports: readonly GridFlow[];
  readonly exports: readonly GridFlow[];
  /** Power of the grid connection, positive when importing. */
  readonly gridRates: readonly string[];
  readonly solar: readonly {
    readonly statistic: string;
    readonly rate: string | null;
    readonly forecastEntries: readonly string[];
  }[];
  readonly batteries: readonly {
    readonly discharge: string;
    readonly charge: string;
    /** Positive when discharging. */
    readonly rate: string | null;
    readonly soc: string | null;
    readonly capacityKWh: number | null;
  }[];
  readonly gas: readonly GridFlow[];
  readonly water: readonly GridFlow[];
  /** Meter of all that the home uses. */
  readonly homes: readonly string[];
  readonly devices: readonly {
    readonly statistic: string;
    readonly rate: string | null;
    readonly name: string | null;
    readonly includedIn: string | null;
  }[];
  /** What could not be read: a source of a kind not known here, such as `hydrogen`, or a `device`. */
  readonly unknown: readonly string[];
}

const bought = {
  stat_cost: maybe,
  entity_energy_price: maybe,
  number_energy_price: number,
};
const sold = {
  stat_compensation: maybe,
  entity_energy_price: maybe,
  entity_energy_price_export: maybe,
  number_energy_price: number,
  number_energy_price_export: number,
};
const rateOnly = z.object({ stat_rate: maybe });

const flatGrid = z.object({
  ...bought,
  ...sold,
  stat_energy_from: maybe,
  stat_energy_to: maybe,
  stat_rate: maybe,
});
const oldGrid = z.object({
  flow_from: z.array(z.object({ stat_energy_from: id, ...bought })).default([]),
  flow_to: z.array(z.object({ stat_energy_to: id, ...sold })).default([]),
  power: z.array(rateOnly).nullish(),
});
const solar = z.object({
  stat_energy_from: id,
  stat_rate: maybe,
  config_entry_solar_forecast: z.array(z.string()).nullish(),
});
const battery = z.object({
  stat_energy_from: id,
  stat_energy_to: id,
  stat_rate: maybe,
  stat_soc: maybe,
  capacity: number,
});
const counted = z.object({ stat_energy_from: id, ...bought });
const device = z.object({
  stat_consumption: id,
  stat_rate: maybe,
  name: maybe,
  included_in_stat: maybe,
});
const answered = z.object({
  energy_sources: z.array(z.looseObject({ type: z.string() })).default([]),
  device_consumption: z.array(z.unknown()).default([]),
});

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer I)[] ? I[] : T[K] };

/** Null where it is not such an answer at all; a single source that cannot be read is named in `unknown`. */
export function readPrefs(answer: unknown): Prefs | null {
  const parsed = answered.safeParse(answer);
  if (!parsed.success) return null;
  const prefs: Mutable<Prefs> = {
    imports: [],
    exports: [],
    gridRates: [],
    solar: [],
    batteries: [],
    gas: [],
    water: [],
    homes: [],
    devices: [],
    unknown: [],
  };
  for (const row of parsed.data.device_consumption) {
    if (!deviceInto(prefs.devices, row)) prefs.unknown.push('device');
  }
  for (const source of parsed.data.energy_sources) {
    const read = Object.hasOwn(readers, source.type) ? readers[source.type] : undefined;
    if (!read?.(source, prefs)) prefs.unknown.push(source.type);
  }
  return prefs;
}

/** Each adds what it reads; false where it cannot. */
const readers: Readonly<Record<string, (source: object, prefs: Mutable<Prefs>) => boolean>> = {
  grid: (source, prefs) => ('flow_from' in source ? oldFlows : flatFlows)(source, prefs),
  solar(source, prefs) {
    const { success, data } = solar.safeParse(source);
    if (!success) return false;
    prefs.solar.push({
      statistic: data.stat_energy_from,
      rate: data.stat_rate,
      forecastEntries: data.config_entry_solar_forecast ?? [],
    });
    return true;
  },
  battery(source, prefs) {
    const { success, data } = battery.safeParse(source);
    if (!success) return false;
    prefs.batteries.push({
      discharge: data.stat_energy_from,
      charge: data.stat_energy_to,
      rate: data.stat_rate,
      soc: data.stat_soc,
      capacityKWh: data.capacity,
    });
    return true;
  },
  gas: (source, prefs) => flowInto(prefs.gas, source),
  water: (source, prefs) => flowInto(prefs.water, source),
  home(source, prefs) {
    const { success, data } = z.object({ stat_energy_to: id }).safeParse(source);
    if (success) prefs.homes.push(data.stat_energy_to);
    return success;
  },
};

function flatFlows(source: object, prefs: Mutable<Prefs>): boolean {
  const { success, data } = flatGrid.safeParse(source);
  if (!success) return false;
  if (data.stat_energy_from) {
    prefs.imports.push({ statistic: data.stat_energy_from, price: buying(data) });
  }
  if (data.stat_energy_to) {
    const price = {
      costStatistic: data.stat_compensation,
      entity: data.entity_energy_price_export,
      perKWh: data.number_energy_price_export,
    };
    prefs.exports.push({ statistic: data.stat_energy_to, price });
  }
  if (data.stat_rate) prefs.gridRates.push(data.stat_rate);
  return true;
}

function oldFlows(source: object, prefs: Mutable<Prefs>): boolean {
  const { success, data } = oldGrid.safeParse(source);
  if (!success) return false;
  for (const flow of data.flow_from) {
    prefs.imports.push({ statistic: flow.stat_energy_from, price: buying(flow) });
  }
  for (const flow of data.flow_to) {
    // Here the fields of a flow out are named like those of a flow in.
    const price = {
      costStatistic: flow.stat_compensation,
      entity: flow.entity_energy_price,
      perKWh: flow.number_energy_price,
    };
    prefs.exports.push({ statistic: flow.stat_energy_to, price });
  }
  for (const { stat_rate } of data.power ?? []) if (stat_rate) prefs.gridRates.push(stat_rate);
  return true;
}

function flowInto(flows: GridFlow[], source: object): boolean {
  const { success, data } = counted.safeParse(source);
  if (success) flows.push({ statistic: data.stat_energy_from, price: buying(data) });
  return success;
}

function deviceInto(devices: Mutable<Prefs>['devices'], row: unknown): boolean {
  const { success, data } = device.safeParse(row);
  if (success) {
    devices.push({
      statistic: data.stat_consumption,
      rate: data.stat_rate,
      name: data.name,
      includedIn: data.included_in_stat,
    });
  }
  return success;
}

const buying = (row: {
  stat_cost: string | null;
  entity_energy_price: string | null;
  number_energy_price: number | null;
}): PriceSource => ({
  costStatistic: row.stat_cost,
  entity: row.entity_energy_price,
  perKWh: row.number_energy_price,
});
