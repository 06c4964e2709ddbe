/** Test kit of this room: a month of a made-up home, hour by hour, and its sensors as the linter sees them. */
import type { HourRow } from '@tomte/sdk/home';
import { seeded } from '../sim/random.ts';
import type { LintOptions } from './lint/lint.ts';
import type { Sensor } from './lint/sensor.ts';
import { dayMs, hourMs } from './series.ts';
import type { Role } from './setup/setup.ts';

export const zone = 'Europe/Berlin';
/** 1 November 2026, 00:00 in Berlin. */
export const from = Date.UTC(2026, 9, 31, 23);
export const days = 30;
export const now = from + days * dayMs;

export const row = (start: number, fields: Partial<HourRow>): HourRow => ({
  ...{ start, mean: null, min: null, max: null, change: null },
  ...fields,
});

export type Made = Readonly<Record<string, readonly number[]>>;

/** kWh of each hour, by meter: what the home uses, its sun, its heat pump with a circulation pump in it, its car. */
export function madeHome(seed = 7): Made {
  const random = seeded(seed);
  const hours = Array.from({ length: days * 24 }, (_, n) => n);
  const sun = hours.map((n) => {
    const height = Math.sin((((n % 24) - 7.5) / 9) * Math.PI);
    return n % 24 >= 8 && n % 24 <= 16 ? round(Math.max(0, height) * (0.4 + 1.6 * random())) : 0;
  });
  const pump = hours.map((n) => (Math.floor(n / 3) % 3 === 0 ? round(0.15 + 0.2 * random()) : 0));
  const heat = hours.map((n) => round(0.3 + 0.5 * random() + pump[n]!));
  const car = hours.map((n) =>
    n % 24 < 4 && Math.floor(n / 24) % 2 === 0 ? round(3 + 2 * random()) : 0,
  );
  const rest = hours.map((n) => round(0.2 + (n % 24 > 16 ? 0.8 : 0.2) * random()));
  const used = hours.map((n) => heat[n]! + car[n]! + rest[n]!);
  return {
    import: used.map((kWh, n) => Math.max(0, kWh - sun[n]!)),
    export: used.map((kWh, n) => Math.max(0, sun[n]! - kWh)),
    ...{ solar: sun, heat, pump, car, used },
  };
}

const round = (kWh: number): number => Math.round(kWh * 1000) / 1000;

export const meterRows = (kWh: readonly (number | null)[]): HourRow[] =>
  kWh.map((change, n) => row(from + n * hourMs, { change }));

export const powerRows = (kWh: readonly number[]): HourRow[] =>
  kWh.map((value, n) => {
    const mean = value * 1000;
    return row(from + n * hourMs, { mean, min: mean * 0.9, max: mean * 1.1 });
  });

export function sensor(
  statistic: string,
  role: Role,
  hours: readonly HourRow[],
  o: Partial<Sensor> = {},
): Sensor {
  const isPower = role === 'power';
  return {
    ...{ statistic, role, hours, name: statistic, of: null, value: 1 },
    unit: isPower ? 'W' : 'kWh',
    deviceClass: isPower ? 'power' : 'energy',
    stateClass: isPower ? 'measurement' : 'total_increasing',
    ...{ exists: true, hasStatistics: true, isRecorded: true },
    ...o,
  };
}

/** The whole home with nothing wrong in it. */
export function soundSensors(home: Made = madeHome()): Sensor[] {
  return [
    sensor('grid_in', 'import', meterRows(home.import!)),
    sensor('grid_out', 'export', meterRows(home.export!)),
    sensor('roof', 'solar', meterRows(home.solar!)),
    sensor('roof_power', 'power', powerRows(home.solar!), { of: 'roof' }),
    sensor('heat', 'device', meterRows(home.heat!)),
    sensor('pump', 'device', meterRows(home.pump!), { of: 'heat' }),
    sensor('car', 'device', meterRows(home.car!)),
    sensor('car_power', 'power', powerRows(home.car!), { of: 'car' }),
  ];
}

/** Sun between 7 and 18 o'clock UTC at the most. */
export const isNight = (t: number): boolean => {
  const hour = new Date(t).getUTCHours();
  return hour < 5 || hour >= 18;
};

export function lintInput(sensors: readonly Sensor[], home: Made = madeHome()): LintOptions {
  const house = new Map(home.used!.map((kWh, n) => [from + n * hourMs, kWh]));
  return { sensors, houseOf: () => house, isNight, now, zone };
}
