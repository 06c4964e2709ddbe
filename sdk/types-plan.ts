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
      /** The plan before said the same begin. */
      kept: z.boolean().optional(),
      text: z.string(),
    }),
  ),
  /** Within which the cost lies in eight of ten cases. Absent, as what follows, in plans that an older version kept. */
  band: z.object({ low: z.number(), high: z.number() }).optional(),
  /** For what has a habit: when it begins, when it usually would have, and what that would have cost more. */
  instead: z
    .array(
      z.object({
        ...{ load: z.string(), startsAt: isoTime, usualAt: isoTime },
        saves: z.number(),
      }),
    )
    .optional(),
  /** Charge of the home battery in %, when the plan was made and at the end of each slot; null where it has none. */
  battery: z.object({ now: z.number(), percent: z.array(z.number()) }).nullish(),
  /** What the price of a month’s highest power changed, in W and money; null where it changed nothing. */
  peak: z
    .object({
      ...{ heldW: z.number(), freeW: z.number(), saves: z.number(), costsMore: z.number() },
      text: z.string(),
    })
    .nullish(),
  /** From here on prices are not told yet, but taken from a day before. */
  pricesAssumedFrom: isoTime.nullable(),
  /** Why the home battery is left out of the plan; null where it is in it, or there is none. */
  batteryLeftOut: z.string().nullable(),
});
export type EnergyPlan = z.infer<typeof energyPlan>;

/** What a person wants otherwise than the plan. */
export const pinKind = z.enum(['now', 'wait', 'leave', 'by', 'at']);

export const homePlan = z.object({
  home: z.string(),
  /** `none`: nothing asked for a plan yet. `stale`: the last one is not followed any more. */
  state: z.enum(['none', 'ready', 'stale']),
  sentence: z.string(),
  madeAt: isoTime.nullable(),
  /** Whether it is carried out: `watch` switches nothing. */
  mode: z.enum(['on', 'watch', 'off']),
  watchUntil: isoTime.nullable(),
  /** While it is only watched: what it would have switched, such as `Car on`, newest first. */
  wouldHave: z.array(z.object({ at: isoTime, what: z.string() })),
  /** What it costs, for the head of a page; null without a plan to follow. */
  figure: z
    .object({
      /** `Power until 19:00 costs about`. */
      head: z.string(),
      ...{ money: z.number(), currency: z.string() },
      low: z.number().nullable(),
      high: z.number().nullable(),
      /** `As you usually do it: 3.05 EUR.`, or all at once; null where that costs the same. */
      other: z.string().nullable(),
    })
    .nullable(),
  /** What is different from how you usually do it, or from doing it at once: at most three, the most first. */
  choices: z.array(z.object({ load: z.string(), text: z.string(), saves: z.number() })),
  /** Those in words. */
  lines: z.array(z.string()),
  /** What could not be held, what is assumed, why it stands still. */
  notes: z.array(z.string()),
  plan: energyPlan.nullable(),
  loads: z.array(
    z.object({
      name: z.string(),
      entity: z.string(),
      powerW: z.number(),
      minutes: z.number(),
      stand: z.enum([
        ...(['planned', 'kept', 'running', 'done', 'not_ready', 'not_needed'] as const),
        ...(['left_alone', 'waits', 'unknown'] as const),
      ]),
      isOn: z.boolean().nullable(),
      /** It runs now: its meter shows so, or it is on and has none. */
      draws: z.boolean(),
      doneMinutes: z.number(),
      /** Between which °C it is kept, and how warm it is, where it is known; null for what runs for a while. */
      keeps: z
        .object({ minC: z.number(), maxC: z.number(), nowC: z.number().nullable() })
        .nullable(),
      /** Between which times it is to run. */
      from: isoTime,
      by: isoTime,
      /** When the plan runs it. */
      pieces: z.array(z.object({ start: isoTime, end: isoTime })),
      text: z.string(),
      pin: z
        .object({
          kind: pinKind,
          at: isoTime.nullable(),
          until: isoTime.nullable(),
          /** `Your way until 06:00`. */
          text: z.string(),
        })
        .nullable(),
    }),
  ),
});
export type HomePlanPage = z.infer<typeof homePlan>;
export type PlannedLoadRow = HomePlanPage['loads'][number];
