import { isError, TomteError } from '@tomte/sdk/errors';
import type { Clock } from '../lib/clock.ts';
import type { Mirror } from './mirror.ts';

interface Common {
  /** Since when it is in this state, epoch ms. */
  readonly since: number;
  /** When the home was last heard, epoch ms. */
  readonly asOf: number | null;
  readonly generation: number;
  /** Cause of the last loss or failed attempt, while not live. */
  readonly error: TomteError | null;
  /** When the next attempt is due; null while one is under way. */
  readonly nextAttemptAt: number | null;
}

/** `connecting` until it was live once, `stale` after each loss; `stopped` is for ever. */
export type LinkState = Common &
  (
    | { readonly kind: 'connecting'; readonly attempt: number }
    | { readonly kind: 'syncing' }
    | { readonly kind: 'live' }
    | { readonly kind: 'stale'; readonly attempt: number }
    | { readonly kind: 'stopped'; readonly error: TomteError }
  );

/** A refused token is never shown again in this Link's life: each time would be a point towards an IP ban. */
export const isFinal = (error: TomteError): boolean =>
  isError(error, 'link.token_rejected', 'link.token_local_only', 'link.user_inactive');

/** How long until the next attempt may be put off at most, ms. */
export function pauseMaxMs(o: {
  /** Milliseconds since the Link was lost. */
  lostForMs: number;
  /** The home itself said goodbye, as it does when it restarts. */
  saidGoodbye: boolean;
  maxMs: number;
}): number {
  const restarting = o.saidGoodbye && o.lostForMs < 120_000;
  return restarting ? Math.min(3_000, o.maxMs) : o.maxMs;
}

type Step =
  | {
      readonly kind: 'connecting' | 'stale';
      readonly attempt: number;
      readonly nextAttemptAt: number | null;
    }
  | { readonly kind: 'syncing' | 'live' }
  | { readonly kind: 'stopped' };

/** Where the Link stands, and who wants to know. */
export interface Stand {
  readonly current: LinkState;
  become(step: Step, error: TomteError | null): void;
  subscribe(cb: (state: LinkState) => void): () => void;
  /** Resolves when it holds; throws what stopped the Link, or `link.stopped` when a signal says so. */
  until(holds: () => boolean, ...signals: AbortSignal[]): Promise<void>;
}

export function openStand(clock: Clock, mirror: Pick<Mirror, 'asOf' | 'generation'>): Stand {
  const listeners = new Set<(state: LinkState) => void>();
  let state: LinkState = {
    kind: 'connecting',
    attempt: 0,
    since: clock.now(),
    asOf: null,
    generation: 0,
    error: null,
    nextAttemptAt: null,
  };
  /** With what moves on between two steps. */
  const current = (): LinkState =>
    state.asOf === mirror.asOf && state.generation === mirror.generation
      ? state
      : { ...state, asOf: mirror.asOf, generation: mirror.generation };
  return {
    get current() {
      return current();
    },
    become(step, error) {
      const since = step.kind === state.kind ? state.since : clock.now();
      const { asOf, generation } = mirror;
      const common = { since, asOf, generation, error, nextAttemptAt: null };
      // One variant of the union: the compiler does not follow the spread.
      state = { ...common, ...step } as LinkState;
      for (const cb of [...listeners]) cb(state);
    },
    subscribe(cb) {
      listeners.add(cb);
      return () => void listeners.delete(cb);
    },
    until(holds, ...signals) {
      const signal = AbortSignal.any(signals);
      return new Promise((resolve, reject) => {
        const finish = (then: () => void) => {
          listeners.delete(look);
          signal.removeEventListener('abort', onAbort);
          then();
        };
        const look = () => {
          if (holds()) finish(resolve);
          else if (state.kind === 'stopped') {
            const { error } = state;
            finish(() => reject(error));
          }
        };
        const onAbort = () =>
          finish(() => reject(new TomteError('link.stopped', 'The Link was closed')));
        if (signal.aborted) return onAbort();
        listeners.add(look);
        signal.addEventListener('abort', onAbort, { once: true });
        look();
      });
    },
  };
}
