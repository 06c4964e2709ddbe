import type { TomteError } from '@tomte/sdk/errors';
import { isError } from '@tomte/sdk/errors';

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
