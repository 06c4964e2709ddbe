import type { WorkflowContext, WorkflowDefinition } from '@tomte/sdk/define';
import { TomteError } from '@tomte/sdk/errors';
import type { Log } from '../lib/log.ts';
import type { Body } from './body.ts';
import { workflowContext } from './context.ts';
import { engineError } from './durable.ts';
import type { Effects } from './effects.ts';
import { asIf, watchOnly } from './effects-shut.ts';
import { withHooks } from './hooks.ts';
import { type JournalledRun, type Outcome, readTerms, type Terms } from './journal.ts';
import { isOutage, never } from './outage.ts';
import type { Place } from './places.ts';
import { asTomteError, firstStep } from './step.ts';
import { isLost } from './user/lost.ts';
import { isUserWorkflow } from './user/workflow.ts';

export interface RunOptions {
  readonly run: JournalledRun;
  readonly definition: WorkflowDefinition;
  readonly place: Place;
  readonly body: Body;
  readonly dropped: AbortSignal;
  readonly say: (text: string) => void;
  readonly callRun: (workflow: string, input: unknown, step: string) => Promise<string>;
  readonly now: () => number;
  readonly log: Log;
}

/**
 * The body of every Run, first time and replay alike. What is outside a step may happen again and must
 * give the same. Throws ProcessLost, and what the code cannot be blamed for.
 */
export async function performRun(o: RunOptions): Promise<Outcome> {
  const { run, definition, body } = o;
  const { db } = o.place.store;
  const terms =
    run.terms ??
    (await body.step<Terms>({
      ...{ kind: 'begin', name: firstStep, input: run.fired },
      work: () => readTerms(db, run.home, run.workflow),
    }));
  if (terms.mode === 'off' && !run.dry) {
    const message = 'The workflow was switched off before the Run began';
    return { state: 'cancelled', error: new TomteError('run.cancelled', message) };
  }
  const contexts = contextsOf(o, terms);
  try {
    const settings = await settingsOf(definition, terms);
    const first = contexts.next();
    try {
      const result = await definition.run(first.context, settings);
      return { state: 'done', result: { mode: terms.mode, value: result ?? null } };
    } catch (error) {
      first.close();
      // Nobody wants its outcome any more: nothing is to be undone.
      if (o.dropped.aborted || isForeign(error)) throw error;
      const failure = asTomteError(error);
      return await compensated(o, contexts.next().context, settings, failure);
    }
  } catch (error) {
    if (isForeign(error)) throw error;
    return { state: 'failed', error: asTomteError(error) };
  }
}

/** The workflow undoes what it did by halves; the first error stays the Run's. */
async function compensated(
  { definition, log, run }: RunOptions,
  context: WorkflowContext,
  settings: Record<string, unknown>,
  failure: TomteError,
): Promise<Outcome> {
  try {
    await definition.onFailure?.(context, settings, failure.toJSON().error);
  } catch (error) {
    if (isForeign(error)) throw error;
    const message = asTomteError(error).message;
    log.warn({ run: run.id, workflow: run.workflow }, `undoing a failed Run failed: ${message}`);
    context.log(`Undoing it failed too: ${message}`);
  }
  return { state: 'failed', error: failure };
}

/** Contexts of one Run, one after another: a branch that outlives its context is told nothing more. */
function contextsOf(o: RunOptions, terms: Terms) {
  const { run, place, body, log } = o;
  const counts = new Map<string, number>();
  const next = (kind: string) => {
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    return `${kind} ${count}`;
  };
  const effects = effectsOf(place.effects, o, terms);
  return {
    next() {
      let closed = false;
      const context = workflowContext({
        ...{ run, effects, next, db: place.store.db, now: o.now, callRun: o.callRun },
        body: {
          step: (call) => (closed ? never : body.step(call)),
          wait: (call) => (closed ? never : body.wait(call)),
          now: () => body.now(),
        },
        log(text) {
          log.info({ home: run.home, workflow: run.workflow, run: run.id }, text);
          o.say(text);
        },
        shut: run.dry || terms.mode === 'watch',
      });
      return {
        context: withHooks(context, { hold: () => body.hold(), dropped: o.dropped }),
        close: () => {
          closed = true;
        },
      };
    },
  };
}

function effectsOf(effects: Effects, { run, now, log }: RunOptions, terms: Terms): Effects {
  if (run.dry) return asIf(effects, now);
  return terms.mode === 'watch' ? watchOnly(effects, log) : effects;
}

/** Not of the workflow's making: its process is gone, the database, or the engine's hold on the Run. */
const isForeign = (error: unknown): boolean =>
  isLost(error) || isOutage(error) || engineError(error) !== null;

async function settingsOf(definition: WorkflowDefinition, terms: Terms) {
  const parsed = definition.settings.safeParse(terms.settings);
  if (!parsed.success) {
    throw new TomteError('workflow.settings_invalid', 'The settings do not fit this workflow', {
      details: { problems: parsed.error.issues.map(({ path, message }) => ({ path, message })) },
    });
  }
  if (isUserWorkflow(definition)) await definition.prepare(parsed.data);
  return parsed.data;
}
