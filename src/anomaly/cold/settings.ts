import { z } from 'zod';
import { chosenSensors, sooner } from '../sooner.ts';

export const coldSettings = z.strictObject({
  sooner,
  freezerWarmest: z
    .number()
    .min(-40)
    .max(0)
    .default(-9)
    .describe('A freezer warmer than this is told now, in °C'),
  fridgeWarmest: z
    .number()
    .min(2)
    .max(20)
    .default(9)
    .describe('A fridge warmer than this for an hour is told whatever is usual, in °C'),
  sensors: chosenSensors,
});
export type ColdSettings = z.output<typeof coldSettings>;
