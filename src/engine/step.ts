import { type ErrorBody, TomteError } from '@tomte/sdk/errors';
import type { RunStep } from '@tomte/sdk/types';
import { isoOrNull } from '../lib/clock.ts';
import { scrub } from '../lib/secret.ts';
import { durableStep, engineError, type StepInfo } from './durable.ts';
import { never } from './outage.ts';

/**
 * What the engine keeps of a step. It stores no inputs of its own and would bring an error back as
 * another class, so both are part of the value.
 */
type Recorded<T> = { in: unknown; out: T } | { in: unknown; failed: ErrorBody };

export type Steps = <T>(name: string, input: unknown, body: () => Promise<T> | T) => Promise<T>;

const attemptsMax = 8;
/** The step every Run begins with: it freezes mode and settings. */
export const firstStep = 'begin';

/**
 * Journalled steps of one Run. Errors whose row says `retry` are tried again, 1 s, 2 s, … about two
 * minutes in all; others end the step at once. `guard` wraps each body, to wait out a database that
 * does not answer.
 */
export function stepsOf(o: {
  guard: <T>(work: () => Promise<T>) => Promise<T>;
  /** True when no further step may begin. */
  stopping: () => boolean;
  /** Counts a step that is under way. */
  underWay: <T>(step: Promise<T>) => Promise<T>;
  retryFirstMs: number;
}): Steps {
  return async (name, input, body) => {
    if (o.stopping()) return never;
    const step = durableStep<Recorded<Awaited<ReturnType<typeof body>>>>(
      name,
      async (lastAttempt) => {
        try {
          return { in: input, out: await o.guard(async () => body()) };
        } catch (error) {
          if (engineError(error)) throw error;
          const failure = asTomteError(error);
          if (failure.row.retry && !lastAttempt) throw error;
          return { in: input, failed: failure.toJSON() };
        }
      },
      { attemptsMax, firstMs: o.retryFirstMs, worth: (error) => asTomteError(error).row.retry },
    );
    const recorded = await o.underWay(step);
    if ('failed' in recorded) throw TomteError.fromBody(recorded.failed);
    return recorded.out;
  };
}

/** Any error as one of ours; an unexpected one becomes `run.failed` with its words. */
export function asTomteError(error: unknown): TomteError {
  if (error instanceof TomteError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new TomteError('run.failed', scrub(message) || 'The Run failed', { cause: error });
}

/** A journal row as a person reads it. */
export function runStep(row: StepInfo): RunStep {
  const recorded = row.output as Recorded<unknown> | null;
  const failed = recorded && 'failed' in recorded ? recorded.failed.error : null;
  return {
    name: row.name,
    startedAt: isoOrNull(row.startedAtEpochMs),
    endedAt: isoOrNull(row.completedAtEpochMs),
    input: recorded?.in ?? null,
    output: recorded && 'out' in recorded ? (recorded.out ?? null) : null,
    error: failed ? `${failed.code}: ${failed.message}` : (row.error?.message ?? null),
  };
}
