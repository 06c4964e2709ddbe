import { isDeepStrictEqual } from 'node:util';
import type { Change, EntityState } from '@tomte/sdk/home';

/** Why a change was not passed on as news. */
export type NoiseReason = 'unavailable' | 'returned' | 'restored';

const silent = (state: EntityState): boolean =>
  state.state === 'unavailable' || state.state === 'unknown';

export interface NoiseFilter {
  /** The change to pass on, perhaps told from the last real state, or why it is none. */
  judge(change: Change, o: { restarting: boolean }): Change | NoiseReason;
}

/**
 * Devices that vanish and come back with what they said before, and states Home Assistant puts back
 * after a restart, are not news. A device that comes back with something else is: then the change is
 * told from its last real state. Removed and added entities always pass.
 */
export function openNoiseFilter(): NoiseFilter {
  const lastReal = new Map<string, EntityState>();
  return {
    judge(change, { restarting }) {
      const { entityId, from, to } = change;
      if (to === null) {
        lastReal.delete(entityId);
        return change;
      }
      if (silent(to)) {
        if (from && !silent(from)) lastReal.set(entityId, from);
        return 'unavailable';
      }
      if (from && silent(from)) {
        const real = lastReal.get(entityId) ?? null;
        lastReal.delete(entityId);
        // With nothing known before, it appears: who waits for a transition waits on.
        return real?.state === to.state ? 'returned' : { ...change, from: real };
      }
      const again = from?.state === to.state && from.lastChanged !== to.lastChanged;
      if (again && (change.late || restarting)) return 'restored';
      return change;
    },
  };
}

/** True when nothing but times differs. */
export const saysTheSame = (from: EntityState | null, to: EntityState | null): boolean =>
  from !== null &&
  to !== null &&
  from.state === to.state &&
  isDeepStrictEqual(from.attributes, to.attributes);

/** True when a change may set off a reflex: both sides are real states. */
export function isReal(from: EntityState | null, to: EntityState | null): boolean {
  return from !== null && to !== null && !silent(from) && !silent(to);
}
