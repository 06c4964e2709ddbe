import type { Log } from '../lib/log.ts';
import type { ActBy, Effects, FetchOfRun } from './effects.ts';

const reads = /^(GET|HEAD)$/;
const writes = (request: FetchOfRun) => !reads.test(request.options.method ?? 'GET');

/** What stands in an answer that nobody gave: nothing was sent. */
export const notSent = { status: 0, headers: {}, text: '', json: null } as const;

/**
 * The same doors, shut: what would have been told is logged, what would have been switched is refused.
 * That something is over may still be said: it goes only where it was told before.
 */
export function watchOnly(effects: Effects, log: Log): Effects {
  return {
    ...effects,
    async alert({ home, workflow, key, title, severity }) {
      log.info({ home, workflow, key, title, severity }, 'watch only: would have told');
      return { id: 'watch-only' };
    },
    act: async () => ({
      kind: 'refused',
      rule: 'watch-only',
      message: 'This workflow is set to watch only; nothing is switched.',
    }),
    async fetch(home, request) {
      if (!writes(request)) return effects.fetch(home, request);
      const { workflow, options } = request;
      log.info({ home, workflow, method: options.method }, 'watch only: would have sent');
      return notSent;
    },
  };
}

/**
 * Doors of a Run that may change nothing and is to come as far as a real one: looks are real, the rest
 * is answered as if it had gone well. What would have happened stands in the Run's steps.
 */
export function asIf(effects: Effects, now: () => number): Effects {
  return {
    ...effects,
    alert: async () => ({ id: 'not-sent' }),
    resolve: async () => undefined,
    async act(home, action, by: ActBy) {
      const outcome = await effects.wouldAct(home, action, by);
      // A person would be asked; here the yes is taken as given.
      return outcome.kind === 'needs_approval' ? { kind: 'sent', at: now() } : outcome;
    },
    fetch: async (home, request) => (writes(request) ? notSent : effects.fetch(home, request)),
  };
}
