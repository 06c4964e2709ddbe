import { z } from 'zod';

/** The slider that every detector has. */
export const sooner = z
  .number()
  .int()
  .min(0)
  .max(6)
  .default(3)
  .describe('Tell me less often (0) or sooner (6)');

/** The sensors a detector looks after, where a person names them. */
export const chosenSensors = z
  .array(z.string().max(255))
  .max(200)
  .default([])
  .describe('Sensors to watch; leave empty to watch all that are found');

/** False alarms that one feature may cost in a home-month, at each stop of the slider. */
const budgets = [0.005, 0.01, 0.02, 0.04, 0.1, 0.25, 0.6];
export const budgetOf = (stop: number): number => budgets[stop]!;

/** How much more than usual counts at all, at each stop of the slider: 1 in the middle. */
const patience = [2, 1.5, 1.25, 1, 0.8, 0.65, 0.5];
export const patienceOf = (stop: number): number => patience[stop]!;
