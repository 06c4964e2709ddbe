import type { DecideRequest } from '@tomte/sdk/decide';
import type { Told } from './ask.ts';
import type { Looked } from './prompt.ts';

/** Why the rule decided. */
export type WhyRule =
  | 'no_model'
  | 'watching'
  | 'abstained'
  | 'not_grounded'
  | 'failed'
  | 'resting'
  | 'over_budget';

/** One Decision as it is kept. */
export interface Entry {
  readonly home: string;
  /** Epoch ms. */
  readonly at: number;
  /** Who asked: `workflow:<name>`, or a part of Tomte such as `alert-words`. */
  readonly by: string;
  /** The same key is the same Decision. */
  readonly key: string | null;
  readonly request: DecideRequest;
  /** States as they were told. */
  readonly look: Looked | null;
  readonly promptHash: string;
  readonly promptTokens: number;
  readonly leaves: readonly string[];
  readonly choice: string;
  readonly reason: string;
  readonly decidedBy: 'rule' | 'model';
  readonly why: WhyRule | null;
  /** What the rule decides. */
  readonly rule: string;
  /** Models asked, the one that may act first. */
  readonly told: readonly ToldAs[];
}

export interface ToldAs extends Told {
  /** Whether its answer may count, or is only compared. */
  readonly as: 'acts' | 'watches';
  /** In the currency of the price table; null without a price. */
  readonly cost: number | null;
}

/** Where Decisions are kept. */
export interface Book {
  find(home: string, key: string): Promise<Kept | null>;
  /** Answers the record's id. */
  add(entry: Entry): Promise<string>;
}

export type Kept = Pick<Entry, 'choice' | 'reason' | 'decidedBy'> & { readonly id: string };

/** A book in memory, for tests and trials. */
export function memoryBook(): Book & { readonly entries: Entry[] } {
  const entries: Entry[] = [];
  return {
    entries,
    async find(home, key) {
      const at = entries.findIndex((entry) => entry.home === home && entry.key === key);
      return at < 0 ? null : { ...entries[at]!, id: String(at + 1) };
    },
    async add(entry) {
      return String(entries.push(entry));
    },
  };
}
