/** Serves signed links: showing changes nothing, so mail scanners that open links do no harm. */

import { isError } from '@tomte/sdk/errors';
import { clockTime } from '@tomte/sdk/words';
import type { Clock } from '../lib/clock.ts';
import { getChannel } from '../store/channels.ts';
import { getHome } from '../store/homes.ts';
import type { Store } from '../store/open.ts';
import type { AlertsOptions } from './alerts.ts';
import type { ChannelDesk } from './channel-desk.ts';
import type { LinkAction, LinkSubject, Links } from './links.ts';
import { renderLinkPage, renderStopPage, renderTestPage } from './links-page.ts';
import type { Living } from './living.ts';
import { mustSayYes, readerName } from './readers.ts';
import { nextMorning } from './turn.ts';
import type { PictureAlert } from './wire.ts';

export interface LinkPages {
  /** HTML of the page. Throws api.link_expired, alert.not_found. */
  show(token: string): Promise<string>;
  /** Does what the link is for and answers the page that says so. */
  act(token: string): Promise<string>;
  /** The same for a button on a phone, which shows no page. Throws approval.closed for what was answered before. */
  press(token: string): Promise<void>;
  /** The same where another way already proved whose press it was. `by` null takes the channel's name. */
  pressed(subject: LinkSubject, by: string | null): Promise<void>;
}

export interface LinkPagesOptions extends Pick<Living, 'acknowledge' | 'quiet'> {
  readonly store: Store;
  readonly links: Links;
  readonly clock: Clock;
  readonly page: (alert: string) => Promise<PictureAlert>;
  readonly picture: (alert: PictureAlert) => Promise<Uint8Array | null>;
  readonly desk: Pick<ChannelDesk, 'confirmTest' | 'stopChannel'>;
  readonly choose: AlertsOptions['choose'];
  readonly act: AlertsOptions['press'];
}

export function openLinkPages(o: LinkPagesOptions): LinkPages {
  const { db } = o.store;
  const zoneOf = async (home: string) => (await getHome(db, home))?.time_zone ?? 'UTC';
  const channelName = async (id: string) => (await getChannel(db, id))?.name ?? null;

  async function render(subject: LinkSubject, done: boolean, said?: string): Promise<string> {
    if (subject.action === 'test') {
      return renderTestPage((await channelName(subject.id)) ?? 'Test', done);
    }
    if (subject.action === 'stop') {
      return renderStopPage((await channelName(subject.id)) ?? 'This channel', done);
    }
    const page = await o.page(subject.id);
    const now = o.clock.now();
    const zone = await zoneOf(page.home);
    const token = (action: LinkAction) => tokenOf(o.links.url({ ...subject, action }, now));
    const picture = await o.picture(page);
    const common = { action: subject.action, done, picture, zone, now, said };
    if (page.choices) return renderLinkPage(page, { ...common, forms: choiceForms(page, subject) });
    const quietLabel = `Quiet until ${clockTime(nextMorning(now, zone), zone)}`;
    const all = [
      { label: 'I see it', token: token('seen'), action: 'seen' },
      { label: quietLabel, token: token('quiet'), action: 'quiet' },
      ...(page.action
        ? [{ label: page.action.label, token: token('act'), action: 'act', danger: true }]
        : []),
    ];
    const forms = all.filter(
      ({ action, token: made }) =>
        made !== null && (subject.action === 'open' || subject.action === action),
    ) as { label: string; token: string; danger?: boolean }[];
    return renderLinkPage(page, { ...common, forms });
  }

  /** All options, the harmless first: whoever came by the link of one may still think better of it. */
  function choiceForms({ id, choices }: PictureAlert, subject: LinkSubject) {
    const { options, expiresAt } = choices!;
    const now = o.clock.now();
    if (expiresAt <= now) return [];
    return options.map(({ id: option, label, danger }) => {
      const choosing = { id, action: 'choose', channel: subject.channel, option } as const;
      return { label, danger, token: o.links.token({ ...choosing, until: expiresAt }, now) };
    });
  }

  /** A second answer changes nothing; the page says what the first was. */
  async function choose(subject: LinkSubject, by: string | null, strict: boolean): Promise<void> {
    const { approval } = await o.page(subject.id);
    if (subject.channel !== null) await mustSayYes(db, subject.channel);
    try {
      await o.choose({ approval: approval ?? '', option: subject.option ?? '', by });
    } catch (error) {
      if (strict || !isError(error, 'approval.closed')) throw error;
    }
  }

  return {
    show: (token) => render(o.links.read(token, o.clock.now()), false),
    async act(token) {
      const subject = o.links.read(token, o.clock.now());
      return render(subject, true, await perform(subject, false));
    },
    async press(token) {
      await perform(o.links.read(token, o.clock.now()), true);
    },
    async pressed(subject, by) {
      await perform(subject, true, by);
    },
  };

  /** Answers what came of it, where that is not what the alert says anyway. */
  async function perform(
    subject: LinkSubject,
    strict: boolean,
    said: string | null = null,
  ): Promise<string | undefined> {
    const by = said ?? (subject.channel === null ? null : await readerName(db, subject.channel));
    switch (subject.action) {
      case 'choose':
        await choose(subject, by, strict);
        break;
      case 'open':
        break;
      case 'seen':
        await o.acknowledge(subject.id, by);
        break;
      case 'act':
        // A press that switches something is a yes.
        if (subject.channel !== null) await mustSayYes(db, subject.channel);
        return (await o.act?.(subject.id, by))?.text;
      case 'quiet': {
        const { home } = await o.page(subject.id);
        await o.quiet(subject.id, nextMorning(o.clock.now(), await zoneOf(home)));
        break;
      }
      case 'test':
        await o.desk.confirmTest(subject.id, { button: true });
        break;
      case 'stop':
        await o.desk.stopChannel(subject.id);
        break;
    }
    return undefined;
  }
}

const tokenOf = (url: string | null): string | null => url?.slice(url.lastIndexOf('/') + 1) ?? null;
