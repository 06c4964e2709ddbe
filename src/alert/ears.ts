/** The ears of channels that can be answered: begun, begun again after a fault, and ended with the channel. */
import { createHash, createHmac } from 'node:crypto';
import type { ChannelDefinition, Ear, EarContext, HomePanel } from '@tomte/sdk/define';
import { isError, TomteError } from '@tomte/sdk/errors';
import type { ChannelRow } from '@tomte/sdk/types';
import { type Clock, iso, withTimeout } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { oneByOne } from '../lib/one-by-one.ts';
import { backoffMs } from '../lib/retry.ts';
import { scrub } from '../lib/secret.ts';
import { listChannels } from '../store/channels.ts';
import type { Store } from '../store/open.ts';
import type { Key } from '../store/seal.ts';
import { clearSettings } from '../store/sealed-settings.ts';
import { readSetting, saveSetting } from '../store/settings.ts';
import type { Row } from '../store/tables.ts';
import { type Kinds, ownerOf } from './channels.ts';
import { channelAddresses } from './reach.ts';

/** Channels may also change in another worker, or go with their home. */
const lookMs = 60_000;
const goodbyeMs = 3_000;
const backoff = { firstMs: 2_000, maxMs: 5 * 60_000 };
/** What heard for so long began well: the next fault is the first one again. */
const settledMs = 10 * 60_000;

export interface EarsOptions {
  readonly store: Store;
  readonly key: Key;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly kinds: Kinds;
  readonly fetch: typeof fetch;
  readonly press: EarContext<unknown>['press'];
  readonly panel: (home: string) => HomePanel | null;
  /** Whether this worker hears for the home; null asks for what belongs to no home. Of several one does. */
  readonly hears: (home: string | null) => Promise<boolean>;
}

export interface Ears {
  /** Begins what is new, ends what is gone; without effect before `start`. Never rejects. */
  look(): Promise<void>;
  /** Null for a channel that hears nothing. */
  stateOf(channel: string): ChannelRow['ear'];
  start(): void;
  stop(): Promise<void>;
}

type Heard = { readonly row: Row<'channels'>; readonly settings: unknown };
type State = NonNullable<ChannelRow['ear']>;

interface Group {
  readonly id: string;
  readonly ear: Ear<unknown>;
  readonly heard: readonly Heard[];
  /** Of all that it was begun with. */
  readonly print: string;
}

