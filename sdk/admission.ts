/** Whether a trigger that matched starts a Run now, later, or not at all, and then why not. Pure. */
import { refuseWrongUnits, type World } from './condition.ts';
import { conditionsSeen } from './condition-words.ts';
import { isError } from './errors.ts';
import { ms, type TriggerFired } from './trigger.ts';
import { clockTime, duration } from './words.ts';
import type { WorkflowDefinition } from './workflow.ts';

/** What a workflow that does not say otherwise is worth: one Run, at most an hour late. */
export const lateMaxMs = 3_600_000;

export interface Refusal {
  readonly code:
    | 'off'
    | 'paused'
    | 'late'
    | 'skipped'
    | 'debounce'
    | 'condition'
    | 'cooldown'
    | 'busy'
    | 'loop';
  readonly reason: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export type Admission =
  /** `cancel`: Runs that make way. */
  | { readonly kind: 'start'; readonly cancel: readonly string[] }
  /** The workflow waits until its triggers are quiet. */
  | { readonly kind: 'hold'; readonly dueAt: number }
  | ({ readonly kind: 'refuse' } & Refusal);

export interface Applicant {
  readonly definition: WorkflowDefinition;
  readonly mode: 'on' | 'off' | 'watch';
  /** As the schema gave them; null where they do not fit it. */
  readonly settings: Record<string, unknown> | null;
  readonly fired: TriggerFired;
  /** Lane of the Run, where its trigger has one. */
  readonly lane: string | null;
  /** True when the triggers were quiet for so long as the workflow asks. */
  readonly quiet: boolean;
  readonly now: number;
  /** Epoch ms until which the home is paused; null when it is not. */
  readonly pausedUntil: number | null;
  /** Null while nobody here knows the home's states. */
  readonly world: World | null;
  /** Runs of the workflow that have not ended. */
  readonly open: readonly { readonly id: string }[];
  /** Runs that followed each other up to this one, each started by the end of the one before. */
  readonly chain?: number;
  /** When a Run of it began last. */
  readonly lastAt: number | null;
}

/** Runs side by side where the workflow says nothing else. */
const parallelMax = 10;
/** Workflows that start each other by ending would go on for ever. */
const chainMax = 20;

export function admit(a: Applicant): Admission {
  // Who asks by name, means it: it is no accident of the home that a rule should hold back.
  const asked = a.fired.kind === 'manual' || a.fired.kind === 'call';
  return (
    offRule(a) ??
    (asked
      ? null
      : (loopRule(a) ??
        pausedRule(a) ??
        lateRule(a) ??
        debounceRule(a) ??
        conditionRule(a) ??
        cooldownRule(a))) ??
    modeRule(a)
  );
}

const refuse = (
  code: Refusal['code'],
  reason: string,
  details: Refusal['details'] = {},
): Admission => ({ kind: 'refuse', code, reason, details });

const offRule = ({ mode }: Applicant): Admission | null =>
  mode === 'off' ? refuse('off', 'It is switched off.') : null;

const loopRule = ({ chain = 0 }: Applicant): Admission | null =>
  chain < chainMax
    ? null
    : refuse(
        'loop',
        `${chainMax} Runs followed each other, each started by the end of one before.`,
      );

function pausedRule({ pausedUntil, fired, world, now }: Applicant): Admission | null {
  // What is unusual is told during a pause too, and its end; the door lets no Action pass meanwhile.
  if (pausedUntil === null || pausedUntil <= now || fired.kind === 'anomaly') return null;
  const until = world === null ? '' : ` until ${clockTime(pausedUntil, world.zone)}`;
  return refuse('paused', `Tomte was paused${until}.`, {
    until: new Date(pausedUntil).toISOString(),
  });
}

function lateRule({ fired, now }: Applicant): Admission | null {
  if (fired.kind !== 'state' || !fired.late) return null;
  const maxMs = fired.spec.lateMax === undefined ? lateMaxMs : ms(fired.spec.lateMax);
  if (now - fired.at <= maxMs) return null;
  const reason = `It was heard ${duration(now - fired.at)} late, ${duration(maxMs)} is the most.`;
  return refuse('late', reason, { at: new Date(fired.at).toISOString() });
}

function debounceRule({ definition, quiet, now }: Applicant): Admission | null {
  if (definition.debounce === undefined || quiet) return null;
  return { kind: 'hold', dueAt: now + ms(definition.debounce) };
}

function conditionRule({ definition, settings, world }: Applicant): Admission | null {
  // With settings that do not fit, the Run begins, and fails where people see it.
  const conditions = settings === null ? [] : (definition.conditions?.(settings) ?? []);
  if (conditions.length === 0) return null;
  if (world === null) {
    return refuse('condition', 'The home was not known, so its conditions could not be looked at.');
  }
  try {
    for (const condition of conditions) refuseWrongUnits(condition, world);
  } catch (error) {
    if (!isError(error, 'run.condition_invalid')) throw error;
    return refuse('condition', `${error.message}.`, error.details);
  }
  const seen = conditionsSeen(conditions, world);
  const failed = seen.filter(({ met }) => !met);
  if (failed.length === 0) return null;
  return refuse('condition', `${failed.map(({ text }) => text).join('; ')}.`, { conditions: seen });
}

function cooldownRule({ definition, lastAt, now }: Applicant): Admission | null {
  if (definition.cooldown === undefined || lastAt === null) return null;
  const until = lastAt + ms(definition.cooldown);
  // A clock that was set back must not make it rest for ever.
  if (until <= now || lastAt > now + ms(definition.cooldown)) return null;
  return refuse('cooldown', `It ran less than ${duration(ms(definition.cooldown))} before.`, {
    lastAt: new Date(lastAt).toISOString(),
    until: new Date(until).toISOString(),
  });
}

function modeRule({ definition, open, lane }: Applicant): Admission {
  const mode = definition.mode ?? { kind: 'parallel', max: parallelMax };
  const ids = open.map(({ id }) => id);
  const start: Admission = { kind: 'start', cancel: [] };
  switch (mode.kind) {
    case 'single':
      return ids.length === 0
        ? start
        : refuse('busy', 'A Run of it was still under way.', { open: ids });
    case 'restart':
      return { kind: 'start', cancel: ids };
    case 'queued':
    case 'parallel': {
      // News of one episode follow each other and end soon; none of them may be lost to a number.
      if (definition.mode === undefined && lane !== null) return start;
      if (ids.length < mode.max) return start;
      const how = mode.kind === 'queued' ? 'waiting or under way' : 'under way';
      return refuse('busy', `${mode.max} Runs of it were ${how}, which is the most.`, {
        open: ids,
      });
    }
  }
}
