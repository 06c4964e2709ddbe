/** What can be asked of the ways in which a home could run the same loads. */
import { z } from 'zod';
import { op } from './operation.ts';
import { scheduleChoice } from './types-choice.ts';
import { plannedLoad } from './types-plan.ts';

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time such as 22:00');

export const choiceOperations = {
  chooseSchedule: op(
    'POST',
    'homes/:home/energy/choice',
    z.strictObject({
      home: z.string().max(200),
      loads: z.array(plannedLoad).max(20).optional(),
      gridImportMaxW: z.number().min(0).max(1e6).optional(),
      /** What a person says of the day, in their words; told to a model as data. */
      wish: z.string().min(1).max(300).optional(),
      /** When the home sleeps; 22:00 to 06:00 when left out. */
      quiet: z.strictObject({ from: timeOfDay, to: timeOfDay }).optional(),
    }),
    scheduleChoice,
    'Ways to run these loads, ranked with their money, and a choice: by a model where one may decide, else the cheapest. Switches nothing.',
  ),
} as const;
