import { defineTariff } from '@tomte/sdk/tariff';
import { z } from 'zod';
import { hasEntry, isoOf, readRates } from '../prices/read.ts';

export default defineTariff({
  title: 'Tibber',
  text: 'What you pay at Tibber, taxes and its fee included, by Home Assistant’s own Tibber.',
  settings: z.strictObject({
    home: z
      .string()
      .max(120)
      .optional()
      .describe('Name of the home at Tibber; empty takes the first'),
  }),
  fits: (home) => hasEntry(home, 'tibber'),
  async rates({ start, end }, { settings, home }) {
    const window = { start: isoOf(start), end: isoOf(end) };
    const { prices } = await home.ask('tibber.get_prices', [], window);
    const homes = (prices ?? {}) as Readonly<Record<string, unknown>>;
    const rows = settings.home ? homes[settings.home] : Object.values(homes)[0];
    const fields = { start: 'start_time', price: 'price' };
    return { buy: readRates(rows ?? [], 'Tibber', fields), bare: false };
  },
});
