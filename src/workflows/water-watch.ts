import { defineWorkflow } from '@tomte/sdk/define';
import { tellFinding, tellSettings } from '@tomte/sdk/tell-finding';
import { z } from 'zod';

/** Water that runs when it usually does not: told at once, kept up to date, and closed when it is over. */
export default defineWorkflow({
  title: 'Watch the water',
  text: 'Tells when water runs longer or stronger than is usual at that hour, and when it is over.',
  triggers: [{ anomaly: { about: 'water' } }],
  settings: z.strictObject(tellSettings),
  run: (ctx, settings) =>
    tellFinding(ctx, settings, { kind: 'water', over: 'the water stopped', lasted: 'It ran for' }),
});
