import { defineWorkflow } from '@tomte/sdk/define';
import { tellFinding, tellSettings } from '@tomte/sdk/tell-finding';
import { z } from 'zod';

/** Any number of the home that a person cares for, whatever it measures. */
export default defineWorkflow({
  title: 'Any number you pick',
  text: 'Learns what is usual for the numbers you pick, and tells when one is far from it.',
  words: ['any number unusual strange co2 humidity pressure far from usual learn sensor odd'],
  triggers: [{ anomaly: { about: 'general' } }],
  settings: z.strictObject({
    numbers: z
      .array(z.string().regex(/^[a-z0-9_]+\.[a-z0-9_]+$/, 'an entity such as sensor.co2'))
      .max(50)
      .default([])
      .describe('Entities to watch, such as sensor.co2; those labelled tomte are watched anyway'),
    ...tellSettings,
  }),
  watches: ({ numbers }) => ({ general: numbers }),
  run: (ctx, settings) =>
    tellFinding(ctx, settings, { kind: 'general', over: 'it is as usual', lasted: 'It lasted' }),
});
