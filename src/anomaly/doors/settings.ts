import { z } from 'zod';
import { chosenSensors, sooner } from '../sooner.ts';

export const doorSettings = z.strictObject({
  sooner,
  doorMinutes: z
    .number()
    .min(1)
    .max(1440)
    .default(10)
    .describe('A door may stand open this many minutes whatever is usual'),
  windowMinutes: z
    .number()
    .min(1)
    .max(2880)
    .default(240)
    .describe('A window may stand open this many minutes whatever is usual'),
  sensors: chosenSensors,
});
export type DoorSettings = z.output<typeof doorSettings>;
