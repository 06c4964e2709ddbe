import { defineConnector } from '@tomte/sdk/connector';
import { isError } from '@tomte/sdk/errors';
import { secret } from '@tomte/sdk/secret';
import { z } from 'zod';
import { homeForecast } from '../weather/home.ts';
import { openMeteoForecast } from '../weather/open-meteo.ts';
import { weatherFacts, weatherQuery } from '../weather/shape.ts';

const validMs = 30 * 60_000;

export default defineConnector({
  title: 'Weather',
  text: 'The forecast for your home, from Home Assistant; from Open-Meteo where that has none and you allow it.',
  settings: z.strictObject({
    entity: z
      .string()
      .regex(/^weather\.[a-z0-9_]+$/, 'expected such as weather.forecast_home')
      .optional()
      .describe('Weather entity to ask; empty takes the first with such a forecast'),
    openMeteo: z
      .boolean()
      .default(false)
      .describe(
        'Ask Open-Meteo when the home has no forecast; it learns your place to a kilometre',
      ),
    openMeteoUrl: z
      .url({ protocol: /^https?$/ })
      .max(500)
      .default('https://api.open-meteo.com')
      .describe('Address of Open-Meteo, or of one of your own'),
    openMeteoKey: secret({
      description: 'Key of a paid plan of Open-Meteo; free use needs none',
      hostOf: 'openMeteoUrl',
    }).optional(),
  }),
  query: weatherQuery,
  facts: weatherFacts,
  dailyMax: 300,

  async fetch({ settings, fetch, home, signal, now }, query) {
    const validUntil = now() + validMs;
    try {
      return { facts: await homeForecast(home, query, settings.entity), validUntil };
    } catch (error) {
      if (!settings.openMeteo || !isError(error)) throw error;
    }
    const { openMeteoUrl: base, openMeteoKey: apiKey } = settings;
    const facts = await openMeteoForecast(home, query, { base, apiKey, fetch, signal, now });
    return { facts, validUntil };
  },
});
