/** The one source of time. Tests hand in a virtual clock; nothing else reads the computer's. */

export interface Clock {
  /** Epoch ms. */
  now(): number;
  /** Monotonic ms, for durations. */
  ticks(): number;
  /** Resolves after `ms`, or rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls back once; the answer cancels. */
  after(ms: number, callback: () => void): () => void;
  /** Calls back again and again; the answer cancels. Does not keep the program alive. */
  every(ms: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  ticks: () => performance.now(),
  sleep(ms, signal) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal!.reason as Error);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      }, ms);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  },
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
  every(ms, callback) {
    const timer = setInterval(callback, ms);
    timer.unref();
    return () => clearInterval(timer);
  },
};

/** ISO 8601 UTC with `Z`, or null. */
export const iso = (t: number): string => new Date(t).toISOString();
export const isoOrNull = (t: number | null | undefined): string | null =>
  t === null || t === undefined ? null : iso(t);

/** Rejects with `error()` when `work` takes longer than `ms`; the work itself is not stopped. */
export async function withTimeout<T>(
  clock: Clock,
  ms: number,
  work: Promise<T>,
  error: () => Error,
): Promise<T> {
  let cancel = () => {};
  const late = new Promise<never>((_, reject) => {
    cancel = clock.after(ms, () => reject(error()));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    cancel();
  }
}
