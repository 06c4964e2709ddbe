/** Decisions as they cross the wire: models, the record, what leaves, budgets, comparison, audit. */
import { z } from 'zod';
import { isoTime } from './types-alert.ts';

const amount = z.number().min(0);

export const modelKind = z.object({
  kind: z.string(),
  title: z.string(),
  text: z.string(),
  /** JSON Schema of its settings; a secret has `"secret": true`. */
  schema: z.record(z.string(), z.unknown()),
});
export type ModelKind = z.infer<typeof modelKind>;

export const modelState = z.enum(['off', 'watch', 'on']);
export const modelRow = z.object({
  /** Its kind, or `kind:label`. */
  name: z.string(),
  kind: z.string(),
  title: z.string(),
  /** Secrets stand as `«secret»`. */
  settings: z.record(z.string(), z.unknown()),
  /** `watch`: asked beside the rule, and compared only. */
  state: modelState,
  /** Host that is told; null when nobody outside is. */
  host: z.string().nullable(),
  watchSince: isoTime.nullable(),
  /** When it may be turned on at the earliest; null while it does not watch. */
  mayActAt: isoTime.nullable(),
  agreedAt: isoTime.nullable(),
  /** It failed several times and is not asked until then. */
  restsUntil: isoTime.nullable(),
});
export type ModelRow = z.infer<typeof modelRow>;

export const modelTest = z.object({
  ok: z.boolean(),
  ms: z.number(),
  /** What it answered to a question without facts of the home; null when it gave none. */
  answer: z.string().nullable(),
  error: z.object({ code: z.string(), message: z.string(), hint: z.string() }).nullable(),
  tokensIn: z.number(),
  tokensOut: z.number(),
});
export type ModelTest = z.infer<typeof modelTest>;

export const leavesPreview = z.object({
  host: z.string().nullable(),
  /** Kinds of things that leave, and that stay. */
  leaves: z.array(z.string()),
  leftOut: z.array(z.string()),
  /** A question as it would be asked about this home now, word for word. */
  instructions: z.string(),
  prompt: z.string(),
  tokens: z.number(),
  /** Entities told one by one, in sums, and how many there are. */
  told: z.number(),
  summed: z.number(),
  of: z.number(),
});
export type LeavesPreview = z.infer<typeof leavesPreview>;

const budget = z.strictObject({
  calls: z.int().min(0).max(100_000),
  tokens: z.int().min(0).max(100_000_000),
  /** In the currency of the prices. */
  money: amount.max(10_000),
});

export const price = z.strictObject({
  /** Name of a model as its server calls it, or of one as it was set up here; `*` at the end fits all that begin so. */
  model: z.string().min(1).max(200),
  inPerMillion: amount,
  outPerMillion: amount,
});

export const decideSettings = z.strictObject({
  /** For both attempts of one question. */
  deadlineSeconds: z.number().min(1).max(120),
  /** A new model is compared so long before it may act. */
  watchDays: z.int().min(1).max(60),
  /** Records of Decisions older than this go. Replay and comparison look back 30 days. */
  keepDays: z.int().min(30).max(3650),
  /** A day (UTC), for each workflow, and for all together. */
  workflowBudget: budget,
  dayBudget: budget,
  currency: z.string().max(8),
  prices: z.array(price).max(200),
  /** What may leave the home with a question; codes and keys never do. */
  leaves: z.strictObject({ people: z.boolean(), places: z.boolean(), names: z.boolean() }),
  /** Where Tomte itself asks. */
  uses: z.strictObject({
    alertWords: z.boolean(),
    probableCause: z.boolean(),
    digest: z.boolean(),
    /** What was saved before it was there has it not. */
    energyStory: z.boolean().default(false),
  }),
});
export type DecideSettings = z.infer<typeof decideSettings>;

export const decideUsage = z.object({
  day: z.string(),
  calls: z.number(),
  tokens: z.number(),
  money: z.number(),
});

export const toldRow = z.object({
  model: z.string(),
  as: z.enum(['acts', 'watches']),
  host: z.string().nullable(),
  version: z.string().nullable(),
  /** In the words of the question; null for none of them, or no valid answer. */
  choice: z.string().nullable(),
  reason: z.string(),
  fault: z.object({ code: z.string(), message: z.string() }).nullable(),
  probabilities: z.record(z.string(), z.number()).nullable(),
  requests: z.number(),
  tokensIn: z.number(),
  tokensOut: z.number(),
  cost: z.number().nullable(),
  ms: z.number(),
});

export const decisionRow = z.object({
  id: z.string(),
  home: z.string(),
  /** Place in the chain of its home. */
  seq: z.number(),
  at: isoTime,
  by: z.string(),
  /** The Run that asked; null when Tomte itself did. */
  run: z.string().nullable(),
  kind: z.enum(['choice', 'boolean', 'score', 'text']),
  question: z.string(),
  choice: z.string(),
  reason: z.string(),
  decidedBy: z.enum(['rule', 'model']),
  /** Why the rule decided; null when a model did. */
  why: z.string().nullable(),
  /** What the rule decides. */
  rule: z.string(),
  told: z.array(toldRow),
});
export type DecisionRow = z.infer<typeof decisionRow>;

export const decisionPage = decisionRow.extend({
  /** The whole question: options, facts, words of others, as it was asked. */
  request: z.record(z.string(), z.unknown()),
  promptHash: z.string(),
  promptTokens: z.number(),
  /** Things of the home that it was told: one by one, in sums, of so many; null where it was told none. */
  look: z.object({ told: z.number(), summed: z.number(), of: z.number() }).nullable(),
  leaves: z.array(z.string()),
  seal: z.string(),
});
export type DecisionPage = z.infer<typeof decisionPage>;

/** One model beside another, or beside the rule, over the same questions. */
export const comparison = z.object({
  model: z.string(),
  beside: z.string(),
  asked: z.number(),
  agreed: z.number(),
  /** Without a valid answer. */
  invalid: z.number(),
  differ: z.array(
    z.object({
      decision: z.string(),
      at: isoTime,
      question: z.string(),
      /** Both as people read them: the text of the option. */
      was: z.string(),
      wouldBe: z.string().nullable(),
      reason: z.string(),
    }),
  ),
  tokens: z.number(),
  cost: z.number().nullable(),
  /** Mean of one question, ms. */
  ms: z.number().nullable(),
  /** `agreed 27 of 30; these 3 differ` */
  text: z.string(),
});
export type Comparison = z.infer<typeof comparison>;

export const leftRow = z.object({
  decision: z.string(),
  at: isoTime,
  by: z.string(),
  host: z.string(),
  model: z.string(),
  leaves: z.array(z.string()),
  tokens: z.number(),
});
export type LeftRow = z.infer<typeof leftRow>;

export const auditFault = z.object({
  seq: z.number(),
  what: z.enum(['changed', 'removed', 'moved', 'added']),
  text: z.string(),
});
export type AuditFault = z.infer<typeof auditFault>;

export const auditReport = z.array(
  z.object({
    home: z.string(),
    name: z.string(),
    ok: z.boolean(),
    records: z.number(),
    /** Place and seal of the newest record: noted elsewhere, it also shows that an older database was put back. */
    head: z.object({ seq: z.number(), seal: z.string() }).nullable(),
    faults: z.array(auditFault),
  }),
);
export type AuditReport = z.infer<typeof auditReport>;
