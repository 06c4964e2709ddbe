/** Alerts at work: each change is journalled together with the messages it causes. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../lib/clock.ts';
import { inLots } from '../lib/in-lots.ts';
import type { Log } from '../lib/log.ts';
import { listHomes } from '../store/homes.ts';
import type { Store } from '../store/open.ts';
import type { Db } from '../store/tables.ts';
import type { Alerts, AlertsOptions } from './alerts.ts';
import { dueDay, type Groups, tellDigest, waitingNews } from './digest.ts';
import { type AskOrder, openOrders } from './digest-order.ts';
import { takeDueSteps } from './escalate.ts';
import { endHolds } from './hold.ts';
import * as life from './life.ts';
import { beginMany, tellMany } from './storm.ts';
import { type TellOptions, tell } from './tell.ts';

export interface LivingOptions
  extends Pick<
    AlertsOptions,
    'channels' | 'homeName' | 'held' | 'onChanged' | 'sight' | 'digestAt'
  > {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** By time when left out. */
  readonly digest?: Groups & { readonly order: AskOrder };
  /** Messages were journalled. */
  readonly wake: () => void;
}

export interface Living
  extends Pick<Alerts, 'open' | 'resolve' | 'acknowledge' | 'quiet' | 'note'> {
  /** What became due by the clock alone: ends of quiet, of holds and of unrest, later steps, the digest. */
  sweep(): Promise<void>;
}

/** Alerts that begin in one transaction. */
const lotMax = 100;

const newId = () => randomUUID().replaceAll('-', '').slice(0, 20);

type Told = life.Lived & { readonly to?: readonly string[] };

export function openLiving(o: LivingOptions): Living {
  const { store, clock } = o;
  const now = () => clock.now();
  /** Home to the day whose digest was told, so that the journal is asked once a day. */
  const digested = new Map<string, string>();
  const groups = o.digest ?? { roomOf: () => null, kindOf: () => null, order: () => null };
  const orders = openOrders(groups.order, o.log);
  const telling = (): TellOptions => ({
    ...{ kinds: o.channels, homeName: o.homeName, sight: o.sight, now: now(), held: o.held },
  });

  /** One transaction: a crash is before or after, never in between. */
  async function commit<T extends life.Lived>(
    work: (tx: Db) => Promise<{ lived: T[]; messages: number }>,
  ): Promise<T[]> {
    const { lived, messages } = await store.transaction(work);
    if (messages > 0) o.wake();
    for (const { alert } of lived) o.onChanged(alert);
    return lived;
  }

  const live = (work: (tx: Db) => Promise<(Told | null)[]>): Promise<Told[]> =>
    commit(async (tx) => {
      let messages = 0;
      const lived = (await work(tx)).filter((one) => one !== null);
      for (const one of lived) {
        messages += await tell(tx, one, { ...telling(), ...(one.to ? { to: one.to } : {}) });
      }
      return { lived, messages };
    });

  async function tellDigests(): Promise<void> {
    for (const { id, name, time_zone: zone } of await listHomes(store.db)) {
      const day = dueDay(now(), zone, o.digestAt());
      if (day === null || digested.get(id) === day) continue;
      const order = await orders.of({ home: id, day, waiting: () => waitingNews(store.db, id) });
      if (order === null) continue;
      const of = { day, zone, home: id, homeName: name, held: o.held };
      const digest = { ...of, now: now(), order, groups };
      const messages = await store.transaction((tx) => tellDigest(tx, digest));
      digested.set(id, day);
      if (messages > 0) o.wake();
    }
  }

  async function openOne(request: life.Request): Promise<string> {
    const [lived] = await live(async (tx) => [
      await life.open(tx, request, { now: now(), newId: newId() }),
    ]);
    return lived!.alert.id;
  }

  async function openMany(requests: readonly life.Request[]): Promise<(string | null)[]> {
    const begun: (life.Lived | null)[] = [];
    await commit(async (tx) => {
      begun.push(...(await beginMany(tx, requests, { now: now(), newId })));
      const lived = begun.filter((one) => one !== null);
      return { lived, messages: await tellMany(tx, lived, telling()) };
    });
    return begun.map((one) => one?.alert.id ?? null);
  }

  const open = inLots({ lotMax, together: openMany, alone: openOne });

  return {
    open: async (request) => ({ id: await open(request) }),
    async resolve(home, key, last) {
      await live(async (tx) => [await life.resolve(tx, { home, key, last, now: now() })]);
    },
    async acknowledge(id, by) {
      await live(async (tx) => [await life.acknowledge(tx, { id, by, now: now() })]);
    },
    async quiet(id, until) {
      await live(async (tx) => [await life.quiet(tx, { id, until, now: now() })]);
    },
    async note(id, line) {
      await live(async (tx) => [await life.note(tx, { id, line })]);
    },
    async sweep() {
      await live((tx) => life.endQuiet(tx, now()));
      await live((tx) => endHolds(tx, now()));
      await live((tx) => life.endUnrest(tx, now()));
      await live((tx) => takeDueSteps(tx, now()));
      await tellDigests();
    },
  };
}
