import { defineTariff } from '@tomte/sdk/tariff';
import { z } from 'zod';
import { datesOf, hasEntry, readRates, tidy } from '../prices/read.ts';

export default defineTariff({
  title: 'OMIE',
  text: 'Bare day-ahead prices of Spain and Portugal by Home Assistant’s own OMIE.',
  settings: z.strictObject({
    country: z.enum(['es', 'pt']).default('es').describe('Spain or Portugal'),
  }),
  async fits(home) {
    if (!(await hasEntry(home, 'omie'))) return null;
    const isPortugal = /Lisbon|Madeira|Azores/.test(home.zone);
    return { country: isPortugal ? ('pt' as const) : ('es' as const) };
  },
  async rates(window, { settings, home }) {
    const { country } = settings;
    const buy = [];
    for (const date of datesOf(window, home.zone)) {
      const answer = await home.ask('omie.get_prices_for_date', [], { date, countries: [country] });
      const fields = { start: 'start', end: 'end', price: 'price' };
      buy.push(...readRates(answer[country] ?? [], 'OMIE', fields));
    }
    return { buy: tidy(buy), bare: true };
  },
});
