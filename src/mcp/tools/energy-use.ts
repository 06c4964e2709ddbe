import { z } from 'zod';
import { homeField, oneHome } from '../one-home.ts';
import { tool } from '../tool.ts';

export default tool({
  name: 'energy_use',
  title: 'Use against before',
  about:
    'What the home used against the same number of days before: grid, sun, gas, water, cost, each device, the nightly base, week by week. Begin here for “why did my bill rise”.',
  input: z.strictObject({ home: homeField, days: z.number().int().min(1).max(180).default(30) }),
  async run({ home, days }, context) {
    const { id } = await oneHome(context, home);
    return context.tomte.energyUse({ home: id, days });
  },
});
