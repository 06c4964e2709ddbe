import { dropRuns } from '../store/runs.ts';
import type { Durable } from './durable.ts';
import type { Place } from './places.ts';

const dayMs = 86_400_000;
const batch = 500;

/**
 * Drops Runs and `not_run` rows older than `days`; answers how many Runs. The rows are committed
 * last, so that what a crash leaves is found again the next time.
 */
export function pruneRuns(o: {
  name: string;
  place: Place;
  durable: Durable;
  days: number;
  now: number;
}): Promise<number> {
  return o.place.store.transaction(async (tx) => {
    const runs = await dropRuns(tx, new Date(o.now - o.days * dayMs));
    const segments = runs.flatMap(({ id, segment }) =>
      Array.from({ length: segment + 1 }, (_, n) => ({ run: id, segment: n })),
    );
    for (let from = 0; from < segments.length; from += batch) {
      await o.durable.drop(o.name, segments.slice(from, from + batch));
    }
    return runs.length;
  });
}
