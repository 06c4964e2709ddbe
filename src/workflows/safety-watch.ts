import { defineWorkflow } from '@tomte/sdk/define';
import { closeValve } from '@tomte/sdk/offer';
import { tellFinding, tellSettings } from '@tomte/sdk/tell-finding';
import { z } from 'zod';

/** Told at once and whatever is usual. No replacement for an alarm that is made for it. */
export default defineWorkflow({
  title: 'Smoke, gas, water on the floor, frost',
  text: 'Tells at once when a smoke, gas or leak sensor warns, or when a room nears frost. It is no fire alarm.',
  words: ['smoke fire gas carbon monoxide water on the floor frost freeze pipes safety'],
  triggers: [{ anomaly: { about: 'safety' } }],
  settings: z.strictObject(tellSettings),
  run: (ctx, settings) =>
    tellFinding(ctx, settings, {
      ...{ kind: 'safety', over: 'the warning ended', lasted: 'It lasted' },
      async action({ entities: [sensor] }) {
        const [warns] = sensor === undefined ? [] : await ctx.home.entities({ entity: sensor });
        return warns?.deviceClass === 'moisture' ? closeValve(ctx) : null;
      },
    }),
});
