/** What crosses the wire of a choice among schedules. */
import { z } from 'zod';
import { isoTime } from './types-alert.ts';
import { clockWord } from './types-people.ts';
import { energyPlan, plannedLoad } from './types-plan.ts';

export const scheduleAsked = z.strictObject({
  /** Those of the plan that is followed when left out. */
  loads: z.array(plannedLoad).max(20).optional(),
  gridImportMaxW: z.number().min(0).max(1e6).optional(),
  /** What a person says of the day, in their words; told to a model as data. */
  wish: z.string().min(1).max(300).optional(),
  /** When the home sleeps; 22:00 to 06:00 when left out. */
  quiet: z.strictObject({ from: clockWord, to: clockWord }).optional(),
});
export type ScheduleAsked = z.infer<typeof scheduleAsked>;

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
      /** When each load begins. */
      starts: z.array(z.object({ load: z.string(), at: isoTime })),
    }),
  ),
  chosen: scheduleId,
  decidedBy: z.enum(['rule', 'model']),
  reason: z.string(),
  /** Of the chosen one. */
  slots: energyPlan.shape.slots,
});
export type ScheduleChoice = z.infer<typeof scheduleChoice>;
