/** Wire nouns around workflows: what needs a yes, why something did or did not run, what would have happened. */
import { z } from 'zod';
import { chartSpec } from './chart.ts';
import { errorShape, isoTime, severity } from './types.ts';

export { type Approval, approval } from './types-approval.ts';
export { type Grant, grant } from './types-grant.ts';
export { type HomeMode, homeMode, type ModeName, modeName } from './types-mode.ts';

/** A trigger that matched and started nothing. */
export const notRun = z.object({
  home: z.string(),
  workflow: z.string(),
  at: isoTime,
  /** The trigger's kind. */
  trigger: z.string().nullable(),
  /** `off`, `watch`, `condition`, `busy`, `cooldown`, `debounce`, `paused`, `late`, `skipped`, … */
  code: z.string(),
  /** In words. */
  reason: z.string(),
  details: z.record(z.string(), z.unknown()),
});
export type NotRun = z.infer<typeof notRun>;

/** When a workflow that did not run would have: the nearest moment in which all its conditions were so. */
export const nearestRun = z.object({
  /** Null where there was none within half a day. */
  at: isoTime.nullable(),
});

/** A way for a program outside to start a workflow. Its address and key are secrets, told once. */
export const webhook = z.object({
  name: z.string(),
  /** Null while it has no address, and nothing can reach it. */
  madeAt: isoTime.nullable(),
  /** Last message that was signed right, as far as is kept. */
  lastCalledAt: isoTime.nullable(),
});
export type Webhook = z.infer<typeof webhook>;
/** As it is told when it is made, and never again. */
export const newWebhook = webhook.extend({
  /** Relative to Tomte's address. */
  path: z.string(),
  /** Null while no public address is set. */
  url: z.string().nullable(),
  /** HMAC-SHA256 key, as text. */
  key: z.string(),
});
export type NewWebhook = z.infer<typeof newWebhook>;

/** What a search found: the answer first, then what it rests on, newest first. */
export const whyAnswer = z.object({
  /** One sentence. */
  sentence: z.string(),
  found: z.array(
    z.object({
      kind: z.enum([
        'run',
        'notRun',
        'action',
        'alert',
        'finding',
        'decision',
        'workflow',
        'entity',
        'gap',
        'clockJump',
        'mode',
      ]),
      at: isoTime.nullable(),
      title: z.string(),
      text: z.string(),
      /** Page of the app it belongs to, behind its `#/`, such as `run/ab12`. */
      page: z.string().nullable(),
      home: z.string().nullable(),
    }),
  ),
});
export type WhyAnswer = z.infer<typeof whyAnswer>;

export const simulatedAction = z.object({
  at: isoTime,
  domain: z.string(),
  action: z.string(),
  entities: z.array(z.string()),
  data: z.record(z.string(), z.unknown()),
  /** False when the guardrail would have refused; then `rule` names why. */
  allowed: z.boolean(),
  rule: z.string().nullable(),
});

/** A workflow tried on the recorded past: nothing was switched, nobody was told. */
export const backtest = z.object({
  workflow: z.string(),
  home: z.string(),
  from: isoTime,
  to: isoTime,
  runs: z.array(
    z.object({
      at: isoTime,
      reason: z.string(),
      state: z.enum(['done', 'failed', 'cancelled', 'waiting']),
      endedAt: isoTime.nullable(),
      error: errorShape.nullable(),
      steps: z.array(z.object({ name: z.string(), at: isoTime, text: z.string() })),
    }),
  ),
  notRun: z.array(z.object({ at: isoTime, code: z.string(), reason: z.string() })),
  actions: z.array(simulatedAction),
  alerts: z.array(
    z.object({
      key: z.string(),
      title: z.string(),
      text: z.string(),
      severity,
      since: isoTime,
      until: isoTime.nullable(),
      entities: z.array(z.string()),
      chart: chartSpec.nullable(),
    }),
  ),
  /** What was missing: entities the recorder does not keep, days beyond its reach, outside facts. */
  missing: z.array(z.string()),
  /** One sentence: "In 60 days it would have told you once and switched nothing." */
  sentence: z.string(),
  chart: chartSpec.nullable(),
  tookMs: z.number(),
});
export type Backtest = z.infer<typeof backtest>;

/** What the entities a Run read or switched did while it ran, and shortly before and after. */
export const runStates = z.object({
  from: isoTime,
  to: isoTime,
  lanes: z.array(
    z.object({
      entity: z.string(),
      name: z.string(),
      unit: z.string().nullable(),
      deviceClass: z.string().nullable(),
      domain: z.string(),
      /** In time order, each another than the one before; the first holds from `from`. */
      states: z.array(z.object({ at: isoTime, state: z.string() })),
    }),
  ),
});
export type RunStates = z.infer<typeof runStates>;

/** A workflow file of the person's own folder. */
export const workflowFile = z.object({
  name: z.string(),
  /** Number of the version that new Runs begin with; null when none ever loaded. */
  version: z.number().nullable(),
  /** Why the newest text could not be loaded; the version above goes on. */
  error: errorShape.nullable(),
  changedAt: isoTime,
  /** Earlier versions that still have open Runs. */
  older: z.array(z.object({ version: z.number(), runs: z.number() })),
});
export type WorkflowFile = z.infer<typeof workflowFile>;
