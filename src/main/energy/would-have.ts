/** What a plan that is only watched would have switched, as its Runs kept it. */
import type { HomePlanPage } from '@tomte/sdk/types-plan';
import { z } from 'zod';
import { iso } from '../../lib/clock.ts';
import { listRuns } from '../../store/runs.ts';
import type { Db } from '../../store/tables.ts';
import { sameMs } from '../watched-weeks.ts';

/** A Run each quarter of an hour for a week, and some more. */
const runsMax = 800;
const shownMax = 20;

const kept = z.object({ value: z.object({ would: z.array(z.string()) }) });

/** Newest first. What each Run asks for again, since nothing followed, is told once: when it began. */
export async function wouldHaveSwitched(
  db: Db,
  o: { home: string; workflow: string; since: number },
): Promise<HomePlanPage['wouldHave']> {
  const runs = await listRuns(db, { home: o.home, workflow: o.workflow, limit: runsMax });
  const last = new Map<string, number>();
  const found: HomePlanPage['wouldHave'] = [];
  for (const { created_at, result } of runs.toReversed()) {
    const at = created_at.getTime();
    if (at < o.since) continue;
    for (const what of kept.safeParse(result).data?.value.would ?? []) {
      if (at - (last.get(what) ?? Number.NEGATIVE_INFINITY) >= sameMs) {
        found.push({ at: iso(at), what });
      }
      last.set(what, at);
    }
  }
  return found.toReversed().slice(0, shownMax);
}
