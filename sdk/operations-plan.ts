/** What can be asked of plans. */
import { z } from 'zod';
import { op } from './operation.ts';
import { energyPlan, homePlan, pinKind, plannedLoad } from './types-plan.ts';

const home = z.string().max(200);
const time = z.iso.datetime({ offset: true });

export const planOperations = {
  planEnergy: op(
    'POST',
    'homes/:home/energy/plan',
    z.strictObject({
      home,
      loads: z.array(plannedLoad).max(20).optional(),
      gridImportMaxW: z.number().min(0).max(1e6).optional(),
    }),
    energyPlan,
    'The cheapest two days with these loads, by the home’s own prices, forecasts and battery, and why. Switches nothing.',
  ),
  homePlan: op(
    'GET',
    'homes/:home/plan',
    z.strictObject({ home }),
    homePlan,
    'The plan that is followed: when what runs, why, and what you have your own way.',
  ),
  pinLoad: op(
    'PUT',
    'homes/:home/plan/loads/:load/pin',
    z.strictObject({
      home,
      load: z.string().max(80),
      /** Now, not before the end, as it is, done by a time, begun at a time; null gives it back to the plan. */
      pin: z
        .strictObject({
          kind: pinKind,
          /** Of `by` and `at`. */
          at: time.optional(),
          /** Null: for ever. Left out: as long as it makes sense. */
          until: time.nullable().optional(),
        })
        .nullable(),
    }),
    homePlan,
    'Have something your way, until it ends; or give it back.',
  ),
} as const;
