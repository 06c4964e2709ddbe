import { defineWorkflow } from '@tomte/sdk/define';
import { switchOff } from '@tomte/sdk/offer';
import { tellFinding, tellSettings } from '@tomte/sdk/tell-finding';
import { z } from 'zod';

/** Power that goes on when it usually does not: left on, short runs, a base load that rose. */
export default defineWorkflow({
  title: 'Watch the power',
  text: 'Tells when something was left on, starts far too often, or draws power all day that it did not before.',
  words: [
    'power electricity left on iron oven stove standby base load bill rise draws consumption appliance',
  ],
  triggers: [{ anomaly: { about: 'power' } }],
  settings: z.strictObject({
    ...tellSettings,
    switchOff: z
      .boolean()
      .default(true)
      .describe(
        'Alerts carry a button that switches off what was left on, where you allow its switch',
      ),
  }),
  run: (ctx, settings) =>
    tellFinding(ctx, settings, {
      ...{ kind: 'power', over: 'power is as usual', lasted: 'It lasted' },
      // A pump or a freezer that starts too often is not helped by being off, nor is the whole house.
      action: async (finding) =>
        settings.switchOff && finding.facts.numbers.rule === 'on' ? switchOff(ctx, finding) : null,
    }),
});
