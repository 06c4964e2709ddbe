import { TomteError } from '@tomte/sdk/errors';
import type { Clock } from './clock.ts';

/** Work of somebody else's code, within its time: what does not heed its signal is left behind. */
export async function withinLimit<T>(
  clock: Clock,
  o: { readonly ms: number; readonly stopped: AbortSignal },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const cancel = clock.after(o.ms, () =>
    limit.abort(new TomteError('connect.timeout', `No answer within ${o.ms / 1000} s`)),
  );
  const signal = AbortSignal.any([limit.signal, o.stopped]);
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  try {
    signal.throwIfAborted();
    return await Promise.race([work(signal), aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
    cancel();
  }
}
