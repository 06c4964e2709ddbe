/** Serves signed links: showing changes nothing, so mail scanners that open links do no harm. */

import { clockTime } from '@tomte/sdk/words';
import type { Clock } from '../lib/clock.ts';
import { getChannel } from '../store/channels.ts';
import { getHome } from '../store/homes.ts';
import type { Store } from '../store/open.ts';
import type { ChannelDesk } from './channel-desk.ts';
import type { LinkAction, LinkSubject, Links } from './links.ts';
import { renderLinkPage, renderTestPage } from './links-page.ts';
import type { Living } from './living.ts';
import { nextMorning } from './turn.ts';
import type { PictureAlert } from './wire.ts';

export interface LinkPages {
  /** HTML of the page. Throws api.link_expired, alert.not_found. */
  show(token: string): Promise<string>;
  /** Does what the link is for and answers the page that says so. */
  act(token: string): Promise<string>;
}

export interface LinkPagesOptions extends Pick<Living, 'acknowledge' | 'quiet'> {
  readonly store: Store;
  readonly links: Links;
  readonly clock: Clock;
  readonly page: (alert: string) => Promise<PictureAlert>;
  readonly picture: (alert: PictureAlert) => Promise<Uint8Array | null>;
  readonly desk: Pick<ChannelDesk, 'confirmTest'>;
}

export function openLinkPages(o: LinkPagesOptions): LinkPages {
  const { db } = o.store;
  const zoneOf = async (home: string) => (await getHome(db, home))?.time_zone ?? 'UTC';
  const channelName = async (id: string) => (await getChannel(db, id))?.name ?? null;

  async function render(subject: LinkSubject, done: boolean): Promise<string> {
    if (subject.action === 'test') {
      return renderTestPage((await channelName(subject.id)) ?? 'Test', done);
    }
    const page = await o.page(subject.id);
    const now = o.clock.now();
    const zone = await zoneOf(page.home);
    const token = (action: LinkAction) => tokenOf(o.links.url({ ...subject, action }, now));
    const quietLabel = `Quiet until ${clockTime(nextMorning(now, zone), zone)}`;
    const both = [
      { label: 'I see it', token: token('seen'), action: 'seen' },
      { label: quietLabel, token: token('quiet'), action: 'quiet' },
    ];
    const forms = both.filter(
      ({ action, token: made }) =>
        made !== null && (subject.action === 'open' || subject.action === action),
    ) as { label: string; token: string }[];
    const picture = await o.picture(page);
    return renderLinkPage(page, { action: subject.action, done, forms, picture, zone, now });
  }

  return {
    show: (token) => render(o.links.read(token, o.clock.now()), false),
    async act(token) {
      const subject = o.links.read(token, o.clock.now());
      switch (subject.action) {
        case 'open':
          break;
        case 'seen': {
          const by = subject.channel === null ? null : await channelName(subject.channel);
          await o.acknowledge(subject.id, by);
          break;
        }
        case 'quiet': {
          const { home } = await o.page(subject.id);
          await o.quiet(subject.id, nextMorning(o.clock.now(), await zoneOf(home)));
          break;
        }
        case 'test':
          await o.desk.confirmTest(subject.id, { button: true });
          break;
      }
      return render(subject, true);
    },
  };
}

const tokenOf = (url: string | null): string | null => url?.slice(url.lastIndexOf('/') + 1) ?? null;
