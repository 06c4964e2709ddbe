import type { RunAction, RunPage, RunWait } from '@tomte/sdk/types';
import type { RunView } from '../engine/run-view.ts';
import { iso, isoOrNull } from '../lib/clock.ts';
import type { ActionRow } from '../store/actions.ts';
import type { RunRow } from '../store/runs.ts';
import { runOf } from './operations-workflows.ts';

/** A Run with all its page shows. */
export function pageOf(row: RunRow, view: RunView, actions: readonly ActionRow[]): RunPage {
  const { trigger, version, parent, dry, result, fork } = row;
  return {
    ...runOf(row),
    ...{ trigger, version, parent, dry, fork: fork as RunPage['fork'] },
    result: (result as { value?: unknown } | null)?.value ?? null,
    steps: [...view.steps],
    waits: view.waits.map(waitOf),
    actions: actions.toReversed().map(actionOf),
    logs: view.logs.map(({ at, text }) => ({ at: iso(at), text })),
  };
}

function waitOf(wait: RunView['waits'][number]): RunWait {
  const { kind, name, spec, outcome } = wait;
  const since = iso(wait.began_at);
  const until = isoOrNull(wait.due_at);
  return { kind, name, spec, since, until, settledAt: isoOrNull(wait.settled_at), outcome };
}

function actionOf(row: ActionRow): RunAction {
  const { key, action, rule, outcome } = row;
  return {
    ...{ key, action, rule, outcome, tries: row.attempts },
    askedAt: iso(row.asked_at.getTime()),
    answeredAt: isoOrNull(row.answered_at?.getTime()),
  };
}
