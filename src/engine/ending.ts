import type { WorkflowDefinition } from '@tomte/sdk/define';
import type { TomteError } from '@tomte/sdk/errors';
import { cut, fit, titled } from '@tomte/sdk/words';
import type { Log } from '../lib/log.ts';
import { findOpenAlert } from '../store/alerts.ts';
import type { Db } from '../store/tables.ts';
import { closeRun, type JournalledRun, type Outcome, readTerms } from './journal.ts';
import type { Place } from './places.ts';

/** How Runs end: the row, and what people are told of a workflow that fails. */
export interface Endings {
  /** Writes the outcome; the first one stays. */
  end(place: Place, run: JournalledRun, outcome: Outcome, follow: Follow | null): Promise<void>;
}

const messageMax = 150;

/** What people read of it: what happened, and what to do where there is room for that. */
export function failureWords(
  workflow: string,
  { message, hint }: Pick<TomteError, 'message' | 'hint'>,
): { title: string; text: string } {
  const title = titled(workflow, ': a run failed');
  return { title, text: fit(title, [cut(`${message}.`, messageMax), hint]) };
}

/** Journals what follows from the end in the transaction that writes it; `begin` comes after. */
export type Follow = (tx: Db) => Promise<{ begin(): Promise<void> }>;

export function openEndings(o: {
  workflows: ReadonlyMap<string, WorkflowDefinition>;
  guard: <T>(work: () => Promise<T>) => Promise<T>;
  now: () => number;
  log: Log;
}): Endings {
  // Workflows of which it is known that no alert says they fail.
  const well = new Set<string>();
  const titleOf = (workflow: string) => o.workflows.get(workflow)?.title ?? workflow;
  const keyOf = (workflow: string) => `workflow-failed:${workflow}`;

  /** One alert a workflow, however many of its Runs fail. */
  async function tellFailure(
    { effects, store }: Place,
    run: JournalledRun,
    outcome: Extract<Outcome, { state: 'failed' | 'cancelled' }>,
  ): Promise<void> {
    const { home, workflow, id } = run;
    const { mode } = await readTerms(store.db, home, workflow);
    if (run.dry || mode !== 'on') return;
    await effects.alert({
      ...{ home, workflow, run: id, step: 'failed', key: keyOf(workflow), severity: 'today' },
      ...failureWords(titleOf(workflow), outcome.error),
      ...{ since: o.now(), at: o.now(), entities: [] },
    });
  }

  async function tellSuccess(place: Place, { home, workflow, dry }: JournalledRun): Promise<void> {
    const key = `${place.store.schema}/${home}/${workflow}`;
    if (dry || well.has(key)) return;
    if (await findOpenAlert(place.store.db, { home, key: keyOf(workflow) })) {
      const last = {
        title: 'Over: it works again',
        text: `${titleOf(workflow)} ran well.`,
        at: o.now(),
      };
      await place.effects.resolve(home, keyOf(workflow), last);
    }
    well.add(key);
  }

  async function close(
    { store }: Place,
    id: string,
    outcome: Outcome,
    follow: Follow | null,
  ): Promise<void> {
    if (!follow) return void (await closeRun(store.db, id, outcome, o.now()));
    const followed = await store.transaction(async (tx) =>
      (await closeRun(tx, id, outcome, o.now())) ? follow(tx) : null,
    );
    await followed?.begin();
  }

  return {
    async end(place, run, outcome, follow) {
      if (outcome.state === 'failed') {
        well.delete(`${place.store.schema}/${run.home}/${run.workflow}`);
        await tell(o, () => tellFailure(place, run, outcome));
      }
      await o.guard(() => close(place, run.id, outcome, follow));
      if (outcome.state === 'done') await tell(o, () => tellSuccess(place, run));
      if (outcome.state !== 'failed') return;
      const { code, message } = outcome.error;
      o.log.warn({ run: run.id, workflow: run.workflow, code }, `a Run failed: ${message}`);
    },
  };
}

/** That nobody could be told must not keep a Run from ending. */
async function tell(
  o: { guard: <T>(work: () => Promise<T>) => Promise<T>; log: Log },
  work: () => Promise<void>,
): Promise<void> {
  try {
    await o.guard(work);
  } catch (error) {
    o.log.error({ err: error }, 'nobody could be told how a workflow does');
  }
}
