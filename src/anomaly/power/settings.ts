import { z } from 'zod';
import { chosenSensors, sooner } from '../sooner.ts';

export const powerSettings = z.strictObject({
  sooner,
  baseWatts: z
    .number()
    .min(5)
    .max(5000)
    .default(50)
    .describe('The base load of the house is told when it rises by at least this many watts'),
  leftOnWatts: z
    .number()
    .min(20)
    .max(20_000)
    .default(500)
    .describe('Use of the house that goes on without a break counts from this many watts'),
  leftOnMinutes: z
    .number()
    .min(10)
    .max(1440)
    .default(75)
    .describe('One thing may be on this many minutes whatever is usual'),
  sensors: chosenSensors,
});
export type PowerSettings = z.output<typeof powerSettings>;
