/** Alerts at work: each change is journalled together with the messages it causes. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../lib/clock.ts';
import type { Store } from '../store/open.ts';
import type { Db } from '../store/tables.ts';
import type { Alerts, AlertsOptions } from './alerts.ts';
import * as life from './life.ts';
import { tell } from './tell.ts';

export interface LivingOptions
  extends Pick<AlertsOptions, 'channels' | 'homeName' | 'held' | 'onChanged'> {
  readonly store: Store;
  readonly clock: Clock;
  /** Messages were journalled. */
  readonly wake: () => void;
}

export interface Living extends Pick<Alerts, 'open' | 'resolve' | 'acknowledge' | 'quiet'> {
  /** Alerts whose quiet time is over speak once more. */
  endQuiet(): Promise<void>;
}

export function openLiving(o: LivingOptions): Living {
  const { store, clock } = o;
  const now = () => clock.now();

  /** One transaction: a crash is before or after, never in between. */
  async function live(work: (tx: Db) => Promise<(life.Lived | null)[]>): Promise<life.Lived[]> {
    const lived = await store.transaction(async (tx) => {
      const done = (await work(tx)).filter((one) => one !== null);
      for (const one of done) {
        await tell(tx, one, { kinds: o.channels, homeName: o.homeName, now: now(), held: o.held });
      }
      return done;
    });
    if (lived.length > 0) o.wake();
    for (const { alert } of lived) o.onChanged(alert);
    return lived;
  }

  return {
    async open(request) {
      const newId = randomUUID().replaceAll('-', '').slice(0, 20);
      const [lived] = await live(async (tx) => [
        await life.open(tx, request, { now: now(), newId }),
      ]);
      return { id: lived!.alert.id };
    },
    async resolve(home, key, last) {
      await live(async (tx) => [await life.resolve(tx, { home, key, last })]);
    },
    async acknowledge(id, by) {
      await live(async (tx) => [await life.acknowledge(tx, { id, by, now: now() })]);
    },
    async quiet(id, until) {
      await live(async (tx) => [await life.quiet(tx, { id, until, now: now() })]);
    },
    async endQuiet() {
      await live((tx) => life.endQuiet(tx, now()));
    },
  };
}
