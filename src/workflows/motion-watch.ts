import { defineWorkflow } from '@tomte/sdk/define';
import { tellFinding, tellSettings } from '@tomte/sdk/tell-finding';
import { z } from 'zod';

/** Somebody moves where nobody should be; robots, pets and late phones are learned and not told. */
export default defineWorkflow({
  title: 'Motion with nobody home',
  text: 'Tells when something moves while everybody is away, or at an hour when the home is always still.',
  words: ['motion movement while away burglar intruder someone in the house break alarm security'],
  triggers: [{ anomaly: { about: 'motion' } }],
  settings: z.strictObject(tellSettings),
  run: (ctx, settings) =>
    tellFinding(ctx, settings, { kind: 'motion', over: 'it is still', lasted: 'It moved for' }),
});
