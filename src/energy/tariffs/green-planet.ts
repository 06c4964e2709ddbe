import { defineTariff } from '@tomte/sdk/tariff';
import { z } from 'zod';
import { entryOf, hasEntry, readRates } from '../prices/read.ts';

/** It tells no more than a day ahead. */
const hoursMax = 24;

export default defineTariff({
  title: 'Green Planet Energy',
  text: 'Prices of the next 24 hours by Home Assistant’s own Green Planet Energy.',
  settings: z.strictObject({
    entry: z.string().max(60).optional().describe('Entry to ask; empty takes the first'),
  }),
  fits: (home) => hasEntry(home, 'green_planet_energy'),
  async rates(_window, { settings, home }) {
    const entry = await entryOf(home, 'green_planet_energy', settings.entry);
    const question = { config_entry_id: entry, hours: hoursMax };
    const { prices } = await home.ask('green_planet_energy.get_prices', [], question);
    const fields = { start: 'start', end: 'end', price: 'price' };
    return { buy: readRates(prices, 'Green Planet Energy', fields), bare: false };
  },
});
