import { defineWorkflow } from '@tomte/sdk/define';
import { tellFinding, tellSettings } from '@tomte/sdk/tell-finding';
import { z } from 'zod';

/** A door or window that stays open much longer than it usually does. */
export default defineWorkflow({
  title: 'Door or window left open',
  text: 'Tells when a door or window stays open much longer than is usual for it, and when it is shut.',
  words: ['door window left open too long unusual forgot close garage'],
  triggers: [{ anomaly: { about: 'door' } }],
  settings: z.strictObject(tellSettings),
  run: (ctx, settings) =>
    tellFinding(ctx, settings, { kind: 'door', over: 'it was shut', lasted: 'It was open for' }),
});
