/** The one form that an answer to one question may have: made for this call, read strictly, once. */
import type { DecideRequest, DecideText } from '@tomte/sdk/decide';
import type { ModelForm } from '@tomte/sdk/model';
import { z } from 'zod';
import { plain } from './untrusted.ts';

/** What a model answered, in the words of the request. Null: none of the options, so the rule decides. */
export interface Answer {
  readonly choice: string | null;
  readonly reason: string;
}

export interface Form {
  readonly schema: Readonly<Record<string, unknown>>;
  readonly form: ModelForm;
  /** Lines of the prompt that say what may be answered. */
  readonly choices: readonly string[];
  /** What the rule answers, as JSON of the schema. */
  readonly rule: string;
  readonly answerTokensMax: number;
  /** Null when the text is not exactly of this form. */
  read(text: string): Answer | null;
  /** By ids of the request, of what a model gave by the schema's words. */
  odds(probabilities: Readonly<Record<string, number>> | undefined): Record<string, number> | null;
}

/** Stands for "none of these" where the request has no such option of its own. */
export const noneId = 'none';
const reasonMax = 300;
const reason = z.string().max(reasonMax);
/** An answer longer than this is none, whatever it says. */
const textMax = 64 * 1024;

export function formOf(request: DecideRequest, charsMax = 200): Form {
  if (request.kind === 'boolean') return yesOrNo(request);
  if (request.kind === 'text') return words(request);
  if (request.kind === 'score') {
    return among(request, {
      ...{ kind: 'score', ids: request.levels, texts: request.levels, charsMax },
    });
  }
  const ids = request.options.map(({ id }) => id);
  const texts = request.options.map(({ text }) => text);
  return among(request, { kind: 'choice', ids, texts, charsMax });
}

/** Ids of the request never leave: the model sees `o1`, `o2`, … */
function among(
  { question, fallback }: DecideRequest,
  o: {
    kind: 'choice' | 'score';
    ids: readonly string[];
    texts: readonly string[];
    charsMax: number;
  },
): Form {
  const byWord = new Map(o.ids.map((id, n): [string, string] => [`o${n + 1}`, id]));
  const wordOf = new Map([...byWord].map(([word, id]) => [id, word]));
  const shown = [...byWord.keys()].map((word, n): [string, string] => [
    word,
    plain(o.texts[n]!, o.charsMax),
  ]);
  const hasNone = o.kind === 'score' || o.ids.includes(noneId);
  const all = hasNone ? shown : [...shown, [noneId, 'none of these'] satisfies [string, string]];
  const answer = z.enum(all.map(([word]) => word) as [string, ...string[]]);
  const schema = z.strictObject({ answer, reason });
  return {
    schema: schemaOf(schema),
    form: { kind: o.kind, question, options: Object.fromEntries(all) },
    choices: all.map(([word, text]) => `${word}: ${JSON.stringify(text)}`),
    rule: JSON.stringify({ answer: wordOf.get(fallback) ?? noneId, reason: '' }),
    answerTokensMax: 300,
    read(text) {
      const read = parsed(schema, text);
      return read && { choice: byWord.get(read.answer) ?? null, reason: read.reason };
    },
    odds: (given) => byIds(given, (word) => byWord.get(word) ?? (word === noneId ? noneId : null)),
  };
}

function yesOrNo({ question, fallback }: DecideRequest): Form {
  const schema = z.strictObject({ answer: z.enum(['yes', 'no']), reason });
  return {
    schema: schemaOf(schema),
    form: { kind: 'boolean', question },
    choices: ['yes', 'no'],
    rule: JSON.stringify({ answer: fallback, reason: '' }),
    answerTokensMax: 300,
    read(text) {
      const read = parsed(schema, text);
      return read && { choice: read.answer, reason: read.reason };
    },
    odds: (given) => byIds(given, (word) => (word === 'yes' || word === 'no' ? word : null)),
  };
}

function words({ question, fallback, lengthMax }: DecideText): Form {
  const schema = z.strictObject({ text: z.string().min(1).max(lengthMax) });
  return {
    schema: schemaOf(schema),
    form: { kind: 'text', question },
    choices: [`a text of at most ${lengthMax} characters`],
    rule: JSON.stringify({ text: fallback }),
    // Some languages need a token for every other character.
    answerTokensMax: Math.ceil(lengthMax / 2) + 100,
    read(text) {
      const read = parsed(schema, text);
      return read && { choice: read.text, reason: '' };
    },
    odds: () => null,
  };
}

function schemaOf(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema) as Record<string, unknown>;
  return rest;
}

/** No fence is taken off, nothing is repaired, no key is dropped. */
function parsed<S extends z.ZodObject>(schema: S, text: string): Readonly<z.output<S>> | null {
  if (text.length > textMax) return null;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
  const { success, data } = schema.safeParse(json);
  return success ? Object.freeze(data) : null;
}

function byIds(
  given: Readonly<Record<string, number>> | undefined,
  idOf: (word: string) => string | null,
): Record<string, number> | null {
  const known = Object.entries(given ?? {}).flatMap(([word, share]): [string, number][] => {
    const id = idOf(word);
    return id === null || !(share >= 0 && share <= 1) ? [] : [[id, Math.round(share * 1e4) / 1e4]];
  });
  return known.length === 0 ? null : Object.fromEntries(known);
}
