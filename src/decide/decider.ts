/** Decisions: asked of the model that may act, else of the rule in the question; always within limits, always kept. */
import type { Decided, DecidedOf, DecideRequest } from '@tomte/sdk/decide';
import type { Clock } from '../lib/clock.ts';
import type { ModelInUse, Told } from './ask.ts';
import type { Book, ToldAs, WhyRule } from './book.ts';
import { keptRequest, type Privacy, withoutNames } from './facts.ts';
import { type Looked, type Prompt, promptOf } from './prompt.ts';
import { askWithin, type Purse } from './spend.ts';
import { plain, withoutSecrets } from './untrusted.ts';
import { forPeople, strangerIn } from './words.ts';

export interface Asking<R extends DecideRequest = DecideRequest> {
  readonly home: string;
  /** Who asks: `workflow:<name>`, or a part of Tomte such as `alert-words`. Budgets count by it. */
  readonly by: string;
  readonly request: R;
  /** The same key is the same Decision, and is not asked again. Left out: asked anew each time. */
  readonly key?: string;
  /** Ends the asking; then its reason is thrown. */
  readonly signal?: AbortSignal;
  /** Sooner than the deadline of all questions. */
  readonly deadlineMs?: number;
}

export interface Decider {
  /** Never throws because of a model. Throws store.unavailable, and the reason of the signal. */
  decide<R extends DecideRequest>(asking: Asking<R>): Promise<DecidedOf<R>>;
}

/** Models of a home: the one that may act, and the one that is only compared. */
export interface ModelsOf {
  readonly acts: ModelInUse | null;
  readonly watches: ModelInUse | null;
}

export interface DeciderParts {
  readonly clock: Clock;
  readonly book: Book;
  readonly purse: Purse;
  readonly deadlineMs: () => number;
  models(home: string): Promise<ModelsOf>;
  privacy(home: string): Promise<Privacy>;
  /** States of the home that fit the request's `look`, compact, what it is about first. */
  look(home: string, request: DecideRequest, privacy: Privacy): Promise<Looked>;
}

const never = new AbortController().signal;
const reasonMax = 300;

export function openDecider(parts: DeciderParts): Decider {
  const { book, clock } = parts;

  /** What the models say; the one that watches has no part in what is decided. */
  async function toldBy(
    asking: Asking,
    prompt: Prompt,
  ): Promise<{ acts: Told | WhyRule; told: ToldAs[] }> {
    const { acts, watches } = await parts.models(asking.home);
    const without: WhyRule = watches ? 'watching' : 'no_model';
    const [first, second] = await Promise.all([
      acts ? askedOnce(asking, prompt, acts, 'acts') : without,
      watches ? askedOnce(asking, prompt, watches, 'watches') : null,
    ]);
    const told = [first, second].filter((one) => one !== null && typeof one !== 'string');
    return { acts: first, told };
  }

  async function askedOnce(
    { home, by, signal = never, deadlineMs }: Asking,
    prompt: Prompt,
    model: ModelInUse,
    as: ToldAs['as'],
  ): Promise<ToldAs | WhyRule> {
    const limit = Math.min(deadlineMs ?? Number.POSITIVE_INFINITY, parts.deadlineMs());
    const spent = await askWithin(parts.purse, prompt, {
      ...{ home, by, model, clock, deadlineMs: limit, signal },
    });
    return typeof spent === 'string' ? spent : { ...spent, as };
  }

  return {
    async decide<R extends DecideRequest>(asking: Asking<R>): Promise<DecidedOf<R>> {
      const { home, by, request, key = null } = asking;
      const before = key === null ? null : await book.find(home, key);
      if (before) {
        const { choice, reason, decidedBy, id } = before;
        return { choice, reason, decidedBy, decision: id } as DecidedOf<R>;
      }
      const privacy = await parts.privacy(home);
      const look = request.look ? await parts.look(home, request, privacy) : null;
      const prompt = promptOf(request, { privacy, look });
      const { acts, told } = await toldBy(asking, prompt);
      const { why, ...decided } = settled(request, prompt, acts);
      const decision = await book.add({
        ...{ home, by, key, look, why, told, ...decided },
        request: keptRequest(request),
        ...{ at: clock.now(), rule: request.fallback },
        ...{ promptHash: prompt.hash, promptTokens: prompt.tokens },
        leaves: told.some(({ host }) => host !== null) ? prompt.leaves : [],
      });
      return { ...decided, decision } as DecidedOf<R>;
    },
  };
}

