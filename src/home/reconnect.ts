import type { TomteError } from '@tomte/sdk/errors';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { backoffMs } from '../lib/retry.ts';
import type { LinkSettings } from './link-options.ts';
import { isFinal, pauseMaxMs, type Stand } from './link-state.ts';

export interface ReconnectOptions {
  readonly home: string;
  readonly stand: Stand;
  readonly settings: Pick<LinkSettings, 'backoff' | 'steadyMs'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** One life of a socket, told why the last live one ended; answers why it ended. */
  readonly connect: (cause: TomteError | null) => Promise<{ error: TomteError; liveMs: number }>;
}

/** Connects again after every end, for ever; only a refused token or the signal ends it. */
export function keepConnected(o: ReconnectOptions): { ended: Promise<void>; retryNow(): void } {
  let wake = () => {};
  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const cancel = o.clock.after(ms, () => wake());
      wake = () => {
        cancel();
        wake = () => {};
        resolve();
      };
    });

  async function live(): Promise<void> {
    let attempt = 0;
    let lostAt = o.clock.ticks();
    let kind: 'connecting' | 'stale' = 'connecting';
    let saidGoodbye = false;
    let cause: TomteError | null = null;
    while (!o.signal.aborted) {
      const { error, liveMs } = await o.connect(cause);
      if (o.signal.aborted) return;
      if (isFinal(error)) return o.stand.become({ kind: 'stopped' }, error);
      // What ended the last life, not what the attempts since then met.
      if (liveMs > 0 || cause === null) cause = error;
      if (liveMs > 0) {
        kind = 'stale';
        lostAt = o.clock.ticks();
        saidGoodbye = error.details.code === 1000;
      }
      // A connection that never lasts is tried less and less often.
      attempt = liveMs >= o.settings.steadyMs ? 0 : attempt + 1;
      const { backoff } = o.settings;
      const lostForMs = o.clock.ticks() - lostAt;
      const maxMs = pauseMaxMs({ lostForMs, saidGoodbye, maxMs: backoff.maxMs });
      const pauseMs = backoffMs(attempt, { ...backoff, maxMs }, o.random);
      const facts = { home: o.home, code: error.code, pauseMs: Math.round(pauseMs) };
      o.log.info(facts, 'the Link is lost');
      o.stand.become({ kind, attempt, nextAttemptAt: o.clock.now() + pauseMs }, error);
      await pause(pauseMs);
      if (!o.signal.aborted) o.stand.become({ kind, attempt, nextAttemptAt: null }, error);
    }
  }
  return { ended: live(), retryNow: () => wake() };
}
