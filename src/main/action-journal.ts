import { withoutCodes } from '@tomte/sdk/codes';
import type { ActionOutcome } from '@tomte/sdk/define';
import { TomteError } from '@tomte/sdk/errors';
import type { ActionJournal } from '../home/act.ts';
import { answerAction, intendAction, noteActionConflict } from '../store/actions.ts';
import type { PlaceParts } from './parts.ts';

/** The door's journal in the store: intents are written before sending, and only by the holder of the lease. */
export function actionJournal(
  parts: Pick<PlaceParts, 'store' | 'clock'>,
  home: string,
  lease: number,
): ActionJournal {
  const { db } = parts.store;
  return {
    async intend(row) {
      const action = withoutCodes(row.action);
      const at = new Date(parts.clock.now());
      const kept = await intendAction(db, { ...row, action, home, lease, at });
      if (!kept) throw new TomteError('link.stopped', 'Another worker looks after this home now');
      const { attempts, answered, outcome, asked_at: askedAt } = kept;
      return {
        ...{ attempts, answered, askedAt: askedAt.getTime() },
        outcome: outcome as ActionOutcome | null,
      };
    },
    conflict: (key, conflict) => noteActionConflict(db, { key, conflict }),
    answer: (key, outcome) => answerAction(db, { key, outcome, at: new Date(parts.clock.now()) }),
  };
}
