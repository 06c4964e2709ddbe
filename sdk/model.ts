/** A model that can be asked for Decisions. One file each, one default export. */
import type { z } from 'zod';
import type { AskedHome } from './connector.ts';
import type { SettingsSchema } from './define.ts';

/** A question as a model is asked it: text that code made, and the one form an answer may have. */
export interface ModelPrompt {
  /** What holds for every question; nothing of the home stands in it. */
  readonly instructions: string;
  /** The question with its facts. */
  readonly prompt: string;
  /** JSON Schema of the answer: an object, its short fields first. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** The question again in parts, for models that are asked by kind. */
  readonly form: ModelForm;
  /** What the rule answers, as JSON of that schema. */
  readonly rule: string;
  /** SHA-256 over instructions, prompt and schema, hex. */
  readonly hash: string;
  readonly answerTokensMax: number;
}

export type ModelForm =
  | {
      readonly kind: 'choice';
      readonly question: string;
      readonly options: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'boolean'; readonly question: string }
  | {
      readonly kind: 'score';
      readonly question: string;
      readonly options: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'text'; readonly question: string };

export interface ModelAnswer {
  /** JSON as the model wrote it; it is parsed once, strictly, by whoever asked. */
  readonly text: string;
  /** What answered, where it says so. */
  readonly model?: string | undefined;
  readonly tokensIn?: number | undefined;
  readonly tokensOut?: number | undefined;
  /** By the words of the schema, 0 to 1, where the model gives them. */
  readonly probabilities?: Readonly<Record<string, number>> | undefined;
}

/** The home as a model may use it: its own AI tasks can be asked too. */
export interface ModelHome extends AskedHome {
  /** What the home prefers for its AI tasks; empty where it knows none. */
  aiPreferences(): Promise<Readonly<Record<string, unknown>>>;
}

export interface ModelContext<S> {
  /** A secret stands as a word for it: `fetch` fills it in, for its own hosts. */
  readonly settings: S;
  /** Through the egress guard; at most 1 MiB of answer. */
  readonly fetch: typeof fetch;
  /** The home the question is about; null while it is not connected. */
  readonly home: ModelHome | null;
  /** Text of an earlier answer to a prompt with this hash; null when there is none. */
  readonly recorded: (hash: string) => Promise<string | null>;
  readonly signal: AbortSignal;
  readonly now: () => number;
}

export interface ModelDefinition<S extends SettingsSchema = SettingsSchema> {
  readonly kind: 'model';
  readonly title: string;
  /** One sentence for the form. */
  readonly text: string;
  readonly settings: S;
  /** Host that is told the question, such as `api.example.org`; null when nobody outside Tomte is. */
  host(settings: z.output<S>): string | null;
  /** Name of the model as its server calls it, where settings say it: by it a question is priced before it is asked. */
  called?(settings: z.output<S>): string | null;
  /**
   * Asks once. Throws TomteError: decide.model_unavailable (may pass), decide.model_refused (final), and
   * what `fetch` and `home` throw.
   */
  ask(prompt: ModelPrompt, context: ModelContext<z.output<S>>): Promise<ModelAnswer>;
}

export const defineModel = <S extends SettingsSchema>(
  definition: Omit<ModelDefinition<S>, 'kind'>,
): ModelDefinition<S> => ({ kind: 'model', ...definition });
