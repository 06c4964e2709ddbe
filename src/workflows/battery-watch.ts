import { defineWorkflow } from '@tomte/sdk/define';
import { tellFinding, tellSettings } from '@tomte/sdk/tell-finding';
import { z } from 'zod';

/** Batteries before the sensor falls silent. */
export default defineWorkflow({
  title: 'Watch the batteries',
  text: 'Tells when a battery falls faster than it ever did, or is nearly empty.',
  words: ['battery batteries low empty nearly flat replace change'],
  triggers: [{ anomaly: { about: 'battery' } }],
  settings: z.strictObject(tellSettings),
  run: (ctx, settings) =>
    tellFinding(ctx, settings, { kind: 'battery', over: 'it has power', lasted: 'It was low for' }),
});
