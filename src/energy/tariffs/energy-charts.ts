import { TomteError } from '@tomte/sdk/errors';
import { defineTariff } from '@tomte/sdk/tariff';
import { z } from 'zod';
import { datesOf, jsonFrom, readRates } from '../prices/read.ts';

const answered = z
  .object({
    unix_seconds: z.array(z.number()),
    price: z.array(z.number().nullable()),
    unit: z.string().regex(/MWh/),
  })
  .refine(({ unix_seconds, price }) => unix_seconds.length === price.length);

export default defineTariff({
  title: 'Energy-Charts',
  text: 'Bare day-ahead prices of European zones, asked of Fraunhofer’s Energy-Charts; no account is needed.',
  settings: z.strictObject({
    zone: z
      .string()
      .regex(/^[A-Z]{2}[A-Z0-9-]{0,12}$/, 'a zone such as DE-LU')
      .default('DE-LU')
      .describe('Price zone, such as DE-LU, AT, FR or NO2'),
    url: z
      .url({ protocol: /^https?$/ })
      .max(500)
      .default('https://api.energy-charts.info')
      .describe('Address of Energy-Charts, or of one that answers alike'),
  }),
  async rates(window, { settings, fetch, home, signal }) {
    const dates = datesOf(window, home.zone);
    const url = new URL('/price', settings.url);
    url.searchParams.set('bzn', settings.zone);
    url.searchParams.set('start', dates[0]!);
    url.searchParams.set('end', dates.at(-1)!);
    const parsed = answered.safeParse(await jsonFrom(await fetch(url.href, { signal }), title));
    if (!parsed.success) {
      throw new TomteError('energy.tariff_unreadable', `${title} answers in another form`);
    }
    const { unix_seconds: starts, price } = parsed.data;
    const rows = starts.map((start, n) => ({ start, price: price[n] }));
    const fields = { start: 'start', price: 'price', factor: 0.001 };
    return { buy: readRates(rows, title, fields), bare: true };
  },
});

const title = 'Energy-Charts';
