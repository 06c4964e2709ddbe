/** The room's door: news in, told people out. Every change is journalled with its messages at once. */
import { randomUUID } from 'node:crypto';
import type { ChannelDefinition, HomeVoice } from '@tomte/sdk/define';
import { TomteError } from '@tomte/sdk/errors';
import type { Alert, AlertPage, ChannelKind, ChannelRow } from '@tomte/sdk/types';
import type { Clock } from '../lib/clock.ts';
import type { Extensions } from '../lib/extensions.ts';
import type { Log } from '../lib/log.ts';
import { getAlert } from '../store/alerts.ts';
import { getChannel } from '../store/channels.ts';
import type { Store } from '../store/open.ts';
import type { Key } from '../store/seal.ts';
import type { Db, Row } from '../store/tables.ts';
import * as channels from './channels.ts';
import { leaseMs, openDeliverer } from './deliver.ts';
import * as life from './life.ts';
import { type LinkPages, openLinkPages } from './link-pages.ts';
import { type LinkAction, type LinkSubject, openLinks } from './links.ts';
import { openPictures } from './pictures.ts';
import { send } from './send.ts';
import { tell } from './tell.ts';
import { confirmTrial, sendTrial } from './trial.ts';
import { type AlertFilter, alertPage, listAlerts, type PictureAlert } from './wire.ts';

export interface AlertsOptions {
  readonly store: Store;
  readonly key: Key;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly channels: Extensions<ChannelDefinition>;
  readonly fetch: typeof fetch;
  /** The linked home's voice; null while it is not linked. */
  readonly voice: (home: string) => HomeVoice | null;
  /** PNG of the alert as it is now; null where there is nothing to draw. */
  readonly picture: (alert: PictureAlert) => Promise<Uint8Array | null>;
  /** PNG for "Send a test". */
  readonly testPicture?: () => Promise<Uint8Array | null>;
  readonly homeName: (home: string) => string;
  readonly publicUrl: () => string | null;
  /** True for the demo home: messages are journalled as held and never sent. */
  readonly held: boolean;
  readonly onChanged: (alert: Pick<Alert, 'id' | 'state'>) => void;
}

export interface Alerts {
  /** Opens the alert of this key, or updates the open one; says nothing when nothing is new. */
  open(request: life.Request): Promise<{ id: string }>;
  resolve(
    home: string,
    key: string,
    last: { title: string; text: string; at: number },
  ): Promise<void>;
  /** `by` is a name people read; null when nobody said theirs. Throws alert.not_found. */
  acknowledge(id: string, by: string | null): Promise<void>;
  /** `until` is epoch ms. Throws alert.not_found. */
  quiet(id: string, until: number): Promise<void>;
  list(filter?: AlertFilter): Promise<Alert[]>;
  /** All but the chart. Throws alert.not_found. */
  page(id: string): Promise<AlertPage>;
  channelKinds(): ChannelKind[];
  channels(): Promise<ChannelRow[]>;
  saveChannel(input: channels.ChannelInput): Promise<ChannelRow>;
  removeChannel(id: string): Promise<void>;
  testChannel(id: string): Promise<ChannelRow>;
  confirmTest(
    id: string,
    seen: { picture?: boolean | undefined; button?: boolean | undefined },
  ): Promise<ChannelRow>;
  /** Address of a signed page; null without a public address. */
  link(alert: string, action: LinkAction): string | null;
  /** Throws api.link_expired. */
  fromLink(token: string): LinkSubject & { readonly alert: string };
  /** The pages behind signed links, ready to be served. */
  readonly links: LinkPages;
  start(): void;
  /** Sends all that is due now and answers when it is done. */
  drain(): Promise<void>;
  stop(): Promise<void>;
}

