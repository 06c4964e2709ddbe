/** A home's life as it crosses the wire. */
import type { TomteError } from '@tomte/sdk/errors';
import type { FirstLook, HomeSummary } from '@tomte/sdk/types';
import type { LinkState } from '../home/link.ts';
import { iso, isoOrNull } from '../lib/clock.ts';

export function summaryOf(state: LinkState): HomeSummary['link'] {
  return {
    state: state.kind,
    since: iso(state.since),
    asOf: isoOrNull(state.asOf),
    generation: state.generation,
    error: state.error ? state.error.toJSON().error : null,
    nextAttemptAt: isoOrNull(state.nextAttemptAt),
  };
}

export const stopOf = (state: LinkState): TomteError | null =>
  state.kind === 'stopped' ? state.error : null;

export function waitingLook(home: string, now: number, fault: TomteError | null): FirstLook {
  return {
    home,
    state: fault ? 'failed' : 'running',
    progress: { done: 0, of: 60, what: 'Reading what is there' },
    startedAt: iso(now),
    finishedAt: null,
    days: 0,
    have: [],
    unusual: [],
    broken: [],
    couldSwitchOn: [],
    error: fault ? fault.toJSON().error : null,
  };
}
