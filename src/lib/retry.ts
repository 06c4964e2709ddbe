import type { Clock } from './clock.ts';

export interface Backoff {
  readonly firstMs: number;
  readonly maxMs: number;
}

/** Full jitter between half and the whole of an exponential pause: many homes do not come back at once. */
export function backoffMs(attempt: number, backoff: Backoff, random: () => number): number {
  const whole = Math.min(backoff.maxMs, backoff.firstMs * 2 ** Math.min(attempt, 30));
  return whole / 2 + (random() * whole) / 2;
}

export interface RetryOptions {
  readonly clock: Clock;
  readonly attemptsMax: number;
  readonly backoff: Backoff;
  readonly signal?: AbortSignal;
  /** False ends at once: the error will not get better. */
  readonly worth: (error: unknown) => boolean;
  readonly random?: () => number;
}

/** Tries again within a bound; throws the last error. */
export async function retry<T>(work: (attempt: number) => Promise<T>, o: RetryOptions): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work(attempt);
    } catch (error) {
      if (attempt + 1 >= o.attemptsMax || !o.worth(error) || o.signal?.aborted) throw error;
      await o.clock.sleep(backoffMs(attempt, o.backoff, o.random ?? Math.random), o.signal);
    }
  }
}
