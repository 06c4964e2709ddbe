/** The forecast that Home Assistant has, by `weather.get_forecasts`. */
import type { AskedHome } from '@tomte/sdk/connector';
import { TomteError } from '@tomte/sdk/errors';
import type { EntityState } from '@tomte/sdk/home';
import { z } from 'zod';
import type { ForecastRow, WeatherFacts, WeatherQuery } from './shape.ts';

/** Bits of `supported_features`. */
const feature = { daily: 1, hourly: 2 } as const;

const amount = z.number().nullish();
const answered = z.object({
  forecast: z.array(
    z.object({
      datetime: z.iso.datetime({ offset: true }),
      condition: z.string().nullish(),
      temperature: amount,
      templow: amount,
      precipitation: amount,
      precipitation_probability: amount,
      wind_speed: amount,
      cloud_coverage: amount,
    }),
  ),
});

/** Throws connect.source_refused where the home has no such forecast. */
export async function homeForecast(
  home: AskedHome,
  { kind }: WeatherQuery,
  chosen: string | undefined,
): Promise<WeatherFacts> {
  const entity = home
    .states('weather')
    .find((state) => (chosen ? state.entityId === chosen : has(state, kind)));
  if (!entity || !has(entity, kind)) {
    const who = chosen ?? 'The home';
    throw new TomteError('connect.source_refused', `${who} has no ${kind} forecast`);
  }
  const id = entity.entityId;
  const response = await home.ask('weather.get_forecasts', [id], { type: kind });
  const parsed = answered.safeParse(response[id]);
  if (!parsed.success || parsed.data.forecast.length === 0) {
    throw new TomteError('connect.answer_invalid', `${id} gives no forecast that can be read`);
  }
  const inMetric = metric(entity);
  return { source: 'home', entity: id, kind, forecast: parsed.data.forecast.map(inMetric) };
}

const has = (state: EntityState, kind: WeatherQuery['kind']): boolean =>
  (Number(state.attributes.supported_features) & feature[kind]) !== 0;

const toCelsius = (unit: unknown, value: number): number =>
  unit === '°F' ? (value - 32) / 1.8 : unit === 'K' ? value - 273.15 : value;
const kmhPer: Readonly<Record<string, number>> = {
  'km/h': 1,
  'm/s': 3.6,
  mph: 1.609344,
  kn: 1.852,
  'ft/s': 1.09728,
};

/** In the units the entity says it has; a unit that is not known leaves the number out. */
function metric({ attributes: a }: EntityState) {
  const round = (value: number): number => Math.round(value * 100) / 100;
  const degrees = (value: number | null | undefined) =>
    typeof value === 'number' ? round(toCelsius(a.temperature_unit, value)) : null;
  const times = (value: number | null | undefined, factor: number | undefined) =>
    typeof value === 'number' && factor !== undefined ? round(value * factor) : null;
  const rain = { mm: 1, cm: 10, in: 25.4 }[String(a.precipitation_unit)];
  return (row: z.output<typeof answered>['forecast'][number]): ForecastRow => ({
    at: new Date(row.datetime).toISOString(),
    condition: row.condition ?? null,
    temperatureC: degrees(row.temperature),
    temperatureLowC: degrees(row.templow),
    precipitationMm: times(row.precipitation, rain),
    precipitationPercent: row.precipitation_probability ?? null,
    windKmh: times(row.wind_speed, kmhPer[String(a.wind_speed_unit)]),
    cloudPercent: row.cloud_coverage ?? null,
    solarWm2: null,
  });
}
