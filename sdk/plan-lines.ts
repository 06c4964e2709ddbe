/** The lines of what can wait, as settings of a workflow hold them. */
import { z } from 'zod';
import { type PlanLoad, planLoadFault, planLoadPattern, readPlanLoad } from './plan-load.ts';

/** One line; what reads as one and cannot be is refused with the reason. */
export const planLine = z
  .string()
  .regex(planLoadPattern, 'such as Dishwasher switch.dishwasher 1200 W 90 min 20:00-07:00')
  .superRefine((line, { addIssue }) => {
    const fault = planLoadFault(line);
    if (fault !== null) addIssue({ code: 'custom', message: fault });
  });

export const planLoadsOf = (lines: readonly string[]): PlanLoad[] =>
  lines.flatMap((line) => readPlanLoad(line) ?? []);
