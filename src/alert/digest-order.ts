/** In which order the digest of a day is told: asked beside the sweep, which waits for nobody. */
import type { Log } from '../lib/log.ts';
import type { DigestOrder } from './digest.ts';

/** One piece of news that waits for the morning. */
export interface WaitingNews {
  readonly entities: readonly string[];
  readonly detector: string | null;
}

export interface OrderAsked {
  readonly home: string;
  /** `2026-11-21`: the same day is the same question. */
  readonly day: string;
  readonly news: readonly WaitingNews[];
}

/** Null where nobody is asked: then it is by time. */
export type AskOrder = (asked: OrderAsked) => Promise<DigestOrder> | null;

export interface Orders {
  /** Null while it is still asked. */
  of(o: {
    home: string;
    day: string;
    waiting: () => Promise<WaitingNews[]>;
  }): Promise<DigestOrder | null>;
}

export function openOrders(ask: AskOrder, log: Log): Orders {
  const asked = new Map<string, { readonly day: string; order: DigestOrder | null }>();
  return {
    async of({ home, day, waiting }) {
      const known = asked.get(home);
      if (known?.day === day) return known.order;
      const one = { day, order: null as DigestOrder | null };
      const answer = ask({ home, day, news: await waiting() });
      asked.set(home, one);
      if (answer === null) one.order = 'time';
      answer?.then(
        (order) => {
          one.order = order;
        },
        (error: unknown) => {
          log.warn({ err: error, home }, 'the order of a digest was not decided: it is by time');
          one.order = 'time';
        },
      );
      return one.order;
    },
  };
}
