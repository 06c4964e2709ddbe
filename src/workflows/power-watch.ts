import { defineWorkflow } from '@tomte/sdk/define';
import { tellFinding, tellSettings } from '@tomte/sdk/tell-finding';
import { z } from 'zod';

/** Power that goes on when it usually does not: left on, short runs, a base load that rose. */
export default defineWorkflow({
  title: 'Watch the power',
  text: 'Tells when something was left on, starts far too often, or draws power all day that it did not before.',
  triggers: [{ anomaly: { about: 'power' } }],
  settings: z.strictObject(tellSettings),
  run: (ctx, settings) =>
    tellFinding(ctx, settings, { kind: 'power', over: 'power is as usual', lasted: 'It lasted' }),
});
