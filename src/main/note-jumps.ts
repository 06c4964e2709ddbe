import { watchClock } from '../engine/schedule-jumps.ts';
import { addClockJump } from '../store/clock-jumps.ts';
import type { HomeLife } from './home-life.ts';
import type { PlaceParts } from './parts.ts';

/** The computer slept, or its clock was set: kept, told by why, and what fell due meanwhile is looked at at once. */
export function noteJumps(
  parts: PlaceParts,
  lives: () => ReadonlyMap<string, HomeLife>,
): () => void {
  const { store, clock, log } = parts;
  return watchClock(clock, (byMs) => {
    log.warn({ byMs: Math.round(byMs) }, 'the clock jumped');
    const looks = [...lives().values()].map((life) => life.triggers.check());
    Promise.all([addClockJump(store.db, { at: new Date(clock.now()), byMs }), ...looks]).catch(
      (error: unknown) => log.error({ err: error }, 'a jump of the clock was not noted'),
    );
  });
}
