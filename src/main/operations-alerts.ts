import { TomteError } from '@tomte/sdk/errors';
import type { Tomte } from '@tomte/sdk/operations';
import type { AlertPage } from '@tomte/sdk/types';
import { getAlert } from '../store/alerts.ts';
import { listAnswers } from '../store/answers.ts';
import { alertChart } from './charts.ts';
import { answersOf } from './detect/preview.ts';
import type { Place } from './place.ts';

type Names =
  | 'listAlerts'
  | 'getAlert'
  | 'acknowledgeAlert'
  | 'quietAlert'
  | 'listChannelKinds'
  | 'listChannels'
  | 'saveChannel'
  | 'removeChannel'
  | 'testChannel'
  | 'confirmChannelTest'
  | 'previewRoute'
  | 'pressAlert';

export function alertOperations(
  place: Pick<Place, 'alerts' | 'button' | 'parts' | 'lives'>,
  demo: () => Promise<Tomte | null>,
): Pick<Tomte, Names> {
  const { alerts, parts } = place;
  const page: Tomte['getAlert'] = async ({ id }) => {
    const found = await alerts.page(id);
    const row = await getAlert(parts.store.db, id);
    const detector = row?.detector ?? null;
    const episode = row?.episode ?? null;
    return {
      ...found,
      chart: await alertChart(parts, place.lives().get(found.home), { ...found, detector }),
      demo: parts.place === 'demo',
      finding:
        detector === null || episode === null
          ? null
          : await findingOf(parts, { home: found.home, detector, episode }),
    };
  };
  return {
    listAlerts: async (filter) => {
      const shown = place.lives().size === 0 ? await demo() : null;
      return shown
        ? shown.listAlerts(filter)
        : alerts.list({ ...filter, limit: Number(filter.limit ?? 200) });
    },
    getAlert: page,
    acknowledgeAlert: async ({ id, by }) => {
      await alerts.acknowledge(id, by ?? null);
      return page({ id });
    },
    quietAlert: async ({ id, until }) => {
      const end = Date.parse(until);
      if (!Number.isFinite(end) || end <= parts.clock.now()) {
        throw new TomteError(
          'api.invalid',
          'The time to be quiet until must be in the future, as ISO 8601',
        );
      }
      await alerts.quiet(id, end);
      return page({ id });
    },
    listChannelKinds: async () => alerts.channelKinds(),
    listChannels: async () => alerts.channels(),
    saveChannel: (input) => alerts.saveChannel(input),
    removeChannel: async ({ id }) => {
      await alerts.removeChannel(id);
      return { removed: id };
    },
    testChannel: ({ id }) => alerts.testChannel(id),
    confirmChannelTest: ({ id, ...seen }) => alerts.confirmTest(id, seen),
    pressAlert: ({ id, by }) => place.button.press(id, by ?? null),
    previewRoute: (input) => alerts.preview(input),
  };
}

/** What an alert tells, with the answers a person may give, and gave. */
async function findingOf(
  parts: Place['parts'],
  o: { home: string; detector: string; episode: string },
): Promise<AlertPage['finding']> {
  const given = await listAnswers(parts.store.db, o);
  return {
    detector: o.detector,
    episode: o.episode,
    answers: answersOf(parts.detectors.get(o.detector)),
    answer: given.find(({ episode }) => episode === o.episode)?.answer ?? null,
  };
}
