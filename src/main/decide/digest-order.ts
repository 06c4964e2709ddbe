/** The order of a morning's news: asked where a person wished for it, of those ways that make a difference. */
import type { DigestOrder, Groups } from '../../alert/digest.ts';
import type { AskOrder } from '../../alert/digest-order.ts';
import type { HomeSight } from '../../alert/who.ts';
import type { Decider } from '../../decide/decider.ts';
import { digestOrder } from '../../decide/uses.ts';
import type { PlaceParts } from '../parts.ts';
import type { Decisions } from './decisions.ts';

/** The digest comes so much later at most. */
const deadlineMs = 8000;

/** By what its detector looks for. */
const kindWords: Readonly<Record<string, string>> = {
  ...{ battery: 'Batteries', cold: 'Fridges', door: 'Doors', motion: 'Motion', power: 'Power' },
  ...{ safety: 'Safety', silence: 'Silent', water: 'Water' },
};

export function digestGroups(
  { detectors }: Pick<PlaceParts, 'detectors'>,
  sight: Pick<HomeSight, 'areas'>,
  decisions: () => Pick<Decisions, 'settings'> & { readonly decider: Decider },
): Groups & { readonly order: AskOrder } {
  const roomOf: Groups['roomOf'] = (home, entities) =>
    sight.areas(home, entities.slice(0, 1)).at(-1) ?? null;
  const kindOf: Groups['kindOf'] = (detector) =>
    kindWords[detectors.get(detector ?? '')?.about ?? ''] ?? null;
  return {
    ...{ roomOf, kindOf },
    order({ home, day, news }) {
      const { decider, settings } = decisions();
      if (!settings.get().uses.digest) return null;
      const different = (groups: readonly (string | null)[]) => new Set(groups).size;
      const request = digestOrder({
        news: news.length,
        rooms: different(news.map(({ entities }) => roomOf(home, entities))),
        kinds: different(news.map(({ detector }) => kindOf(detector))),
      });
      if (!request) return null;
      // The same day is the same Decision, also after a restart.
      const asking = { home, by: 'digest', key: `digest:${day}`, deadlineMs, request };
      return decider.decide(asking).then(({ choice }) => choice as DigestOrder);
    },
  };
}
