/** A model asked within its budget: each request is set aside before it is asked, and settled when it is known. */
import { type AskOptions, askModel, type ModelInUse, type Told } from './ask.ts';
import type { Prompt } from './prompt.ts';

/** Set aside for one request, in the sums of this day until it is settled; for ever, if nobody is left to do so. */
export interface Taken {
  /** Such as `2026-11-26`. */
  readonly day: string;
  readonly tokens: number;
  readonly cost: number;
}

export type Shut = 'over_budget' | 'resting';
type Size = Pick<Prompt, 'tokens' | 'answerTokensMax'>;

/** Whether a model may be asked, and what it cost. */
export interface Purse {
  /** Sets aside what one request may come to at most; else says why it may not be asked. */
  take(o: { home: string; by: string; model: ModelInUse; prompt: Size }): Promise<Taken | Shut>;
  /**
   * What all requests of a question came to, instead of what was set aside for them; `told` is null where
   * nobody waited for the answer. Answers the cost, null without a price.
   */
  settle(o: {
    by: string;
    model: ModelInUse;
    prompt: Size;
    told: Told | null;
    taken: readonly Taken[];
  }): Promise<number | null>;
}

/** Of trials: nothing is counted. */
export const freePurse: Purse = {
  take: async () => ({ day: '', tokens: 0, cost: 0 }),
  settle: async () => null,
};

export type Spent = Told & { readonly cost: number | null };

/** Throws the reason of the signal, and store.unavailable. */
export async function askWithin(
  purse: Purse,
  prompt: Prompt,
  o: Omit<AskOptions, 'mayAgain'> & { home: string; by: string; model: ModelInUse },
): Promise<Spent | Shut> {
  const { home, by, model } = o;
  const first = await purse.take({ home, by, model, prompt });
  if (typeof first === 'string') return first;
  const taken = [first];
  const mayAgain = async () => {
    const more = await purse.take({ home, by, model, prompt });
    if (typeof more === 'string') return false;
    taken.push(more);
    return true;
  };
  let told: Told | null = null;
  let cost: number | null = null;
  try {
    told = await askModel(model, prompt, { ...o, mayAgain });
  } finally {
    cost = await purse.settle({ by, model, prompt, told, taken });
  }
  return { ...told, cost };
}
