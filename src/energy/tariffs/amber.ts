import { defineTariff } from '@tomte/sdk/tariff';
import { z } from 'zod';
import { entryOf, hasEntry, readRates } from '../prices/read.ts';

const channels = ['general', 'controlled_load'] as const;

export default defineTariff({
  title: 'Amber Electric',
  text: 'Australian prices and their forecast, for use and for what is fed in, by Home Assistant’s own Amber.',
  settings: z.strictObject({
    entry: z.string().max(60).optional().describe('Entry to ask; empty takes the first'),
    channel: z
      .enum(channels)
      .default('general')
      .describe('Whose price: all, or the controlled load'),
    sells: z.boolean().default(true).describe('Whether there is a channel for what is fed in'),
  }),
  fits: (home) => hasEntry(home, 'amberelectric'),
  async rates({ end }, { settings, home }) {
    const entry = await entryOf(home, 'amberelectric', settings.entry);
    const ask = async (channel: string) => {
      const question = { config_entry_id: entry, channel_type: channel };
      const { forecasts } = await home.ask('amberelectric.get_forecasts', [], question);
      const fields = { start: 'start_time', end: 'end_time', price: 'per_kwh' };
      return readRates(forecasts, 'Amber', fields).filter((rate) => rate.start < end);
    };
    // Home Assistant has turned the sign of what is fed in already: positive is earned.
    return {
      buy: await ask(settings.channel),
      ...(settings.sells ? { sell: await ask('feed_in') } : {}),
      bare: false,
    };
  },
});
