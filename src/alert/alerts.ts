/** The room's door: news in, told people out. Every change is journalled with its messages at once. */
import type { ChannelDefinition, HomePanel, HomeVoice } from '@tomte/sdk/define';
import { TomteError } from '@tomte/sdk/errors';
import type { ParsedInput } from '@tomte/sdk/operations';
import type { Alert, AlertPage } from '@tomte/sdk/types';
import type { RoutePreview } from '@tomte/sdk/types-people';
import type { Clock } from '../lib/clock.ts';
import type { Extensions } from '../lib/extensions.ts';
import type { Log } from '../lib/log.ts';
import { getAlert } from '../store/alerts.ts';
import type { Store } from '../store/open.ts';
import type { Key } from '../store/seal.ts';
import type { Row } from '../store/tables.ts';
import { type AttemptParts, attempt } from './attempt.ts';
import { type ChannelDesk, openChannelDesk } from './channel-desk.ts';
import { openDeliverer } from './deliver.ts';
import type { Groups } from './digest.ts';
import type { AskOrder } from './digest-order.ts';
import { openEars } from './ears.ts';
import type { Request } from './life.ts';
import { type LinkPages, openLinkPages } from './link-pages.ts';
import { type LinkAction, type LinkSubject, openLinks } from './links.ts';
import { openLiving } from './living.ts';
import { openPictures } from './pictures.ts';
import { press } from './press.ts';
import { previewRoute } from './preview.ts';
import { send } from './send.ts';
import { drawTestPicture } from './test-picture.ts';
import type { HomeSight } from './who.ts';
import { type AlertFilter, alertPage, listAlerts, type PictureAlert } from './wire.ts';

export interface AlertsOptions {
  readonly store: Store;
  readonly key: Key;
  readonly clock: Clock;
  readonly log: Log;
  /** Name of this worker, the same at each start. */
  readonly worker: string;
  readonly random: () => number;
  readonly channels: Extensions<ChannelDefinition>;
  readonly fetch: typeof fetch;
  /** For ears, which wait longer for an answer; `fetch` when left out. */
  readonly earFetch?: typeof fetch;
  /** Whether this worker hears what is pressed for a home, or for what belongs to none; true when left out. */
  readonly hears?: (home: string | null) => Promise<boolean>;
  /** The linked home as other programs may show it; null while it is not linked. */
  readonly panel?: (home: string) => HomePanel | null;
  /** The linked home's voice; null while it is not linked. */
  readonly voice: (home: string) => HomeVoice | null;
  /** PNG of the alert as it is now; null where there is nothing to draw. */
  readonly picture: (alert: PictureAlert) => Promise<Uint8Array | null>;
  /** PNG for "Send a test"; a made-up chart by default. */
  readonly testPicture?: () => Promise<Uint8Array | null>;
  readonly homeName: (home: string) => string;
  /** Who is home, and where things stand. */
  readonly sight: HomeSight;
  /** When the morning digest comes, HH:MM by the clock of each home. */
  readonly digestAt: () => string;
  /** In which order its lines stand, and what they are called together; by time when left out. */
  readonly digest?: Groups & { readonly order: AskOrder };
  readonly publicUrl: () => string | null;
  /** True for the demo home: messages are journalled as held and never sent. */
  readonly held: boolean;
  readonly onChanged: (alert: Row<'alerts'>) => void;
  /** A question was answered on a page or a phone. Throws approval.closed and the like. */
  readonly choose: (o: Chosen) => Promise<void>;
  /** The button that switches something was pressed. `by` is a name people read. */
  readonly press?: (alert: string, by: string | null) => Promise<{ readonly text: string }>;
}

export interface Chosen {
  readonly approval: string;
  readonly option: string;
  /** A name people read; null when nobody said theirs. */
  readonly by: string | null;
}

