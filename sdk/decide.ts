/**
 * Decisions: a question whose possible answers were made by code. Asked of a model where one may decide,
 * else of the rule that stands in the question itself.
 */
import { z } from 'zod';
import type { EntitySelector } from './trigger.ts';

/** What every question carries along. */
export interface DecideMatter {
  /** At most 600 characters, written by the author: never made of what the home or others say. */
  readonly question: string;
  /** What code knows: numbers, times, short words. Every number in an answer must be one of these. */
  readonly facts?: Readonly<Record<string, unknown>>;
  /** Words of others (calendar, feeds, names), by what they are: told as data in quotes, never obeyed. */
  readonly quoted?: Readonly<Record<string, string>>;
  /**
   * Names of things in question, facts and answers, at most 40. Where names may not leave the home each is
   * told as `thing 1`, `thing 2`, … and stands by its name again in the answer.
   */
  readonly names?: readonly string[];
  /** Entities whose states are told along, compact and without names. */
  readonly look?: EntitySelector;
}

export interface DecideChoice extends DecideMatter {
  readonly kind?: 'choice';
  /** Each feasible and safe by itself, at most 40. `none of these` is always added: then the rule decides. */
  readonly options: readonly { readonly id: string; readonly text: string }[];
  /** The rule that decides without a model: id of an option. */
  readonly fallback: string;
}

export interface DecideBoolean extends DecideMatter {
  readonly kind: 'boolean';
  readonly fallback: 'yes' | 'no';
}

export interface DecideScore extends DecideMatter {
  readonly kind: 'score';
  /** Two to ten words, the least first. */
  readonly levels: readonly string[];
  /** One of the levels. */
  readonly fallback: string;
}

export interface DecideText extends DecideMatter {
  readonly kind: 'text';
  readonly lengthMax: number;
  /**
   * `words`, the default, are for people: links and pictures are taken out, and a number that is no fact
   * makes the rule decide. `code` is left as it is: whoever asked for it must check it.
   */
  readonly form?: 'words' | 'code';
  /** The text that is said without a model. */
  readonly fallback: string;
}

export type DecideRequest = DecideChoice | DecideBoolean | DecideScore | DecideText;

export interface Decided<A extends string = string> {
  /** Id of the option, `yes` or `no`, the level, or the text. */
  readonly choice: A;
  /** For people, at most 300 characters; as the model said it, or which rule decided and why. */
  readonly reason: string;
  readonly decidedBy: 'rule' | 'model';
  /** Id of its record; left out where nothing is recorded, as in a test or on the past. */
  readonly decision?: string;
}

export type DecidedOf<R extends DecideRequest> = Decided<
  R extends DecideBoolean ? 'yes' | 'no' : string
>;

const matter = {
  question: z.string().min(1).max(600),
  facts: z.record(z.string().max(80), z.unknown()).optional(),
  quoted: z.record(z.string().max(80), z.string()).optional(),
  names: z.array(z.string().min(1).max(200)).max(40).optional(),
  look: z.looseObject({}).optional(),
};
const option = z.strictObject({ id: z.string().min(1).max(200), text: z.string().min(1).max(400) });

/** A request as it comes from a workflow. */
export const decideRequest = z.discriminatedUnion('kind', [
  z
    .strictObject({
      ...matter,
      kind: z.literal('choice').optional(),
      options: z.array(option).min(1).max(40),
      fallback: z.string(),
    })
    .refine(({ options, fallback }) => options.some(({ id }) => id === fallback), {
      message: 'the fallback must be one of the options',
      path: ['fallback'],
    })
    .refine(({ options }) => new Set(options.map(({ id }) => id)).size === options.length, {
      message: 'two options have the same id',
      path: ['options'],
    }),
  z.strictObject({
    ...matter,
    kind: z.literal('boolean'),
    fallback: z.enum(['yes', 'no']),
  }),
  z
    .strictObject({
      ...matter,
      kind: z.literal('score'),
      levels: z.array(z.string().min(1).max(80)).min(2).max(10),
      fallback: z.string(),
    })
    .refine(({ levels, fallback }) => levels.includes(fallback), {
      message: 'the fallback must be one of the levels',
      path: ['fallback'],
    }),
  z.strictObject({
    ...matter,
    kind: z.literal('text'),
    lengthMax: z.number().int().min(1).max(12_000),
    form: z.enum(['words', 'code']).optional(),
    fallback: z.string().max(12_000),
  }),
]);
