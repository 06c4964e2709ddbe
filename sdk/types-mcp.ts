/** What programs that help people ask for besides what screens ask: the past in summary, and changes for a person's yes. */
import { z } from 'zod';
import { workflowMode } from './types.ts';
import { isoTime } from './types-alert.ts';

const share = z.object({
  state: z.string(),
  minutes: z.number(),
  times: z.number(),
});

/** The past of one entity, small enough to be read at once. */
export const historySummary = z.object({
  entity: z.string(),
  name: z.string(),
  unit: z.string().nullable(),
  /** `hours` from long-term statistics, `states` from single states, `none` where nothing is kept. */
  from: z.enum(['hours', 'states', 'none']),
  now: z.string().nullable(),
  min: z.number().nullable(),
  max: z.number().nullable(),
  mean: z.number().nullable(),
  /** Growth of a meter. */
  growth: z.number().nullable(),
  /** How often it changed; null where only hours are kept. */
  changes: z.number().nullable(),
  /** Of what is no number: how long it was each, the longest first. */
  states: z.array(share),
  /** The stretch in equal pieces, oldest first: mean, or growth of a meter. */
  pieces: z.array(z.object({ from: isoTime, value: z.number().nullable() })),
});
export type HistorySummary = z.infer<typeof historySummary>;

export const useLine = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['grid', 'returned', 'solar', 'battery', 'gas', 'water', 'cost', 'device']),
  unit: z.string(),
  now: z.number(),
  before: z.number(),
  change: z.number(),
  /** Null where there was nothing before. */
  percent: z.number().nullable(),
  /** Mean of an hour of the night, 01:00 to 05:00, then and before. */
  nightNow: z.number().nullable(),
  nightBefore: z.number().nullable(),
  /** By seven days, oldest first, both stretches. */
  weeks: z.array(z.number()),
  /** Days of both stretches in which it was recorded. */
  days: z.number(),
});
/** Use of a home against the same stretch before. */
export const energyUse = z.object({
  home: z.string(),
  days: z.number(),
  from: isoTime,
  to: isoTime,
  /** Made by code: what rose, by how much, and what of it is known. */
  sentence: z.string(),
  lines: z.array(useLine),
  missing: z.array(z.string()),
});
export type EnergyUse = z.infer<typeof energyUse>;

/** Either one Action, or how a workflow is set; never what may be switched. */
export const proposal = z.strictObject({
  /** Why, in the words of who proposes; shown as such. */
  reason: z.string().max(400).default(''),
  /** Who proposes, as a person reads it. */
  by: z.string().max(80).default('An assistant'),
  action: z
    .strictObject({
      domain: z
        .string()
        .regex(/^[a-z0-9_]+$/)
        .max(60),
      action: z
        .string()
        .regex(/^[a-z0-9_]+$/)
        .max(60),
      entities: z.array(z.string().max(255)).min(1).max(20),
      data: z.record(z.string().max(60), z.unknown()).default({}),
    })
    .optional(),
  workflow: z
    .strictObject({
      name: z.string().max(200),
      mode: workflowMode.optional(),
      settings: z.record(z.string(), z.unknown()).optional(),
    })
    .optional(),
});
export type Proposal = z.infer<typeof proposal>;

/** A key with which a program outside reaches Tomte's tools; only its hash is kept. */
export const mcpToken = z.object({
  id: z.string(),
  name: z.string(),
  readOnly: z.boolean(),
  madeAt: isoTime,
  lastUsedAt: isoTime.nullable(),
});
export type McpToken = z.infer<typeof mcpToken>;
/** As it is told when it is made, and never again. */
export const newMcpToken = mcpToken.extend({ token: z.string() });
