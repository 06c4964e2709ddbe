import type { Clock } from '../lib/clock.ts';
import type { Effect } from './confirm.ts';
import type { Link } from './link.ts';

/** Somebody else changed what an Action had just done. */
export interface Conflict {
  readonly entity: string;
  /** Home Assistant's time of the change, epoch ms. */
  readonly at: number;
  readonly to: string;
  /** True when a user of Home Assistant did it; else an automation, or the device itself. */
  readonly byUser: boolean;
}

export interface ConflictWatch {
  /** A context of ours: what it brings about is no conflict. */
  own(contextId: string): void;
  /** Our own next Action on these is no conflict either; its change may be heard before its answer. */
  before(entities: readonly string[]): void;
  /** Looks on for a while after an Action was confirmed; tells of the first conflict only. */
  after(entities: readonly string[], effect: Effect, onConflict: (c: Conflict) => void): void;
  stop(): void;
}

const lookMs = 5 * 60_000;
const looksMax = 200;
const contextsMax = 1_000;

export function openConflictWatch(o: {
  readonly link: Pick<Link, 'mirror' | 'onApplied'>;
  readonly clock: Clock;
}): ConflictWatch {
  const contexts = new Set<string>();
  const looks = new Map<() => void, readonly string[]>();

  function found(entities: readonly string[], effect: Effect): Conflict | null {
    for (const entity of entities) {
      const state = o.link.mirror.entity(entity);
      // What cannot be reached was not switched by anybody.
      if (!state || effect(state) || ['unavailable', 'unknown'].includes(state.state)) continue;
      if (state.contextId !== null && contexts.has(state.contextId)) continue;
      const { lastUpdated: at, state: to, contextUserId } = state;
      return { entity, at, to, byUser: contextUserId !== null };
    }
    return null;
  }

  return {
    own(contextId) {
      contexts.add(contextId);
      if (contexts.size > contextsMax) contexts.delete(contexts.values().next().value!);
    },
    before(entities) {
      for (const [end, looked] of [...looks]) {
        if (looked.some((id) => entities.includes(id))) end();
      }
    },
    after(entities, effect, onConflict) {
      const end = () => {
        cancel();
        unwatch();
        looks.delete(end);
      };
      const cancel = o.clock.after(lookMs, end);
      const unwatch = o.link.onApplied(entities, () => {
        const conflict = found(entities, effect);
        if (!conflict) return;
        end();
        onConflict(conflict);
      });
      looks.set(end, entities);
      if (looks.size > looksMax) looks.keys().next().value!();
    },
    stop() {
      for (const end of [...looks.keys()]) end();
    },
  };
}
