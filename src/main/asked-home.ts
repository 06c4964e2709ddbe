import type { AskedHome } from '@tomte/sdk/connector';
import { askHome } from '../home/ask.ts';
import type { HomeLife } from './home-life.ts';

/** A home as Connectors use it: a look at the Mirror, and questions that change nothing. */
export const askedHome = ({ link, zone }: Pick<HomeLife, 'link' | 'zone'>): AskedHome => ({
  zone,
  get place() {
    const { latitude = null, longitude = null } = link.mirror.config ?? {};
    return latitude === null || longitude === null ? null : { latitude, longitude };
  },
  states: (domain) =>
    [...link.mirror.entities()]
      .filter(({ entityId }) => entityId.startsWith(`${domain}.`))
      .sort((a, b) => (a.entityId < b.entityId ? -1 : 1)),
  ask(action, entities, data = {}) {
    const [domain = '', name = ''] = action.split('.');
    return askHome(link, { domain, action: name, entities, data });
  },
});
