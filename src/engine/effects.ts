import type { ActionOutcome, AlertRequest } from '@tomte/sdk/define';
import type { Action } from '@tomte/sdk/home';
import type { Log } from '../lib/log.ts';

export interface AlertOfRun extends AlertRequest {
  readonly home: string;
  readonly workflow: string;
  readonly run: string;
  /** Name of the Step, such as `alert 1`: with `run` it is the same at a second try after a crash. */
  readonly step: string;
}

export interface LastWord {
  readonly title: string;
  readonly text: string;
  /** Epoch ms. */
  readonly at: number;
}

/** What a Run may do to the world; main hands in the doors of the other rooms. Each may be called again after a crash. */
export interface Effects {
  homeFacts(home: string): { id: string; name: string; zone: string };
  alert(request: AlertOfRun): Promise<{ id: string }>;
  resolve(home: string, key: string, last: LastWord): Promise<void>;
  /** `needs_approval`: nothing was done; ask a person, wait, and call again with the approval's id. */
  act(home: string, action: Action, o: ActOfRun): Promise<ActionOutcome | NeedsApproval>;
}

export interface ActOfRun {
  readonly askedBy: string;
  /** The same key is the same Action: it is not done twice. */
  readonly key: string;
  readonly confirmMs?: number;
  readonly retries?: number;
  /** Id of the approval that was waited for, whatever came of it: the door knows the answer. */
  readonly approval?: string;
}

export interface NeedsApproval {
  readonly kind: 'needs_approval';
  readonly reason: string;
}

/**
 * The same doors, shut: what would have been told is logged, what would have been switched is refused.
 * That something is over may still be said: it goes only where it was told before.
 */
export function watchOnly(effects: Effects, log: Log): Effects {
  return {
    homeFacts: effects.homeFacts,
    async alert({ home, workflow, key, title, severity }) {
      log.info({ home, workflow, key, title, severity }, 'watch only: would have told');
      return { id: 'watch-only' };
    },
    resolve: effects.resolve,
    async act() {
      return {
        kind: 'refused',
        rule: 'watch-only',
        message: 'This workflow is set to watch only; nothing is switched.',
      };
    },
  };
}
