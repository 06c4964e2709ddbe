import { renderLinkPage } from '../alert/links-page.ts';
import type { SignedLinks } from '../api/signed-pages.ts';
import type { Place } from './place.ts';

const quietMs = 8 * 3_600_000;

/** What a link in a message opens: a page that shows; only its button does something. */
export function signedLinks(place: Pick<Place, 'alerts' | 'tomte' | 'parts'>): SignedLinks {
  return {
    async show(token) {
      const { alert, action } = place.alerts.fromLink(token);
      return renderLinkPage(await place.tomte.getAlert({ id: alert }), { action, done: false });
    },
    async act(token) {
      const { alert, action } = place.alerts.fromLink(token);
      if (action === 'seen') await place.alerts.acknowledge(alert, 'somebody with the link');
      if (action === 'quiet') await place.alerts.quiet(alert, place.parts.clock.now() + quietMs);
      return renderLinkPage(await place.tomte.getAlert({ id: alert }), { action, done: true });
    },
  };
}
