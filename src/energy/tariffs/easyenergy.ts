import { defineTariff } from '@tomte/sdk/tariff';
import { z } from 'zod';
import { entryOf, hasEntry, isoOf, readRates } from '../prices/read.ts';

export default defineTariff({
  title: 'easyEnergy',
  text: 'Dutch market prices for use and for what is fed in, by Home Assistant’s own easyEnergy.',
  settings: z.strictObject({
    entry: z.string().max(60).optional().describe('Entry to ask; empty takes the first'),
  }),
  fits: (home) => hasEntry(home, 'easyenergy'),
  async rates({ start, end }, { settings, home }) {
    const question = {
      config_entry: await entryOf(home, 'easyenergy', settings.entry),
      ...{ incl_vat: false, start: isoOf(start), end: isoOf(end) },
    };
    const fields = { start: 'timestamp', price: 'price' };
    const used = await home.ask('easyenergy.get_energy_usage_prices', [], question);
    const fedIn = await home.ask('easyenergy.get_energy_return_prices', [], question);
    return {
      buy: readRates(used.prices, 'easyEnergy', fields),
      sell: readRates(fedIn.prices, 'easyEnergy', fields),
      bare: true,
    };
  },
});
