/** What a home will use and its panels will make: forecasts with bands, one of each day kept and scored. */
import type { Forecast, Slot } from '@tomte/sdk/energy';
import { isError } from '@tomte/sdk/errors';
import { wallOf, whenOf } from '@tomte/sdk/wall-clock';
import { z } from 'zod';
import { baselineForecast } from '../../energy/forecast/baseline.ts';
import { loadForecast } from '../../energy/forecast/load.ts';
import { scoreOf } from '../../energy/forecast/score.ts';
import { solarForecast } from '../../energy/forecast/solar.ts';
import { dayMs, evenSlots, hourMs } from '../../energy/series.ts';
import { changesByHour } from '../../energy/setup/house.ts';
import { dayOf } from '../../energy/story/days.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import {
  foreseenSince,
  keepForecastDay,
  keepForeseen,
  listForecastDays,
  scoreForecastDay,
} from '../../store/energy.ts';
import type { Db } from '../../store/tables.ts';
import type { HomeLife } from '../home-life.ts';
import type { EnergyHome } from './meters.ts';
import { tariffHome } from './tariff-desk.ts';

export interface Forecasts {
  readonly from: number;
  readonly load: Forecast;
  readonly solar: Forecast;
  /** Whose word the sky is: a service for the panels, clouds of the weather, or the panels alone. */
  readonly sky: 'service' | 'clouds' | 'past';
  readonly scores: {
    readonly load: ForecastScore | null;
    readonly solar: ForecastScore | null;
  };
}

/** Over the days that were scored, newest 30. */
export interface ForecastScore {
  readonly days: number;
  readonly lossW: number;
  readonly baselineLossW: number;
}

export interface ForecastParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  /** Percent of clouds of the coming hours, by start; empty where the home has no such forecast. */
  readonly clouds: (home: string) => Promise<ReadonlyMap<number, number>>;
}

export const horizonMs = 48 * hourMs;
const pastMs = 45 * dayMs;
type Watts = Map<number, number>;

/** `leave`: devices whose use is planned apart and therefore no part of what the home uses anyway. */
export async function forecastsOf(
  parts: ForecastParts,
  life: Pick<HomeLife, 'home' | 'zone' | 'link'>,
  energy: EnergyHome,
  o: { leave?: readonly string[] } = {},
): Promise<Forecasts> {
  const now = Math.floor(parts.clock.now() / hourMs) * hourMs;
  const slots = evenSlots(now, now + horizonMs, hourMs);
  const series = seriesOf(energy, o.leave ?? []);
  const sky = await skyAhead(parts, life, energy, now);
  const common = { stepMs: hourMs, now, slots };
  const made = {
    from: now,
    load: loadForecast({ ...common, past: series.load, zone: life.zone }),
    solar: solarForecast({
      ...common,
      past: series.solar,
      foreseen: sky.foreseen,
      ...(sky.kind === 'clouds' ? { clouds: (t: number) => sky.clouds.get(t) ?? null } : {}),
    }),
    sky: sky.kind,
  };
  const all = energy.setup.meters.some(({ role }) => role === 'import' || role === 'home');
  if (all && (o.leave ?? []).length === 0) await keepAndScore(parts, life, { made, series, slots });
  return { ...made, scores: await scoresOf(parts.db, life.home) };
}

/** Mean W by start of the hour. */
function seriesOf({ house, clean, setup, judged }: EnergyHome, leave: readonly string[]) {
  const load: Watts = new Map([...house].map(([t, kWh]) => [t, Math.max(0, kWh) * 1000]));
  for (const id of leave) {
    for (const [t, kWh] of changesByHour(clean.get(id))) {
      const watts = load.get(t);
      if (watts !== undefined) load.set(t, Math.max(0, watts - kWh * 1000));
    }
  }
  const solar: Watts = new Map();
  for (const { role, statistic } of setup.meters) {
    if (role !== 'solar' || judged.blocked.has(statistic)) continue;
    for (const [t, kWh] of changesByHour(clean.get(statistic))) {
      solar.set(t, (solar.get(t) ?? 0) + Math.max(0, kWh) * 1000);
    }
  }
  return { load, solar };
}

async function skyAhead(
  parts: ForecastParts,
  life: Pick<HomeLife, 'home' | 'link' | 'zone'>,
  energy: EnergyHome,
  now: number,
): Promise<{ kind: Forecasts['sky']; foreseen: Watts; clouds: ReadonlyMap<number, number> }> {
  const coming = await solarService(parts, life, energy);
  const ahead: Watts = new Map([...coming].filter(([t]) => t >= now));
  await keepForeseen(parts.db, life.home, ahead);
  const none = new Map<number, number>();
  if (ahead.size > 0) {
    const foreseen = await foreseenSince(parts.db, life.home, now - pastMs);
    return { kind: 'service', foreseen, clouds: none };
  }
  const clouds = energy.setup.meters.some(({ role }) => role === 'solar')
    ? await parts.clouds(life.home)
    : none;
  return { kind: clouds.size > 0 ? 'clouds' : 'past', foreseen: none, clouds };
}

