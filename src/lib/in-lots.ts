/** What comes while one lot is being done makes the next lot: nothing waits for company, and a storm is cheap. */
export interface Lots<T, R> {
  readonly lotMax: number;
  /** Does a lot, in the order it came: a result for each, null for what is to be done alone. All or nothing. */
  readonly together: (lot: readonly T[]) => Promise<readonly (R | null)[]>;
  readonly alone: (one: T) => Promise<R>;
}

interface Waiting<T, R> {
  readonly one: T;
  readonly settle: (result: R | PromiseLike<R>) => void;
}

/** Answers what takes one. How many wait is bounded by those who ask, since each waits for its answer. */
export function inLots<T, R>(o: Lots<T, R>): (one: T) => Promise<R> {
  const waiting: Waiting<T, R>[] = [];
  let busy = false;

  async function work(): Promise<void> {
    busy = true;
    while (waiting.length > 0) await workOf(waiting.splice(0, o.lotMax));
    busy = false;
  }

  async function workOf(lot: readonly Waiting<T, R>[]): Promise<void> {
    // What one of a lot broke is no fault of the others: each is then done, or fails, by itself.
    const all = lot.map(({ one }) => one);
    const results = lot.length > 1 ? await o.together(all).catch(() => []) : [];
    const left = lot.filter(({ settle }, at) => {
      const result = results[at] ?? null;
      if (result !== null) settle(result);
      return result === null;
    });
    const alone = left.map(({ one, settle }) => {
      const done = o.alone(one);
      settle(done);
      return done;
    });
    await Promise.allSettled(alone);
  }

  return (one) =>
    new Promise<R>((settle) => {
      waiting.push({ one, settle });
      if (!busy) void work();
    });
}
