/** One model, asked within its limits: one strict look at its answer, asked again once, and then no more. */
import { type ErrorBody, isError, TomteError } from '@tomte/sdk/errors';
import type { ModelAnswer, ModelPrompt } from '@tomte/sdk/model';
import type { Clock } from '../lib/clock.ts';
import { scrub } from '../lib/secret.ts';
import type { Answer } from './form.ts';
import type { Prompt } from './prompt.ts';

/** A model that was set up, ready to be asked. */
export interface ModelInUse {
  /** As it was set up: its kind, or `kind:label`. */
  readonly name: string;
  /** Host that is told; null when nobody outside is. */
  readonly host: string | null;
  /** Name of the model by its settings, as its server calls it; null where they do not say. */
  readonly called?: string | null;
  ask(prompt: ModelPrompt, signal: AbortSignal): Promise<ModelAnswer>;
}

/** What asking came to. */
export interface Told {
  readonly model: string;
  readonly host: string | null;
  /** What says it answered, where it says so. */
  readonly version: string | null;
  /** Null when there was no answer in the promised form. */
  readonly answer: Answer | null;
  /** Why there is none. */
  readonly fault: Pick<ErrorBody['error'], 'code' | 'message'> | null;
  readonly probabilities: Readonly<Record<string, number>> | null;
  /** The valid answer as it came. */
  readonly raw: string | null;
  readonly requests: number;
  readonly tokensIn: number;
  readonly tokensOut: number;
  readonly ms: number;
}

export interface AskOptions {
  readonly clock: Clock;
  /** For both attempts together. */
  readonly deadlineMs: number;
  /** Of the Run that asks: when it ends, so does this, and the error is the signal's own. */
  readonly signal: AbortSignal;
  /** Before the second attempt; left out, it may. */
  readonly mayAgain?: () => Promise<boolean>;
}

const attemptsMax = 2;
/** Said at the second attempt; what the model wrote is never shown to it again. */
const again = '\n\nYour last answer was not of the schema. Answer with the JSON object alone.';

export async function askModel(model: ModelInUse, prompt: Prompt, o: AskOptions): Promise<Told> {
  const begun = o.clock.ticks();
  const late = new AbortController();
  const cancel = o.clock.after(o.deadlineMs, () =>
    late.abort(new TomteError('decide.too_slow', `No answer within ${o.deadlineMs / 1000} s`)),
  );
  const signal = AbortSignal.any([o.signal, late.signal]);
  const sum = { requests: 0, tokensIn: 0, tokensOut: 0 };
  let version: string | null = null;
  const told = (rest: Pick<Told, 'answer' | 'fault' | 'probabilities' | 'raw'>): Told => ({
    ...{ model: model.name, host: model.host, version },
    ...rest,
    ...sum,
    ms: Math.round(o.clock.ticks() - begun),
  });
  let fault = new TomteError('decide.answer_invalid', 'The answer was not of the form asked for');
  try {
    while (sum.requests < attemptsMax) {
      if (sum.requests > 0 && (await o.mayAgain?.()) === false) break;
      const asked = sum.requests++ === 0 ? prompt : { ...prompt, prompt: prompt.prompt + again };
      try {
        const raw = await heeded(model.ask(bare(asked), signal), signal);
        sum.tokensIn += count(raw.tokensIn);
        sum.tokensOut += count(raw.tokensOut);
        version = typeof raw.model === 'string' ? raw.model.slice(0, 120) : null;
        const answer = prompt.read(raw.text);
        const probabilities = prompt.odds(raw.probabilities);
        if (answer) return told({ answer, fault: null, probabilities, raw: raw.text });
      } catch (error) {
        o.signal.throwIfAborted();
        fault = asFault(model, late.signal.aborted ? late.signal.reason : error);
        if (late.signal.aborted || !fault.row.retry) break;
      }
    }
  } finally {
    cancel();
  }
  return told({ answer: null, fault: bodyOf(fault), probabilities: null, raw: null });
}

/** The parts that a model may see: how the answer is read is not for it. */
const bare = (p: Prompt): ModelPrompt => ({
  ...{ instructions: p.instructions, prompt: p.prompt, schema: p.schema, form: p.form },
  ...{ rule: p.rule, hash: p.hash, answerTokensMax: p.answerTokensMax },
});

/** A model that does not heed its signal is left behind. */
async function heeded<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

const count = (tokens: unknown): number =>
  typeof tokens === 'number' && Number.isFinite(tokens) && tokens > 0 ? Math.round(tokens) : 0;

/** Whatever went wrong in a model's file; its own words may repeat what was sent. */
function asFault(model: ModelInUse, error: unknown): TomteError {
  if (isError(error)) return error;
  return new TomteError('decide.model_unavailable', `The model ${model.name} failed`, {
    cause: error,
  });
}

const bodyOf = (error: TomteError): Told['fault'] => ({
  code: error.code,
  message: scrub(error.message).slice(0, 300),
});
