/** A decider in memory, with models that answer as a test says. */
import type { ModelPrompt } from '@tomte/sdk/model';
import { virtualClock } from '../lib/testing/virtual-clock.ts';
import type { ModelInUse } from './ask.ts';
import { memoryBook } from './book.ts';
import { type DeciderParts, openDecider } from './decider.ts';
import type { Privacy } from './facts.ts';
import { freePurse } from './spend.ts';

type Said = string | object | Promise<string | object>;

/** Answers JSON of an object, or a text as it is. */
export const scriptedModel = (
  say: (prompt: ModelPrompt) => Said,
  o: Partial<Pick<ModelInUse, 'name' | 'host'>> = {},
): ModelInUse => ({
  ...{ name: 'scripted', host: 'models.example', ...o },
  async ask(prompt) {
    const said = await say(prompt);
    const text = typeof said === 'string' ? said : JSON.stringify(said);
    return { text, tokensIn: 100, tokensOut: 10 };
  },
});

export const nothingHidden: Privacy = { people: null, places: null, names: false };

export function deciding(o: {
  readonly acts?: ModelInUse;
  readonly watches?: ModelInUse;
  readonly privacy?: Privacy;
}) {
  const clock = virtualClock(Date.parse('2026-11-26T12:00:00Z'));
  const book = memoryBook();
  const parts: DeciderParts = {
    ...{ clock, book, deadlineMs: () => 20_000 },
    purse: freePurse,
    models: async () => ({ acts: o.acts ?? null, watches: o.watches ?? null }),
    privacy: async () => o.privacy ?? nothingHidden,
    look: async () => ({ text: '', told: 0, of: 0 }),
  };
  return { clock, book, parts, decider: openDecider(parts) };
}
