import type { TriggerDefinition, TriggerFired, WorkflowDefinition } from '@tomte/sdk/define';
import type { Extensions } from '../lib/extensions.ts';
import type { Db } from '../store/tables.ts';
import {
  type JournalledRun,
  type NewRun,
  readTerms,
  runId,
  writeNotRun,
  writeRun,
} from './journal.ts';

export interface FireOptions {
  /** Only this workflow, as `tomte run` asks. */
  readonly only?: string;
}

/** Runs that this happening starts, whatever their mode. Pure. */
export function matching(
  home: string,
  fired: TriggerFired,
  workflows: Extensions<WorkflowDefinition>,
  triggers: Extensions<TriggerDefinition>,
  options: FireOptions = {},
): NewRun[] {
  const trigger = triggers.get(fired.kind);
  if (!trigger) return [];
  const runs: NewRun[] = [];
  for (const [workflow, definition] of workflows) {
    if (options.only !== undefined && options.only !== workflow) continue;
    if (!specsOf(definition).some((spec) => trigger.matches(spec, fired, workflow))) continue;
    const id = runId(home, workflow, trigger.runKey(fired));
    runs.push({ id, home, workflow, fired, reason: trigger.reason(fired) });
  }
  return runs;
}

/** Journals them; answers those that are new. A workflow that is off leaves its reason instead. */
export async function journalRuns(
  db: Db,
  runs: readonly NewRun[],
  at: number,
): Promise<JournalledRun[]> {
  const written: JournalledRun[] = [];
  for (const run of runs) {
    const { mode } = await readTerms(db, run.home, run.workflow);
    if (mode === 'off') {
      const reason = `Switched off. ${run.reason}`;
      await writeNotRun(db, { home: run.home, workflow: run.workflow, reason, at });
      continue;
    }
    const reason = mode === 'watch' ? `${run.reason} (watch only)` : run.reason;
    if (await writeRun(db, { ...run, reason }, at))
      written.push({ ...run, reason, state: 'waiting' });
  }
  return written;
}

/** Which lane a Run goes in, and where in it. */
export function laneOf(
  run: Pick<JournalledRun, 'id' | 'home' | 'workflow' | 'fired'>,
  triggers: Extensions<TriggerDefinition>,
): { name: string; order: number } {
  const lane = triggers.get(run.fired.kind)?.lane?.(run.fired);
  if (!lane) return { name: run.id, order: 0 };
  return { name: JSON.stringify([run.home, run.workflow, lane.name]), order: lane.order };
}

/** Triggers that hang on no settings; those that do are asked with the settings of the home. */
const specsOf = ({ triggers }: WorkflowDefinition) =>
  typeof triggers === 'function' ? [] : triggers;
