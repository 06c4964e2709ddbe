/** What can be asked of the ways in which a home could run the same loads. */
import { z } from 'zod';
import { op } from './operation.ts';
import { scheduleAsked, scheduleChoice } from './types-choice.ts';

export const choiceOperations = {
  chooseSchedule: op(
    'POST',
    'homes/:home/energy/choice',
    scheduleAsked.extend({ home: z.string().max(200) }),
    scheduleChoice,
    'Ways to run these loads, or those of the plan that is followed, ranked with their money, and a choice: by a model where one may decide, else the cheapest. Switches nothing.',
  ),
} as const;
