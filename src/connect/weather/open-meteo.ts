/** The forecast of Open-Meteo (https://open-meteo.com/en/docs), which knows every place and asks for no account. */
import type { AskedHome } from '@tomte/sdk/connector';
import { TomteError } from '@tomte/sdk/errors';
import { z } from 'zod';
import { jsonOf } from '../answer.ts';
import type { ForecastRow, WeatherFacts, WeatherQuery } from './shape.ts';

const hourly = {
  temperature_2m: '°C',
  precipitation: 'mm',
  precipitation_probability: '%',
  weather_code: 'wmo code',
  wind_speed_10m: 'km/h',
  cloud_cover: '%',
  shortwave_radiation: 'W/m²',
  is_day: '',
} as const;
const daily = {
  temperature_2m_max: '°C',
  temperature_2m_min: '°C',
  precipitation_sum: 'mm',
  precipitation_probability_max: '%',
  weather_code: 'wmo code',
  wind_speed_10m_max: 'km/h',
} as const;

/** Columns of equal length; a value is null where the model does not reach. */
const columns = z.record(z.string(), z.array(z.number().nullable()));
const units = z.record(z.string(), z.string());
const answered = z.object({
  hourly: columns.optional(),
  hourly_units: units.optional(),
  daily: columns.optional(),
  daily_units: units.optional(),
});

export interface OpenMeteoOptions {
  readonly base: string;
  /** Of a paid plan: it has its own address. */
  readonly apiKey: string | undefined;
  readonly fetch: typeof fetch;
  readonly signal: AbortSignal;
  readonly now: () => number;
}

const hourMs = 3_600_000;

export async function openMeteoForecast(
  home: Pick<AskedHome, 'place' | 'zone'>,
  { kind }: WeatherQuery,
  o: OpenMeteoOptions,
): Promise<WeatherFacts> {
  const response = await o.fetch(requestUrl(home, kind, o), { signal: o.signal });
  const parsed = answered.safeParse(await jsonOf(response, 'Open-Meteo'));
  const table = parsed.data?.[kind];
  const said = parsed.data?.[`${kind}_units`];
  const wanted: Readonly<Record<string, string>> = kind === 'hourly' ? hourly : daily;
  const odd = Object.entries(wanted).find(([name, unit]) => {
    const column = table?.[name];
    return column?.length !== table?.time?.length || said?.[name] !== unit;
  });
  if (!table?.time || odd || said?.time !== 'unixtime') {
    const what = odd ? `${odd[0]} in ${odd[1] || 'numbers'}` : 'times';
    throw new TomteError('connect.answer_invalid', `Open-Meteo does not answer with ${what}`);
  }
  const value = (name: string, at: number): number | null => table[name]?.[at] ?? null;
  const row = kind === 'hourly' ? hourOf : dayOf;
  const forecast = table.time.map((seconds, at) => ({
    at: new Date((seconds ?? 0) * 1000).toISOString(),
    ...row((name) => value(name, at)),
  }));
  // Hours begin at midnight in Greenwich; those that are over are no forecast.
  const begins = kind === 'hourly' ? o.now() - hourMs : Number.NEGATIVE_INFINITY;
  const ahead = forecast.filter(({ at }) => Date.parse(at) > begins);
  return { source: 'open-meteo', entity: null, kind, forecast: ahead };
}

/** The place to two decimals, about a kilometre: nobody's door. */
function requestUrl(
  { place, zone }: Pick<AskedHome, 'place' | 'zone'>,
  kind: WeatherQuery['kind'],
  { base, apiKey }: OpenMeteoOptions,
): string {
  if (place === null) {
    throw new TomteError('connect.source_refused', 'The home does not say where it is');
  }
  const url = new URL('v1/forecast', base.endsWith('/') ? base : `${base}/`);
  const query = {
    latitude: place.latitude.toFixed(2),
    longitude: place.longitude.toFixed(2),
    [kind]: Object.keys(kind === 'hourly' ? hourly : daily).join(','),
    timeformat: 'unixtime',
    // Days begin at midnight of the home.
    timezone: kind === 'hourly' ? 'GMT' : zone,
    forecast_days: kind === 'hourly' ? '3' : '7',
    ...(apiKey ? { apikey: apiKey } : {}),
  };
  for (const [name, text] of Object.entries(query)) url.searchParams.set(name, text);
  return url.href;
}

type Values = (name: string) => number | null;
type RowWithoutTime = Omit<ForecastRow, 'at'>;

const hourOf = (value: Values): RowWithoutTime => ({
  condition: conditionOf(value('weather_code'), value('is_day') === 0),
  temperatureC: value('temperature_2m'),
  temperatureLowC: null,
  precipitationMm: value('precipitation'),
  precipitationPercent: value('precipitation_probability'),
  windKmh: value('wind_speed_10m'),
  cloudPercent: value('cloud_cover'),
  solarWm2: value('shortwave_radiation'),
});

const dayOf = (value: Values): RowWithoutTime => ({
  condition: conditionOf(value('weather_code'), false),
  temperatureC: value('temperature_2m_max'),
  temperatureLowC: value('temperature_2m_min'),
  precipitationMm: value('precipitation_sum'),
  precipitationPercent: value('precipitation_probability_max'),
  windKmh: value('wind_speed_10m_max'),
  cloudPercent: null,
  solarWm2: null,
});

/** Code of the World Meteorological Organization (table 4677, as far as Open-Meteo uses it) in Home Assistant's words. */
function conditionOf(code: number | null, isNight: boolean): string | null {
  if (code === null) return null;
  if (code <= 1) return isNight ? 'clear-night' : 'sunny';
  if (code === 2) return 'partlycloudy';
  if (code === 3) return 'cloudy';
  if (code === 45 || code === 48) return 'fog';
  if ([56, 57, 66, 67].includes(code)) return 'snowy-rainy';
  if ((code >= 71 && code <= 77) || code === 85 || code === 86) return 'snowy';
  if (code === 65 || code === 82) return 'pouring';
  if ((code >= 51 && code <= 67) || code === 80 || code === 81) return 'rainy';
  if (code === 95) return 'lightning-rainy';
  if (code === 96 || code === 99) return 'hail';
  return 'exceptional';
}
