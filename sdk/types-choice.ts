/** What crosses the wire of a choice among schedules. */
import { z } from 'zod';
import { isoTime } from './types-alert.ts';
import { energyPlan } from './types-plan.ts';

export const scheduleId = z.enum(['cheapest', 'quiet', 'today', 'reserve']);

export const scheduleChoice = z.object({
  home: z.string(),
  asOf: isoTime,
  currency: z.string(),
  /** Each feasible by itself, the cheapest first. */
  options: z.array(
    z.object({
      id: scheduleId,
      title: z.string(),
      text: z.string(),
      /** Import less export, and wear. */
      cost: z.number(),
      /** Than the cheapest, what is left in the battery counted. */
      more: z.number(),
    }),
  ),
  chosen: scheduleId,
  decidedBy: z.enum(['rule', 'model']),
  reason: z.string(),
  /** Of the chosen one. */
  slots: energyPlan.shape.slots,
});
export type ScheduleChoice = z.infer<typeof scheduleChoice>;
