/** One form of a forecast, wherever it comes from: metric, times in UTC, Home Assistant's words for the sky. */
import { z } from 'zod';

export const weatherQuery = z.strictObject({
  kind: z.enum(['hourly', 'daily']).default('hourly').describe('Hour by hour, or day by day'),
});
export type WeatherQuery = z.output<typeof weatherQuery>;

const amount = z.number().nullable();

export const forecastRow = z.object({
  /** Start of the hour, or of the day in the home: ISO 8601 UTC. */
  at: z.string(),
  /** Such as `sunny`, `rainy`, `clear-night`. */
  condition: z.string().nullable(),
  /** Of a day the highest. */
  temperatureC: amount,
  /** Lowest of a day. */
  temperatureLowC: amount,
  precipitationMm: amount,
  precipitationPercent: amount,
  windKmh: amount,
  cloudPercent: amount,
  /** Sun on a level square metre, mean of the hour; days have none. */
  solarWm2: amount,
});
export type ForecastRow = z.output<typeof forecastRow>;

export const weatherFacts = z.object({
  /** `home`, or the service. */
  source: z.enum(['home', 'open-meteo']),
  /** The weather entity, where it is the home's. */
  entity: z.string().nullable(),
  kind: z.enum(['hourly', 'daily']),
  forecast: z.array(forecastRow),
});
export type WeatherFacts = z.output<typeof weatherFacts>;
