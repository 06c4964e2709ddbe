import { defineWorkflow } from '@tomte/sdk/define';
import { closeValve } from '@tomte/sdk/offer';
import { tellFinding, tellSettings } from '@tomte/sdk/tell-finding';
import { z } from 'zod';

/** Water that runs when it usually does not: told at once, kept up to date, and closed when it is over. */
export default defineWorkflow({
  title: 'Watch the water',
  text: 'Tells when water runs longer or stronger than is usual at that hour, and when it is over.',
  words: ['water leak pipe burst toilet runs tap running shower cistern flood valve usage'],
  triggers: [{ anomaly: { about: 'water' } }],
  settings: z.strictObject({
    ...tellSettings,
    valve: z
      .string()
      .regex(/^(valve|switch)\.[a-z0-9_]+$/)
      .optional()
      .describe(
        'Valve of the house, if there is more than one: alerts carry a button that closes it, after your yes, once you allow it',
      ),
  }),
  wants: ({ valve }) => (valve === undefined ? [] : [valve]),
  run: (ctx, settings) =>
    tellFinding(ctx, settings, {
      ...{ kind: 'water', over: 'the water stopped', lasted: 'It ran for' },
      action: () => closeValve(ctx, settings.valve),
    }),
});
