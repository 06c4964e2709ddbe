import type { Tomte } from '@tomte/sdk/operations';
import { listAlerts } from '../alert/wire.ts';
import { listRuns } from '../store/runs.ts';
import { runOf } from './operations-workflows.ts';
import type { PlaceParts } from './parts.ts';

/** Lists that the store alone can answer, with no service running. */
export function storedLists(
  parts: Pick<PlaceParts, 'store'>,
): Pick<Tomte, 'listAlerts' | 'listRuns'> {
  const { db } = parts.store;
  return {
    listAlerts: (filter) => listAlerts(db, { ...filter, limit: Number(filter.limit ?? 200) }),
    listRuns: async (filter) =>
      (await listRuns(db, { ...filter, limit: Number(filter.limit ?? 100) })).map(runOf),
  };
}
