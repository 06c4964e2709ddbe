import { defineTariff } from '@tomte/sdk/tariff';
import { z } from 'zod';
import { datesOf, entryOf, hasEntry, readRates, tidy } from '../prices/read.ts';

export default defineTariff({
  title: 'Nord Pool',
  text: 'Bare day-ahead prices by Home Assistant’s own Nord Pool.',
  settings: z.strictObject({
    entry: z.string().max(60).optional().describe('Entry to ask; empty takes the first'),
    area: z
      .string()
      .regex(/^[A-Z]{2,3}[0-9]?$/, 'an area such as SE3')
      .optional()
      .describe('Area such as SE3 or NO1; empty takes the one that is set up'),
  }),
  fits: (home) => hasEntry(home, 'nordpool'),
  async rates(window, { settings, home, currency }) {
    const entry = await entryOf(home, 'nordpool', settings.entry);
    const buy = [];
    for (const date of datesOf(window, home.zone)) {
      const answer = await home.ask('nordpool.get_prices_for_date', [], {
        ...{ config_entry: entry, date, currency },
        ...(settings.area ? { areas: [settings.area] } : {}),
      });
      const [area] = settings.area ? [settings.area] : Object.keys(answer);
      // Unpublished days are an empty list, or no list at all.
      const rows = answer[area ?? ''] ?? [];
      const fields = { start: 'start', end: 'end', price: 'price', factor: 0.001 };
      buy.push(...readRates(rows, 'Nord Pool', fields));
    }
    return { buy: tidy(buy), bare: true };
  },
});
