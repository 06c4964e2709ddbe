import { defineTariff } from '@tomte/sdk/tariff';
import { z } from 'zod';
import { jsonFrom, readRates } from '../prices/read.ts';

const addresses = { de: 'https://api.awattar.de', at: 'https://api.awattar.at' } as const;
const answered = z.object({ data: z.unknown() });

export default defineTariff({
  title: 'aWATTar',
  text: 'Bare day-ahead prices of Germany or Austria, asked of aWATTar directly; no account is needed.',
  settings: z.strictObject({
    country: z.enum(['de', 'at']).default('de').describe('Germany or Austria'),
    url: z
      .url({ protocol: /^https?$/ })
      .max(500)
      .optional()
      .describe('Another address that answers as aWATTar does; empty for its own'),
  }),
  async rates({ start, end }, { settings, fetch, signal }) {
    const url = new URL('/v1/marketdata', settings.url ?? addresses[settings.country]);
    url.searchParams.set('start', String(start));
    url.searchParams.set('end', String(end));
    const answer = await jsonFrom(await fetch(url.href, { signal }), 'aWATTar');
    const rows = answered.safeParse(answer).data?.data;
    // Euro per MWh.
    const fields = { start: 'start_timestamp', end: 'end_timestamp', price: 'marketprice' };
    return { buy: readRates(rows, 'aWATTar', { ...fields, factor: 0.001 }), bare: true };
  },
});
