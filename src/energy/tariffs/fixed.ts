import { defineTariff } from '@tomte/sdk/tariff';
import { z } from 'zod';

export default defineTariff({
  title: 'One price',
  knownAhead: true,
  text: 'The same price at any time, as it stands on the bill.',
  settings: z.strictObject({
    perKWh: z
      .number()
      .min(0)
      .max(100)
      .describe('What a kWh costs, taxes and fees included, in the money of the home'),
    sellPerKWh: z
      .number()
      .min(0)
      .max(100)
      .optional()
      .describe('What is paid for a kWh fed in; empty where nothing is'),
  }),
  async rates({ start, end }, { settings }) {
    const whole = (value: number) => [{ start, end, value }];
    const { perKWh, sellPerKWh } = settings;
    return {
      buy: whole(perKWh),
      ...(sellPerKWh === undefined ? {} : { sell: whole(sellPerKWh) }),
      bare: false,
    };
  },
});
