/** Alerts as they cross the wire, with what they are made of. */
import { z } from 'zod';
import { chartSpec } from './chart.ts';
import { toldFinding } from './types-answer.ts';

export const isoTime = z.string();
export const severity = z.enum(['now', 'today', 'digest']);
export const alertState = z.enum(['open', 'acknowledged', 'snoozed', 'resolved']);

export const errorShape = z.object({
  code: z.string(),
  message: z.string(),
  hint: z.string(),
  details: z.record(z.string(), z.unknown()),
});

/** The same numbers the sentence is made of; texts in the order an alert page shows them. */
export const facts = z.object({
  is: z.string(),
  usually: z.string(),
  since: z.string(),
  around: z.array(z.string()),
  probably: z.string().nullable(),
  check: z.string().nullable(),
  numbers: z.record(z.string(), z.union([z.number(), z.string(), z.null()])),
});
export type Facts = z.infer<typeof facts>;

export const delivery = z.object({
  channel: z.string(),
  /** `pending` also covers waiting for another try; `held` is kept back on purpose (quiet, demo). */
  state: z.enum(['pending', 'sent', 'failed', 'held']),
  at: isoTime,
  kind: z.enum(['open', 'update', 'over', 'test']),
  error: errorShape.nullable().optional(),
  /** Person whose channel it is. */
  person: z.string().nullable().optional(),
  /** It waits until then: quiet hours, or another try. */
  waitsUntil: isoTime.nullable().optional(),
});
export type Delivery = z.infer<typeof delivery>;

export const alert = z.object({
  id: z.string(),
  key: z.string(),
  title: z.string(),
  text: z.string(),
  severity,
  state: alertState,
  since: isoTime,
  resolvedAt: isoTime.nullable(),
  home: z.string(),
  entities: z.array(z.string()),
  deliveries: z.array(delivery),
  /** How many others it explains, which are not told by themselves. */
  children: z.number().int(),
});
export type Alert = z.infer<typeof alert>;

const watchOver = 'watch-over:';
/** Key of the question that ends a week of watching only. */
export const watchOverKey = (workflow: string): string => watchOver + workflow;
/** The workflow that such an alert asks about; null for any other. */
export const watchedIn = ({ key }: Pick<Alert, 'key'>): string | null =>
  key.startsWith(watchOver) ? key.slice(watchOver.length) : null;

/** An Alert with all its page shows. */
export const alertPage = alert.extend({
  homeName: z.string(),
  updatedAt: isoTime,
  lines: z.array(z.string()),
  facts: facts.nullable(),
  chart: chartSpec.nullable(),
  workflow: z.string().nullable(),
  run: z.string().nullable(),
  seenBy: z.string().nullable(),
  seenAt: isoTime.nullable(),
  quietUntil: isoTime.nullable(),
  /** The alert that explains this one; then nobody is told of this. */
  parent: z.string().nullable(),
  /** It comes and goes: told once so, until it rests. */
  comesAndGoes: z.object({ since: isoTime, times: z.number().int() }).nullable(),
  /** Learned of after a gap: it has been so since at least `since`. */
  late: z.boolean(),
  /** Who is told next while nobody has seen it. */
  next: z.array(z.object({ at: isoTime, channels: z.array(z.string()) })),
  /** What its button does; `pressAlert` presses it. */
  action: z.object({ label: z.string(), domain: z.string(), action: z.string() }).nullable(),
  demo: z.boolean(),
  finding: toldFinding.nullable().optional(),
});
export type AlertPage = z.infer<typeof alertPage>;
