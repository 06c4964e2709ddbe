import type { WorkflowDefinition } from '@tomte/sdk/define';
import { TomteError } from '@tomte/sdk/errors';
import type { Log } from '../lib/log.ts';
import { workflowContext } from './context.ts';
import { engineError } from './durable.ts';
import { watchOnly } from './effects.ts';
import {
  closeRun,
  type JournalledRun,
  markRunning,
  type Outcome,
  readRun,
  readTerms,
  type Terms,
} from './journal.ts';
import { isOutage } from './outage.ts';
import type { Place } from './places.ts';
import { asTomteError, firstStep, type Steps } from './step.ts';

/**
 * The body of every Run, first time and replay alike. What is outside a step may happen again and
 * must give the same; the closing row is such: the first outcome written stays.
 */
export async function performRun(o: {
  place: Place;
  id: string;
  /** Waits for a definition that is not there (yet); a Run never fails for the lack of one. */
  definition: (workflow: string) => Promise<WorkflowDefinition>;
  step: Steps;
  guard: <T>(work: () => Promise<T>) => Promise<T>;
  now: () => number;
  log: Log;
}): Promise<void> {
  const { db } = o.place.store;
  const run = await o.guard(() => readRun(db, o.id));
  // The home was unlinked meanwhile, and its rows with it.
  if (!run) return;
  const definition = await o.definition(run.workflow);
  const outcome = await outcomeOf(run, definition, o);
  await o.guard(() => closeRun(db, run.id, outcome, o.now()));
  if (outcome.state === 'failed') {
    const { code, message } = outcome.error;
    o.log.warn({ run: run.id, workflow: run.workflow, code }, `a Run failed: ${message}`);
  }
}

async function outcomeOf(
  run: JournalledRun,
  definition: WorkflowDefinition,
  o: Parameters<typeof performRun>[0],
): Promise<Outcome> {
  const { db } = o.place.store;
  try {
    const terms = await o.step(firstStep, run.fired, async (): Promise<Terms> => {
      await markRunning(db, run.id);
      return readTerms(db, run.home, run.workflow);
    });
    if (terms.mode === 'off') {
      const message = 'The workflow was switched off before the Run began';
      return { state: 'cancelled', error: new TomteError('run.failed', message) };
    }
    const effects = terms.mode === 'watch' ? watchOnly(o.place.effects, o.log) : o.place.effects;
    const context = workflowContext({ run, effects, step: o.step, log: o.log });
    const result = await definition.run(context, settingsOf(definition, terms));
    return { state: 'done', result: { mode: terms.mode, value: result ?? null } };
  } catch (error) {
    const kind = engineError(error);
    // Lost ownership, cancelled from outside, or stopping: the engine's own answer holds.
    if (kind === 'engine' || isOutage(error)) throw error;
    if (kind === 'order') {
      const message = 'The workflow takes other steps than it took before';
      return { state: 'failed', error: new TomteError('run.step_order_changed', message) };
    }
    return { state: 'failed', error: asTomteError(error) };
  }
}

function settingsOf(definition: WorkflowDefinition, terms: Terms) {
  const parsed = definition.settings.safeParse(terms.settings);
  if (parsed.success) return parsed.data;
  throw new TomteError('workflow.settings_invalid', 'The settings do not fit this workflow', {
    details: { problems: parsed.error.issues.map(({ path, message }) => ({ path, message })) },
  });
}