export interface Alerts extends ChannelDesk {
  /** Opens the alert of this key, or updates the open one; says nothing when nothing is new. */
  open(request: Request): Promise<{ id: string }>;
  resolve(
    home: string,
    key: string,
    last: { title: string; text: string; at: number },
  ): Promise<void>;
  /** `by` is a name people read; null when nobody said theirs. Throws alert.not_found. */
  acknowledge(id: string, by: string | null): Promise<void>;
  /** `until` is epoch ms. Throws alert.not_found. */
  quiet(id: string, until: number): Promise<void>;
  /** Says on it, wherever it was told, what came of its button. Throws alert.not_found. */
  note(id: string, line: string): Promise<void>;
  list(filter?: AlertFilter): Promise<Alert[]>;
  /** All but the chart. Throws alert.not_found. */
  page(id: string): Promise<AlertPage>;
  /** Who would be told. */
  preview(input: ParsedInput<'previewRoute'>): Promise<RoutePreview>;
  /** Address of a signed page; null without a public address. */
  link(alert: string, action: LinkAction): string | null;
  /** Throws api.link_expired. */
  fromLink(token: string): LinkSubject & { readonly alert: string };
  /** The pages behind signed links, ready to be served. */
  readonly links: LinkPages;
  /** This worker looks after other homes than before: it hears for these now. Never rejects. */
  homesChanged(): Promise<void>;
  start(): void;
  /** Sends all that is due now and answers when it is done. */
  drain(): Promise<void>;
  stop(): Promise<void>;
}

export function openAlerts(o: AlertsOptions): Alerts {
  const { store, clock } = o;
  const links = openLinks(o.key, o.publicUrl);
  const pageOf = (row: Row<'alerts'>) =>
    alertPage(store.db, row, { homeName: o.homeName(row.home_id), held: o.held });
  const pictures = openPictures({
    testPicture: () => drawTestPicture(clock.now()),
    ...o,
    pageOf,
  });
  const sending = { ...o, kinds: o.channels, links, ...pictures };
  const ears = openEars({
    ...{
      panel: () => null,
      hears: async () => true,
      ...o,
      kinds: o.channels,
      fetch: o.earFetch ?? o.fetch,
    },
    press: (pressed) => press(store.db, pressed, linkPages),
  });
  const desk = openChannelDesk({
    ...o,
    links,
    ears,
    wake: () => deliverer.wake(),
    send: (claimed) => send(claimed, sending, new AbortController().signal),
  });
  const living = openLiving({ ...o, wake: () => deliverer.wake() });
  const parts: AttemptParts = {
    ...o,
    send: (claimed, stopped) => send(claimed, sending, stopped),
    async onTold(id) {
      const row = await getAlert(store.db, id);
      if (row) o.onChanged(row);
    },
  };
  const deliverer = openDeliverer({
    ...o,
    attempt: (claimed, stopped) => attempt(claimed, parts, stopped),
    before: living.sweep,
  });
  async function page(id: string): Promise<PictureAlert> {
    const row = await getAlert(store.db, id);
    if (!row) throw new TomteError('alert.not_found', `There is no alert ${id}`);
    return pageOf(row);
  }
  const { sweep: _, ...lives } = living;
  const linkPages = openLinkPages({
    ...{ ...living, store, links, clock, page, desk, choose: o.choose, act: o.press },
    picture: pictures.ofPage,
  });
  return {
    ...lives,
    ...desk,
    list: (filter = {}) => listAlerts(store.db, filter),
    page,
    preview: (input) =>
      previewRoute(store.db, input, { kinds: o.channels, sight: o.sight, now: clock.now() }),
    link: (alert, action) => links.url({ id: alert, action, channel: null }, clock.now()),
    fromLink(token) {
      const subject = links.read(token, clock.now());
      return { ...subject, alert: subject.id };
    },
    links: linkPages,
    homesChanged: ears.look,
    start() {
      deliverer.start();
      // The demo sends nothing, so nobody can answer it.
      if (!o.held) ears.start();
    },
    drain: deliverer.drain,
    async stop() {
      await ears.stop();
      await deliverer.stop();
    },
  };
}
