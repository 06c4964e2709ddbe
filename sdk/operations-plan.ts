/** What can be asked of plans. */
import { z } from 'zod';
import { op } from './operation.ts';
import { energyPlan, plannedLoad } from './types-plan.ts';

export const planOperations = {
  planEnergy: op(
    'POST',
    'homes/:home/energy/plan',
    z.strictObject({
      home: z.string().max(200),
      loads: z.array(plannedLoad).max(20).optional(),
      gridImportMaxW: z.number().min(0).max(1e6).optional(),
    }),
    energyPlan,
    'The cheapest two days with these loads, by the home’s own prices, forecasts and battery, and why. Switches nothing.',
  ),
} as const;