interface Running extends Group {
  state: State;
  leaving: boolean;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

export function openEars(o: EarsOptions): Ears {
  const { store, clock, log } = o;
  const running = new Map<string, Running>();
  const broken = new Map<string, State>();
  const inTurn = oneByOne();
  let stopLooking = () => {};
  let open = false;

  async function lookNow(): Promise<void> {
    if (!open) return;
    const wanted = await mine(groupsOf(await listChannels(store.db)));
    for (const [id, one] of running) {
      const next = wanted.get(id);
      if (next?.print === one.print) wanted.delete(id);
      else await end(one, next === undefined);
    }
    for (const group of wanted.values()) begin(group);
  }

  /** Two that listen would take each other's news away: whoever looks after the home of the first hears for all. */
  async function mine(groups: ReadonlyMap<string, Group>): Promise<Map<string, Group>> {
    const kept = new Map<string, Group>();
    for (const [id, group] of groups) {
      if (await o.hears(group.heard[0]!.row.home_id)) kept.set(id, group);
    }
    return kept;
  }

  function groupsOf(rows: readonly Row<'channels'>[]): Map<string, Group> {
    const groups = new Map<string, Group>();
    broken.clear();
    for (const row of rows) {
      const definition = o.kinds.get(row.kind);
      if (!row.enabled || !definition?.ear) continue;
      try {
        const settings = clearSettings(ownerOf(definition, o.key, row.id), row);
        const id = groupId(row.kind, definition, settings);
        const heard = [...(groups.get(id)?.heard ?? []), { row, settings }];
        groups.set(id, { id, ear: definition.ear as Ear<unknown>, heard, print: printOf(heard) });
      } catch (error) {
        if (!isError(error)) throw error;
        broken.set(row.id, deaf(error));
      }
    }
    return groups;
  }

  /** The same after a restart, and nothing of a secret can be read from it. */
  const groupId = (kind: string, definition: ChannelDefinition, settings: unknown): string => {
    const key = definition.ear!.key(settings as never);
    return `${kind}:${createHmac('sha256', o.key).update(`${kind} ${key}`).digest('hex').slice(0, 24)}`;
  };

  const deaf = (error: TomteError): State => ({
    state: 'deaf',
    since: iso(clock.now()),
    error: JSON.parse(scrub(JSON.stringify(error.toJSON().error))) as State['error'],
  });

  function begin(group: Group): void {
    const stop = new AbortController();
    const one: Running = {
      ...group,
      stop,
      leaving: false,
      state: { state: 'starting', since: iso(clock.now()), error: null },
      ended: Promise.resolve().then(() => keepHearing(one)),
    };
    running.set(group.id, one);
  }

  async function end(one: Running, leaving: boolean): Promise<void> {
    running.delete(one.id);
    one.leaving = leaving;
    one.stop.abort(new TomteError('link.stopped', 'The ear ends'));
    const late = () => new TomteError('channel.unreachable', 'An ear did not end in time');
    await withTimeout(clock, goodbyeMs, one.ended, late).catch((error: unknown) =>
      log.warn({ err: error, ear: one.id }, 'an ear is left behind'),
    );
  }

  async function keepHearing(one: Running): Promise<void> {
    const { signal } = one.stop;
    for (let faults = 0; !signal.aborted; faults++) {
      const began = clock.now();
      try {
        await one.ear.listen(contextOf(one));
      } catch (error) {
        if (signal.aborted) return;
        if (clock.now() - began > settledMs) faults = 0;
        noteFault(one, error);
      }
      const asked = Number(one.state.error?.details?.retryAfterMs ?? 0);
      const pauseMs = Math.max(backoffMs(faults, backoff, o.random), Math.min(asked, 3_600_000));
      await until(clock, pauseMs, signal);
    }
  }

  function noteFault(one: Running, error: unknown): void {
    const known = isError(error)
      ? error
      : new TomteError('app.internal', 'An ear failed with a fault of its own', { cause: error });
    const facts = { ear: one.id, code: known.code };
    if (one.state.error?.code !== known.code) log.warn({ ...facts, err: known }, 'an ear is deaf');
    one.state = deaf(known);
  }

  function contextOf(one: Running): EarContext<unknown> {
    const { signal } = one.stop;
    const memory = `ear:${one.id}`;
    return {
      channels: one.heard.map(({ row, settings }) => ({
        id: row.id,
        settings,
        home: row.home_id === null ? null : o.panel(row.home_id),
      })),
      fetch: o.fetch,
      addressesOf: channelAddresses,
      signal,
      leaving: () => one.leaving,
      now: clock.now,
      sleep: (ms) => clock.sleep(ms, signal),
      every: clock.every,
      recall: () => readSetting(store.db, memory),
      remember: (value) => saveSetting(store.db, memory, value),
      press: o.press,
      well() {
        if (one.state.state === 'hears') return;
        log.info({ ear: one.id }, 'an ear hears');
        one.state = { state: 'hears', since: iso(clock.now()), error: null };
      },
      ill: (error) => noteFault(one, error),
    };
  }

  const look = () =>
    inTurn(lookNow).catch((error: unknown) =>
      log.error({ err: error }, 'ears were not looked at; tried again soon'),
    );
  return {
    look,
    stateOf(channel) {
      const group = [...running.values()].find(({ heard }) =>
        heard.some(({ row }) => row.id === channel),
      );
      return group?.state ?? broken.get(channel) ?? null;
    },
    start() {
      open = true;
      void look();
      stopLooking = clock.every(lookMs, () => void look());
    },
    async stop() {
      stopLooking();
      await inTurn(async () => {
        open = false;
        await Promise.all([...running.values()].map((one) => end(one, false)));
      });
    },
  };
}

const printOf = (heard: readonly Heard[]): string => {
  const told = heard.map(({ row, settings }) => [row.id, row.home_id, row.name, settings]);
  return createHash('sha256').update(JSON.stringify(told)).digest('hex');
};

/** Until then, or until it is to end. */
async function until(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
