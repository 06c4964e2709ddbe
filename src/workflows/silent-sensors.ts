import { defineWorkflow } from '@tomte/sdk/define';
import { tellFinding, tellSettings } from '@tomte/sdk/tell-finding';
import { z } from 'zod';

/** A sensor that says nothing guards nothing. One cause is told once, however many hang on it. */
export default defineWorkflow({
  title: 'Silent sensors',
  text: 'Tells when a sensor is lost, stands still or comes and goes; many with one cause are told once.',
  words: [
    'sensor silent offline lost unavailable dead no longer reports zigbee unreachable missing',
  ],
  triggers: [{ anomaly: { about: 'silence' } }],
  settings: z.strictObject(tellSettings),
  run: (ctx, settings) =>
    tellFinding(ctx, settings, {
      kind: 'silence',
      over: 'heard again',
      lasted: 'It was silent for',
    }),
});