const wattHours = z.record(z.string(), z.number().nullable());
const answered = z.record(z.string(), z.object({ wh_hours: wattHours }));

/** By the energy page’s own forecast, all roofs together; where that is not set up, by `forecast_solar`. */
async function solarService(
  { log }: ForecastParts,
  life: Pick<HomeLife, 'home' | 'link' | 'zone'>,
  { setup }: EnergyHome,
): Promise<Watts> {
  const hasRoof = setup.meters.some(({ role }) => role === 'solar');
  try {
    if (setup.forecastEntries.length > 0) {
      const parsed = answered.safeParse(await life.link.call('energy/solar_forecast'));
      const rows = parsed.data ?? {};
      return hourly(setup.forecastEntries.map((entry) => rows[entry]?.wh_hours ?? {}));
    }
    return hasRoof ? hourly(await forecastSolar(life)) : new Map();
  } catch (error) {
    if (!isError(error)) throw error;
    const { code } = error;
    log.info({ home: life.home, code }, 'the sun was not foreseen; the panels’ own past is used');
    return new Map();
  }
}

/** Home Assistant’s own Forecast.Solar, where it is set up but not named on the energy page. */
async function forecastSolar(
  life: Pick<HomeLife, 'link' | 'zone'>,
): Promise<z.output<typeof wattHours>[]> {
  const home = tariffHome(life);
  const found: z.output<typeof wattHours>[] = [];
  for (const { id } of await home.entries('forecast_solar')) {
    const question = { config_entry: id, resolution: 'hourly' };
    const answer = await home.ask('forecast_solar.get_forecast', [], question);
    const parsed = wattHours.safeParse(answer.wh_period);
    if (parsed.success) found.push(parsed.data);
  }
  return found;
}

/** Wh of an hour are mean W; all roofs together. */
function hourly(roofs: readonly Readonly<Record<string, number | null>>[]): Watts {
  const found: Watts = new Map();
  for (const [time, wh] of roofs.flatMap((roof) => Object.entries(roof))) {
    const start = Math.floor(Date.parse(time) / hourMs) * hourMs;
    if (wh !== null && Number.isFinite(start)) found.set(start, (found.get(start) ?? 0) + wh);
  }
  return found;
}

/** The first forecast of a day stands; days that are over are scored by what came. */
async function keepAndScore(
  parts: ForecastParts,
  life: Pick<HomeLife, 'home' | 'zone'>,
  o: {
    made: { load: Forecast; solar: Forecast; from: number };
    series: { load: Watts; solar: Watts };
    slots: readonly Slot[];
  },
): Promise<void> {
  const { db, clock } = parts;
  const { home, zone } = life;
  const today = dayOf(o.made.from, zone);
  const kept = await listForecastDays(db, home, 20);
  const end = whenOf(wallOf(o.made.from, zone), 0, zone, 1);
  for (const series of ['load', 'solar'] as const) {
    const past = o.series[series];
    const isKept = kept.some((row) => row.series === series && row.day === today);
    if (!isKept && past.size > 0) {
      const slots = o.slots.filter((slot) => slot.end <= end);
      const baseline = baselineForecast({ past, stepMs: hourMs, now: o.made.from, slots });
      const made = o.made[series].filter((slot) => slot.end <= end);
      const at = new Date(clock.now());
      await keepForecastDay(db, { home, series, day: today }, { at, slots: made, baseline });
    }
    for (const row of kept) {
      if (row.series !== series || row.loss !== null || row.day >= today) continue;
      const score = scoreOf(row.slots as Forecast, past);
      if (score.loss === null) continue;
      await scoreForecastDay(
        db,
        { home, series, day: row.day },
        {
          ...{ loss: score.loss, hours: score.slots },
          baseline_loss: scoreOf(row.baseline as Forecast, past).loss,
        },
      );
    }
  }
}

async function scoresOf(db: Db, home: string): Promise<Forecasts['scores']> {
  const rows = await listForecastDays(db, home, 60);
  const of = (series: 'load' | 'solar'): ForecastScore | null => {
    const scored = rows.filter(
      (row) => row.series === series && row.loss !== null && row.baseline_loss !== null,
    );
    const sum = (pick: (row: (typeof rows)[number]) => number) =>
      scored.reduce((total, row) => total + pick(row), 0) / scored.length;
    return scored.length === 0
      ? null
      : {
          days: scored.length,
          lossW: sum(({ loss }) => loss!),
          baselineLossW: sum(({ baseline_loss }) => baseline_loss!),
        };
  };
  return { load: of('load'), solar: of('solar') };
}
