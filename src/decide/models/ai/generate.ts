/** One question to a model object of the `ai` package: the text of its answer, unread. */
import { isError, TomteError } from '@tomte/sdk/errors';
import type { ModelAnswer, ModelPrompt } from '@tomte/sdk/model';
import { APICallError, generateText, type LanguageModel, RetryError } from 'ai';

/** Never a name: a plain string would be sent to a gateway that nobody chose. */
export type ModelObject = Exclude<LanguageModel, string>;

/** How the answer's form is asked for: by a schema, as some JSON, or in words alone. */
export type AnswerForm = 'json_schema' | 'json_object' | 'none';

export async function generate(
  model: ModelObject,
  prompt: ModelPrompt,
  o: { readonly form: AnswerForm; readonly signal: AbortSignal },
): Promise<ModelAnswer> {
  const schema = o.form === 'json_schema' ? { schema: prompt.schema as never } : {};
  try {
    const result = await generateText({
      model,
      instructions: prompt.instructions,
      prompt: `${prompt.prompt}\n\nSCHEMA\n${JSON.stringify(prompt.schema)}`,
      maxOutputTokens: prompt.answerTokensMax,
      temperature: 0,
      maxRetries: 0,
      abortSignal: o.signal,
      ...(o.form === 'none' ? {} : { output: unread({ type: 'json', name: 'answer', ...schema }) }),
    });
    return {
      text: result.text,
      model: result.response.modelId,
      tokensIn: result.usage.inputTokens,
      tokensOut: result.usage.outputTokens,
    };
  } catch (error) {
    o.signal.throwIfAborted();
    throw asTomteError(error);
  }
}

/** Asks for a form and leaves the answer as it came: whoever asked reads it, strictly and once. */
const unread = (format: { type: 'json'; name: string; schema?: never }) => ({
  name: 'unread',
  responseFormat: Promise.resolve(format),
  parseCompleteOutput: async ({ text }: { text: string }) => text,
  parsePartialOutput: async () => undefined,
  createElementStreamTransform: () => undefined,
});

/** In our own words: theirs repeat the request, and with it what was asked. */
function asTomteError(error: unknown): TomteError {
  const cause = RetryError.isInstance(error) ? error.lastError : error;
  const own = errorsIn(cause).find((one) => isError(one));
  if (own) return own as TomteError;
  if (!APICallError.isInstance(cause)) {
    return new TomteError('decide.model_unavailable', 'What the model answered cannot be read');
  }
  const { statusCode = 0 } = cause;
  const said = statusCode === 0 ? 'The model does not answer' : `The model answered ${statusCode}`;
  const passes = statusCode === 0 || statusCode === 408 || statusCode >= 500;
  return new TomteError(passes ? 'decide.model_unavailable' : 'decide.model_refused', said);
}

/** The error with its causes, at most five deep. */
function errorsIn(error: unknown): unknown[] {
  const found: unknown[] = [];
  let next = error;
  while (next instanceof Error && found.length < 5) {
    found.push(next);
    next = next.cause;
  }
  return found;
}