export function openAlerts(o: AlertsOptions): Alerts {
  const { store, clock } = o;
  const kinds = o.channels;
  const links = openLinks(o.key, o.publicUrl);
  const pictures = openPictures({ ...o, pageOf });
  const parts = { ...o, kinds, links, ...pictures };
  const deliverer = openDeliverer({
    ...o,
    send: (claimed, stopped) => send(claimed, parts, stopped),
    before: endQuiet,
    onTold: (id) => {
      changed(id).catch((error: unknown) => o.log.warn({ err: error }, 'a change was not told'));
    },
  });

  const told = (tx: Db, lived: life.Lived) =>
    tell(tx, lived, { kinds, homeName: o.homeName, now: clock.now(), held: o.held });

  /** Alert and messages in one transaction: a crash in between is before or after, never half. */
  async function live(work: (tx: Db) => Promise<life.Lived | null>): Promise<life.Lived | null> {
    const lived = await store.transaction(async (tx) => {
      const done = await work(tx);
      if (done) await told(tx, done);
      return done;
    });
    if (lived) {
      deliverer.wake();
      o.onChanged(lived.alert);
    }
    return lived;
  }

  async function endQuiet(): Promise<void> {
    const woken = await store.transaction(async (tx) => {
      const ended = await life.endQuiet(tx, clock.now());
      for (const lived of ended) await told(tx, lived);
      return ended;
    });
    for (const { alert } of woken) o.onChanged(alert);
  }

  async function rowOf(id: string): Promise<Row<'alerts'>> {
    const row = await getAlert(store.db, id);
    if (!row) throw new TomteError('alert.not_found', `There is no alert ${id}`);
    return row;
  }
  async function pageOf(row: Row<'alerts'>): Promise<PictureAlert> {
    return alertPage(store.db, row, { homeName: o.homeName(row.home_id), held: o.held });
  }
  async function changed(id: string): Promise<void> {
    const row = await getAlert(store.db, id);
    if (row) o.onChanged(row);
  }
  async function channelOf(id: string): Promise<ChannelRow> {
    const [row] = await channels.list(store.db, kinds, id);
    if (!row) throw new TomteError('channel.not_found', `There is no channel ${id}`);
    return row;
  }
  const acknowledge = async (id: string, by: string | null) => {
    await live((tx) => life.acknowledge(tx, { id, by, now: clock.now() }));
  };
  const quiet = async (id: string, until: number) => {
    await live((tx) => life.quiet(tx, { id, until, now: clock.now() }));
  };
  const confirmTest: Alerts['confirmTest'] = async (id, seen) => {
    await confirmTrial(store.db, id, seen);
    return channelOf(id);
  };

  return {
    async open(request) {
      const lived = await live((tx) =>
        life.open(tx, request, { now: clock.now(), newId: newId() }),
      );
      return { id: lived!.alert.id };
    },
    async resolve(home, key, last) {
      await live((tx) => life.resolve(tx, { home, key, last }));
    },
    acknowledge,
    quiet,
    list: (filter = {}) => listAlerts(store.db, filter),
    page: async (id) => pageOf(await rowOf(id)),
    channelKinds: () => channels.kindsOf(kinds),
    channels: () => channels.list(store.db, kinds),
    async saveChannel(input) {
      return channelOf(
        await channels.save(store.db, input, { kinds, key: o.key, now: clock.now() }),
      );
    },
    removeChannel: (id) => channels.remove(store.db, id),
    async testChannel(id) {
      if (o.held) throw new TomteError('api.invalid', 'The demo home sends no messages');
      const home = (await channels.channelById(store.db, id)).home_id;
      await sendTrial(store.db, id, {
        now: clock.now,
        leaseMs,
        homeName: home === null ? 'Tomte' : o.homeName(home),
        linked: links.url({ id, action: 'test', channel: id }, clock.now()) !== null,
        send: (claimed) => send(claimed, parts, new AbortController().signal),
      });
      return channelOf(id);
    },
    confirmTest,
    link: (alert, action) => links.url({ id: alert, action, channel: null }, clock.now()),
    fromLink(token) {
      const subject = links.read(token, clock.now());
      return { ...subject, alert: subject.id };
    },
    links: openLinkPages({
      links,
      clock,
      page: async (id) => pageOf(await rowOf(id)),
      zoneOf: async (home) =>
        (
          await store.db
            .selectFrom('homes')
            .select('time_zone')
            .where('id', '=', home)
            .executeTakeFirst()
        )?.time_zone ?? 'UTC',
      channelName: async (id) => (await getChannel(store.db, id))?.name ?? null,
      picture: pictures.ofPage,
      acknowledge,
      quiet,
      pressed: (channel) => confirmTest(channel, { button: true }),
    }),
    start: deliverer.start,
    drain: deliverer.drain,
    stop: deliverer.stop,
  };
}

const newId = (): string => randomUUID().replaceAll('-', '').slice(0, 20);
