import { defineTariff } from '@tomte/sdk/tariff';
import { z } from 'zod';
import { entryOf, hasEntry, isoOf, readRates } from '../prices/read.ts';

export default defineTariff({
  title: 'EnergyZero',
  text: 'Dutch prices by Home Assistant’s own EnergyZero.',
  settings: z.strictObject({
    entry: z.string().max(60).optional().describe('Entry to ask; empty takes the first'),
    allIn: z
      .boolean()
      .default(true)
      .describe('With taxes and fees, as EnergyZero bills them; else the bare market price'),
  }),
  fits: (home) => hasEntry(home, 'energyzero'),
  async rates({ start, end }, { settings, home }) {
    const { prices } = await home.ask('energyzero.get_energy_prices', [], {
      config_entry: await entryOf(home, 'energyzero', settings.entry),
      ...{ start: isoOf(start), end: isoOf(end), incl_vat: settings.allIn },
      price_type: settings.allIn ? 'all_in' : 'market',
    });
    const fields = { start: 'timestamp', price: 'price' };
    return { buy: readRates(prices, 'EnergyZero', fields), bare: !settings.allIn };
  },
});
