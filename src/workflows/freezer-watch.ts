import { defineWorkflow } from '@tomte/sdk/define';
import { tellFinding, tellSettings } from '@tomte/sdk/tell-finding';
import { z } from 'zod';

/** A fridge or freezer that warms beyond its own habits; its defrosting is learned and not told. */
export default defineWorkflow({
  title: 'Watch fridge and freezer',
  text: 'Tells when a fridge or freezer warms beyond its usual saw-tooth, and when it is cold again.',
  words: ['freezer fridge gets warm too warm thaw defrost cold temperature food refrigerator'],
  triggers: [{ anomaly: { about: 'cold' } }],
  settings: z.strictObject(tellSettings),
  run: (ctx, settings) =>
    tellFinding(ctx, settings, {
      kind: 'cold',
      over: 'it is cold again',
      lasted: 'It was too warm for',
    }),
});
