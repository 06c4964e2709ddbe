import type { Tomte } from '@tomte/sdk/operations';
import * as channels from '../alert/channels.ts';
import { listAlerts } from '../alert/wire.ts';
import { listActions } from '../store/actions.ts';
import { listHomes } from '../store/homes.ts';
import { listRuns } from '../store/runs.ts';
import { getWorkflowSettings } from '../store/workflow-settings.ts';
import type { Definitions } from './definitions.ts';
import { wireAction } from './operations-approvals.ts';
import { notRunsOf, whyOf } from './operations-why.ts';
import { runOf, workflowRow } from './operations-workflows.ts';
import type { PlaceParts } from './parts.ts';
import { needsService } from './what-if/answer.ts';
import { readWhatIf } from './what-if/question.ts';

type Parts = Pick<PlaceParts, 'store' | 'key' | 'clock'>;

/** Lists that the store alone can answer, with no service running. */
export function storedLists(
  { store, clock }: Parts,
  definitions: () => Promise<Definitions>,
): Pick<
  Tomte,
  'listAlerts' | 'listRuns' | 'listActions' | 'listNotRuns' | 'listWorkflows' | 'why'
> {
  const { db } = store;
  return {
    listAlerts: (filter) => listAlerts(db, { ...filter, limit: Number(filter.limit ?? 200) }),
    listRuns: async (filter) =>
      (await listRuns(db, { ...filter, limit: Number(filter.limit ?? 100) })).map(runOf),
    async listActions({ limit, ...filter }) {
      const zones = new Map((await listHomes(db)).map((home) => [home.id, home.time_zone]));
      const rows = await listActions(db, {
        ...{ home: filter.home, run: filter.run, limit: Number(limit ?? 200) },
      });
      return rows.map((row) => wireAction(row, zones.get(row.home_id) ?? 'UTC', clock.now()));
    },
    listNotRuns: (filter) => notRunsOf(db, filter),
    async why(asked) {
      if (readWhatIf(asked.text)) throw needsService();
      const known = { db, definitions: await definitions(), now: clock.now() };
      return whyOf(asked, { ...known, mirror: () => null, watching: async () => null });
    },
    async listWorkflows({ home: only }) {
      const { workflows } = await definitions();
      const homes = (await listHomes(db)).filter(({ id }) => only === undefined || id === only);
      const rows = homes.flatMap(({ id: home }) =>
        [...workflows].map(async ([name, workflow]) => {
          const saved = await getWorkflowSettings(db, { home, workflow: name });
          const text = 'Tomte is not running, so what it would watch is not known.';
          const fits = { ok: true, text, entities: [] };
          return workflowRow(db, { home, name, workflow, saved, fits });
        }),
      );
      return Promise.all(rows);
    },
  };
}

/** Channels as the store holds them. To try one, a service must run. */
export function storedChannels(
  { store, key }: Parts,
  definitions: () => Promise<Definitions>,
): Pick<Tomte, 'listChannels' | 'listChannelKinds' | 'saveChannel' | 'removeChannel'> {
  const { db } = store;
  const kindsOf = async () => (await definitions()).channels;
  return {
    listChannelKinds: async () => channels.kindsOf(await kindsOf()),
    listChannels: async () => channels.list(db, await kindsOf()),
    async saveChannel(input) {
      const kinds = await kindsOf();
      const id = await channels.save(db, input, { kinds, key });
      return (await channels.list(db, kinds, id))[0]!;
    },
    async removeChannel({ id }) {
      await channels.remove(db, id);
      return { removed: id };
    },
  };
}
