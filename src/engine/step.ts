import { type Duration, ms } from '@tomte/sdk/define';
import { type ErrorBody, TomteError } from '@tomte/sdk/errors';
import { type Clock, withTimeout } from '../lib/clock.ts';
import { scrub } from '../lib/secret.ts';
import { durableStep, engineError } from './durable.ts';
import { never } from './outage.ts';
import { isLost } from './user/lost.ts';

/** What a call of a workflow is, for whoever reads the Run. */
export type StepKind =
  | 'begin'
  | 'step'
  | 'sleep'
  | 'until'
  | 'waitFor'
  | 'ask'
  | 'alert'
  | 'resolve'
  | 'act'
  | 'look'
  | 'fetch'
  | 'facts'
  | 'decide'
  | 'call'
  | 'store';

/**
 * What the engine keeps of a step. It stores no inputs of its own and would bring an error back as
 * another class, so both are part of the value.
 */
export type Recorded<T = unknown> = {
  readonly kind: StepKind;
  readonly in: unknown;
  /** Epoch ms at its end. */
  readonly at: number;
  /** How often it was tried. */
  readonly tries: number;
  /** See `Playback.heard`. */
  readonly heard: readonly number[];
} & ({ readonly out: T } | { readonly failed: ErrorBody });

export interface Call<T> {
  readonly kind: StepKind;
  readonly name: string;
  readonly input: unknown;
  readonly work: () => Promise<T> | T;
  readonly attempts?: number | undefined;
  readonly timeout?: Duration | undefined;
}

const attemptsUsual = 8;
const outputMax = 256 * 1024;
const inputMax = 32 * 1024;

/** The step that Runs of earlier versions begin with: it freezes mode and settings. */
export const firstStep = 'begin';

export interface StepOptions {
  readonly clock: Clock;
  /** Wraps each body, to wait out a database that does not answer. */
  readonly guard: <T>(work: () => Promise<T>) => Promise<T>;
  /** First pause before a step is tried again; doubles each time. */
  readonly retryFirstMs: number;
  /** True when no further attempt may begin. */
  readonly stopping: () => boolean;
  /** True for a Run that was journalled just now: the engine cannot know any of its steps. */
  readonly isFresh: boolean;
}

/**
 * One journalled step; to be called synchronously, in the workflow's own context. Errors whose row says
 * `retry` are tried again, 1 s, 2 s, … about two minutes in all; others end the step at once.
 */
export function recordStep<T>(
  call: Call<T>,
  heard: readonly number[],
  o: StepOptions,
): Promise<Recorded<T>> {
  const attemptsMax = Math.max(1, Math.floor(call.attempts ?? attemptsUsual));
  const base = { kind: call.kind, in: bounded(call.input), heard };
  const attempt = () => o.guard(async () => inTime(call, o.clock));
  // Its intent row says what may have been done, so an Action need not wait until the engine has looked too.
  const ahead = o.isFresh && call.kind === 'act' ? attempt() : null;
  // Where the engine finds that it must not go on, nobody asks.
  ahead?.catch(() => undefined);
  return durableStep<Recorded<T>>(call.name, async () => {
    for (let tries = 1; ; tries++) {
      try {
        const out = await (ahead !== null && tries === 1 ? ahead : attempt());
        refuseLarge(out, call.name);
        return { ...base, at: o.clock.now(), tries, out };
      } catch (error) {
        if (engineError(error)) throw error;
        // Its process is gone, and takes the Run up again elsewhere: this attempt has no outcome.
        if (isLost(error)) return never;
        const failure = asTomteError(error);
        if (!failure.row.retry || tries >= attemptsMax) {
          return { ...base, at: o.clock.now(), tries, failed: failure.toJSON() };
        }
        await o.clock.sleep(o.retryFirstMs * 2 ** (tries - 1));
        if (o.stopping()) return never;
      }
    }
  });
}

function inTime<T>({ work, timeout, name }: Call<T>, clock: Clock): Promise<T> {
  const working = Promise.resolve(work());
  if (timeout === undefined) return working;
  const late = () => new TomteError('run.step_timeout', `“${name}” took longer than ${timeout}`);
  return withTimeout(clock, ms(timeout), working, late);
}

function refuseLarge(out: unknown, name: string): void {
  const size = JSON.stringify(out)?.length ?? 0;
  if (size <= outputMax) return;
  throw new TomteError('run.step_too_large', `“${name}” answers ${Math.round(size / 1024)} KB`);
}

/** Inputs are kept for people alone: a replay does not need them. */
function bounded(input: unknown): unknown {
  const text = JSON.stringify(input) ?? '';
  return text.length <= inputMax ? input : `${text.slice(0, 2_000)} … ${text.length} characters`;
}

/** Any error as one of ours; an unexpected one becomes `run.failed` with its words. */
export function asTomteError(error: unknown): TomteError {
  if (error instanceof TomteError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new TomteError('run.failed', scrub(message) || 'The Run failed', { cause: error });
}
