/** What a workflow may switch, in rules, and the same in words. */
import { z } from 'zod';
import { clockSpan } from './types-people.ts';

/** One rule; each entity of an Action needs one that allows it. */
export const grant = z.strictObject({
  entities: z.array(z.string().max(255)).max(500).default([]),
  /**
   * Area ids: all entities in them that the workflow's Actions fit. Locks, alarms, garage doors, valves
   * and sirens are never among them; these must be named.
   */
  areas: z.array(z.string().max(255)).max(100).default([]),
  /** Action names such as `turn_on`; all when left out. */
  actions: z.array(z.string().max(100)).max(50).optional(),
  /** Every number in the Action's data must lie within the range of its field; one without a range is refused. */
  ranges: z
    .array(
      z.strictObject({
        field: z.string().max(100),
        min: z.number().optional(),
        max: z.number().optional(),
      }),
    )
    .max(20)
    .optional(),
  /** Actions an hour, for each entity. */
  perHour: z.number().int().min(1).max(3600).optional(),
  /** Local times between which nothing is switched; twice the same is the whole day. */
  quiet: clockSpan.optional(),
  minOnMinutes: z.number().min(0).max(1440).optional(),
  minOffMinutes: z.number().min(0).max(1440).optional(),
  /** Each Action needs a person's yes. Always so for locks, alarms, garage doors, valves and sirens. */
  ask: z.boolean().optional(),
  notWhile: z.array(z.enum(['guests', 'away'])).optional(),
});
export type Grant = z.infer<typeof grant>;

/** Rules as people give them: an entity id alone is a rule of its own, and such rules are kept as one. */
export function grantsOf(given: readonly (string | z.input<typeof grant>)[]): Grant[] {
  const plain = given.filter((one) => typeof one === 'string');
  const rules = given.filter((one) => typeof one !== 'string').map((one) => grant.parse(one));
  if (plain.length === 0) return rules;
  return [{ entities: [...new Set(plain)], areas: [] }, ...rules];
}

/** True for a rule that only names entities: the list a person ticks. */
export const isPlainGrant = (rule: Grant): boolean =>
  rule.areas.length === 0 &&
  Object.entries(rule).every(([key, value]) => ['entities', 'areas'].includes(key) || !value);

/** `Dishwasher: only turn on, at most 4 an hour, not 22:00 to 07:00`. Names are the caller's. */
export function grantWords(rule: Grant, nameOf: (id: string) => string = (id) => id): string {
  const what = [
    ...rule.entities.map(nameOf),
    ...rule.areas.map((area) => `all it fits in ${nameOf(area)}`),
  ].join(', ');
  const only = (rule.actions ?? []).map((action) => action.replaceAll('_', ' ')).join(' or ');
  const limits = [
    only && `only ${only}`,
    ...(rule.ranges ?? []).map(rangeWords),
    rule.perHour && `at most ${rule.perHour} an hour`,
    rule.quiet && `not ${rule.quiet.from} to ${rule.quiet.to}`,
    rule.minOnMinutes && `on for ${rule.minOnMinutes} min at least`,
    rule.minOffMinutes && `off for ${rule.minOffMinutes} min at least`,
    rule.notWhile?.includes('guests') && 'not while guests are there',
    rule.notWhile?.includes('away') && 'not while you are away',
    rule.ask && 'asks you each time',
  ].filter((words) => typeof words === 'string' && words !== '');
  return limits.length === 0 ? what : `${what}: ${limits.join(', ')}`;
}

function rangeWords({ field, min, max }: NonNullable<Grant['ranges']>[number]): string {
  const name = field.replaceAll('_', ' ');
  if (min !== undefined && max !== undefined) return `${name} ${min} to ${max}`;
  if (min !== undefined) return `${name} ${min} or more`;
  return max === undefined ? `any ${name}` : `${name} ${max} or less`;
}
