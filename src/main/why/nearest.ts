/** When the conditions of a workflow were all so, nearest to a time at which they were not. */

import { entitiesOf, type Held, judge } from '@tomte/sdk/condition';
import type { Condition } from '@tomte/sdk/define';
import type { EntityState } from '@tomte/sdk/home';
import { type Call, stateHistory } from '../../home/history.ts';

const reachMs = 12 * 3_600_000;
/** A sensor that chatters is looked at so often, and no more. */
const looksMax = 20_000;

/** Epoch ms of the nearest moment in which all of them were met, within half a day; null where none is known. */
export async function nearestMet(o: {
  conditions: readonly Condition[];
  at: number;
  now: number;
  zone: string;
  call: Call;
  signal: AbortSignal;
}): Promise<number | null> {
  const from = o.at - reachMs;
  const to = Math.min(o.now, o.at + reachMs);
  const entities = [...new Set(o.conditions.flatMap(entitiesOf))];
  const recorded =
    entities.length === 0
      ? new Map<string, EntityState[]>()
      : await stateHistory(o.call, { entities, from, to, signal: o.signal });
  const changes = [...recorded.values()].flat().sort((a, b) => a.lastUpdated - b.lastUpdated);
  return nearestIn({ ...o, from, to, changes });
}

/** The same over known states, in time order. Pure. */
export function nearestIn(o: {
  conditions: readonly Condition[];
  at: number;
  zone: string;
  from: number;
  to: number;
  changes: readonly EntityState[];
}): number | null {
  const states = new Map<string, EntityState>();
  const held = new Map<Condition, Held>();
  let best: number | null = null;
  let metSince: number | null = null;
  const consider = (t: number) => {
    if (best === null || Math.abs(t - o.at) < Math.abs(best - o.at)) best = t;
  };
  /** Looks at this moment; answers when it may be otherwise without a change of a state. */
  function look(now: number): number | null {
    let met = true;
    let again: number | null = null;
    for (const condition of o.conditions) {
      const world = { now, zone: o.zone, state: (id: string) => states.get(id) ?? null };
      const judged = judge(condition, world, held.get(condition));
      held.set(condition, judged.held);
      met &&= judged.met;
      if (judged.again !== null) again = Math.min(again ?? judged.again, judged.again);
    }
    if (met && metSince === null) metSince = now;
    if (metSince !== null) {
      // All of this stretch would have done: the moment in it that is nearest.
      const until = met ? now : now - 1;
      consider(Math.min(Math.max(o.at, metSince), until));
    }
    if (!met) metSince = null;
    return again;
  }

  let now = o.from;
  let next = 0;
  for (let looks = 0; now <= o.to && looks < looksMax; looks++) {
    while (next < o.changes.length && o.changes[next]!.lastUpdated <= now) {
      const change = o.changes[next++]!;
      states.set(change.entityId, change);
    }
    const again = look(now);
    const changed = o.changes[next]?.lastUpdated ?? Number.POSITIVE_INFINITY;
    const then = Math.min(changed, again ?? Number.POSITIVE_INFINITY);
    if (now < o.to && then > o.to) now = o.to;
    else now = Math.max(now + 1, then);
  }
  return best;
}