/** Without any model, and without a record: the rule decides. */
export const ruleDecider: Decider = {
  async decide<R extends DecideRequest>({ request }: Asking<R>): Promise<DecidedOf<R>> {
    const { why: _why, ...decided } = byRule(request, 'no_model');
    return decided as DecidedOf<R>;
  },
};

type Settled = Omit<Decided, 'decision'> & { readonly why: WhyRule | null };

/** What counts: the answer of the model that may act, where there is one and it holds; else the rule. */
function settled(request: DecideRequest, prompt: Prompt, acts: Told | WhyRule): Settled {
  if (typeof acts === 'string') return byRule(request, acts);
  const { answer } = acts;
  if (answer === null) return byRule(request, 'failed');
  if (answer.choice === null) return byRule(request, 'abstained');
  if (request.kind !== 'text') {
    const reason = sayable(answer.reason, reasonMax, prompt) ?? chosen(request, answer.choice);
    return { choice: answer.choice, reason, decidedBy: 'model', why: null };
  }
  if (request.form === 'code') {
    return {
      choice: answer.choice,
      reason: 'As the model wrote it.',
      decidedBy: 'model',
      why: null,
    };
  }
  const text = sayable(answer.choice, request.lengthMax, prompt);
  if (text === null || (/\d/.test(request.fallback) && !/\d/.test(text)))
    return byRule(request, 'not_grounded');
  return { choice: text, reason: 'As the model wrote it.', decidedBy: 'model', why: null };
}

/**
 * Words of a model as people may read them. Null when they hold a number that is no fact, a key or an
 * address, or a name that was not in the question: then all of it is suspect.
 */
function sayable(said: string, lengthMax: number, prompt: Prompt): string | null {
  const { privacy } = prompt;
  const text = forPeople(said, lengthMax);
  const isSafe =
    text !== '' &&
    withoutSecrets(text, { numbersStay: true }) === text &&
    withoutNames(text, privacy) === text &&
    isHeard(text, prompt.prompt) &&
    strangerIn(text, prompt.grounds) === null;
  return isSafe ? namesBack(text, privacy) : null;
}

const standIn = /\b(?:person|place|thing) \d+/gi;

/** A stand-in that was not in the question is a guess at who lives there. */
function isHeard(text: string, asked: string): boolean {
  const told = new Set(asked.toLowerCase().match(standIn));
  return (text.toLowerCase().match(standIn) ?? []).every((one) => told.has(one));
}

/** `person 1` is called by name again: the words are for the people of the home. */
function namesBack(text: string, { things, people, places }: Privacy): string {
  let rest = text;
  for (const [name, word] of [...(people ?? []), ...(places ?? []), ...(things ?? [])]) {
    // A thing may be called whatever somebody wrote on it.
    rest = rest.replace(new RegExp(`\\b${word}(?!\\d)`, 'gi'), () => forPeople(name, 80));
  }
  return rest;
}

const whyWords: Readonly<Record<WhyRule, string>> = {
  no_model: '',
  watching: ', while the model is only compared',
  abstained: ', for the model found none of the answers fitting',
  not_grounded: ', for the model told what is no fact',
  failed: ', for the model gave no valid answer',
  resting: ', for the model failed several times and rests',
  over_budget: ', for the budget of the model is spent',
};

function byRule(request: DecideRequest, why: WhyRule): Settled {
  const { fallback } = request;
  const reason = `The rule decided${whyWords[why]}: ${chosen(request, fallback)}`.slice(
    0,
    reasonMax,
  );
  return { choice: fallback, reason, decidedBy: 'rule', why };
}

function chosen(request: DecideRequest, choice: string): string {
  if (!('options' in request)) return plain(choice, 120);
  return plain(request.options.find(({ id }) => id === choice)?.text ?? choice, 200);
}
