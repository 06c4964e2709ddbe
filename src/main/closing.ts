import { TomteError } from '@tomte/sdk/errors';
import { type Clock, withTimeout } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';

export type Closer = () => Promise<unknown>;

/**
 * Closes what was opened, the newest first, and answers after `limitMs` at the latest: what waits for a
 * database that is gone would else wait for ever. A step that fails does not keep the others from closing.
 */
export async function closeAll(
  closers: Closer[],
  o: { clock: Clock; log: Log; limitMs: number },
): Promise<void> {
  const inOrder = async () => {
    for (const step of closers.splice(0).reverse()) {
      await step().catch((error: unknown) => o.log.error({ err: error }, 'closing failed once'));
    }
  };
  const late = () => new TomteError('app.internal', `not closed within ${o.limitMs / 1000} s`);
  await withTimeout(o.clock, o.limitMs, inOrder(), late).catch((error: unknown) =>
    o.log.warn({ err: error }, 'closing was cut short'),
  );
}
