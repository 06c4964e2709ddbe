/** What a planner sees of the coming half hours: the bench's own simple forecasts, Tomte's, or what then came. */
import type { Forecast, ForecastSlot } from '@tomte/sdk/energy';
import { weightedQuantiles } from '../../src/energy/forecast/analog.ts';
import { loadForecast } from '../../src/energy/forecast/load.ts';
import { solarForecast } from '../../src/energy/forecast/solar.ts';
import { evenSlots, meanOfBand } from '../../src/energy/series.ts';
import { type Row, stepMs } from './world.ts';

const daySteps = 48;
const bandDays = 14;
const zone = 'Europe/Paris';

export interface Seen {
  readonly price: number[];
  readonly loadW: number[];
  readonly solarW: number[];
  /** What may come besides, where the forecast says. */
  readonly bands?: Record<'baseLoadW' | 'solarW', Record<'low' | 'expected' | 'high', number[]>>;
}
export type Sight = (rows: readonly Row[], n: number, steps: number) => Seen;

/** Load by the mean of seven days and what the last half hour was off; sun as a service foresaw it. */
export const simple: Sight = (rows, n, steps) => ({
  price: knownPrices(rows, n, steps),
  loadW: simpleLoad(rows, n, steps),
  solarW: rows.slice(n, n + steps).map((row) => row.solarForecastW),
});

/** The same, and how far off they were at this time on the last fourteen days, without what they were off on the mean. */
export const simpleBand: Sight = (rows, n, steps) => {
  const seen = simple(rows, n, steps);
  const days = Array.from({ length: bandDays }, (_, day) => n - (day + 1) * daySteps);
  const past = days.filter((at) => at >= 0).map((at) => ({ at, ...simple(rows, at, daySteps) }));
  const around = (mean: readonly number[], of: 'loadW' | 'solarW') => {
    const bands = mean.map((watts, k) => {
      const off = past.flatMap((day) =>
        [-1, 0, 1].flatMap((side) => {
          const lead = (k % daySteps) + side;
          const came = day.at + lead < n ? rows[day.at + lead] : undefined;
          return came && day[of][lead] !== undefined
            ? [{ value: came[of] - day[of][lead], weight: 1 }]
            : [];
        }),
      );
      const [low = 0, expected = 0, high = 0] = weightedQuantiles(off, [0.1, 0.5, 0.9]) ?? [];
      const base = watts - meanOfBand({ low, expected, high });
      return of === 'solarW' && watts <= 0
        ? { low: 0, expected: 0, high: 0 }
        : { low: base + low, expected: base + expected, high: base + high };
    });
    return bandOf(bands);
  };
  return {
    ...seen,
    bands: { baseLoadW: around(seen.loadW, 'loadW'), solarW: around(seen.solarW, 'solarW') },
  };
};

export const perfect: Sight = (rows, n, steps) => {
  const ahead = rows.slice(n, n + steps);
  return {
    price: ahead.map((row) => row.price),
    loadW: ahead.map((row) => row.loadW),
    solarW: ahead.map((row) => row.solarW),
  };
};

/** As `src/energy/forecast` foresees it from the same past: the middle of the band or the mean of it, and the band. */
export function own(o: { mean: boolean; bands?: boolean }): Sight {
  let house: Record<'load' | 'solar' | 'foreseen', Map<number, number>> | null = null;
  return (rows, n, steps) => {
    house ??= {
      load: new Map(rows.map(({ t, loadW }) => [t, loadW])),
      solar: new Map(rows.map(({ t, solarW }) => [t, solarW])),
      foreseen: new Map(rows.map(({ t, solarForecastW }) => [t, solarForecastW])),
    };
    const { load, solar, foreseen } = house;
    const now = rows[n]!.t;
    const common = { stepMs, now, slots: evenSlots(now, now + steps * stepMs, stepMs) };
    const told = (forecast: Forecast) =>
      forecast.map((slot) => (o.mean ? meanOfBand(slot) : slot.expected));
    const loads = loadForecast({ ...common, past: load, zone });
    const sun = solarForecast({ ...common, past: solar, foreseen });
    return {
      price: knownPrices(rows, n, steps),
      loadW: told(loads),
      solarW: told(sun),
      ...(o.bands ? { bands: { baseLoadW: bandOf(loads), solarW: bandOf(sun) } } : {}),
    };
  };
}

const bandOf = (forecast: readonly Omit<ForecastSlot, 'start' | 'end'>[]) => ({
  low: forecast.map(({ low }) => low),
  expected: forecast.map(({ expected }) => expected),
  high: forecast.map(({ high }) => high),
});

/** To the end of today; from 12:00 UTC to the end of tomorrow; beyond, those of a day earlier. */
export function knownPrices(rows: readonly Row[], n: number, steps: number): number[] {
  const { t } = rows[n]!;
  const day = Math.floor(t / 86_400_000) * 86_400_000;
  const known = day + (new Date(t).getUTCHours() >= 12 ? 2 : 1) * 86_400_000;
  const found: number[] = [];
  for (let k = 0; k < steps; k++) {
    const row = rows[n + k];
    found.push(
      row && row.t < known ? row.price : (found[k - daySteps] ?? rows[n + k - daySteps]!.price),
    );
  }
  return found;
}

/** Mean of the same half hour of seven days, and what the last half hour was off, fading. */
function simpleLoad(rows: readonly Row[], n: number, steps: number): number[] {
  const mean = (k: number) => {
    let [sum, count] = [0, 0];
    for (let day = 1; day <= 7; day++) {
      const at = n + (k % daySteps) - day * daySteps;
      if (at < n && rows[at]) [sum, count] = [sum + rows[at].loadW, count + 1];
    }
    return count > 0 ? sum / count : 400;
  };
  const off = rows[n - 1] ? rows[n - 1]!.loadW - mean(-1 + daySteps) : 0;
  return Array.from({ length: steps }, (_, k) => Math.max(0, mean(k) + off * 0.6 ** (k + 1)));
}
