import type { Durable } from './durable.ts';
import { dropNotRun, dropRuns, endedBefore } from './journal.ts';
import type { Place } from './places.ts';

const dayMs = 86_400_000;
const batch = 500;

/** Drops Runs and `not_run` rows older than `days`, in the engine first; answers how many Runs. */
export async function pruneRuns(o: {
  name: string;
  place: Place;
  durable: Durable;
  days: number;
  now: number;
}): Promise<number> {
  const { db } = o.place.store;
  const before = o.now - o.days * dayMs;
  await dropNotRun(db, before);
  let dropped = 0;
  for (;;) {
    const ids = await endedBefore(db, before, batch);
    if (ids.length === 0) return dropped;
    await o.durable.drop(o.name, ids);
    await dropRuns(db, ids);
    dropped += ids.length;
  }
}
