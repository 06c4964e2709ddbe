/** What crosses the wire of plans. */
import { z } from 'zod';
import { isoTime } from './types-alert.ts';

const watts = z.number().min(0).max(100_000);

/** Something that can wait, as it is asked for. Times ISO 8601. */
export const plannedLoad = z.strictObject({
  id: z.string().min(1).max(80),
  powerW: watts,
  minutes: z.number().min(1).max(2_880),
  /** In one piece; true when left out. */
  contiguous: z.boolean().optional(),
  earliest: z.iso.datetime({ offset: true }).optional(),
  deadline: z.iso.datetime({ offset: true }).optional(),
  /** False: the home battery is not drained into it. */
  fromBattery: z.boolean().optional(),
});

const planSlot = z.object({
  start: isoTime,
  minutes: z.number(),
  batteryMode: z.enum(['self_consume', 'charge', 'discharge', 'hold']),
  batteryW: z.number(),
  gridW: z.number(),
  curtailW: z.number(),
  loads: z.record(z.string(), z.number()),
});

export const energyPlan = z.object({
  home: z.string(),
  asOf: isoTime,
  status: z.enum(['optimal', 'feasible', 'fallback']),
  currency: z.string(),
  /** Import less export, and wear; without what is left in the battery. */
  cost: z.number(),
  costDoNothing: z.number(),
  slots: z.array(planSlot),
  bent: z.array(
    z.object({
      limit: z.string(),
      slot: z.number(),
      byW: z.number().optional(),
      byMinutes: z.number().optional(),
      byDegrees: z.number().optional(),
      costPerUnit: z.number(),
    }),
  ),
  /** For each load: when, what now would cost more, and that in words. */
  reasons: z.array(
    z.object({
      load: z.string(),
      startsAt: isoTime.nullable(),
      nowCostsMore: z.number().nullable(),
      text: z.string(),
    }),
  ),
  /** From here on prices are not told yet, but taken from a day before. */
  pricesAssumedFrom: isoTime.nullable(),
  /** Why the home battery is left out of the plan; null where it is in it, or there is none. */
  batteryLeftOut: z.string().nullable(),
});
export type EnergyPlan = z.infer<typeof energyPlan>;
