import { type TriggerSpec, triggersOf, type WorkflowDefinition } from '@tomte/sdk/define';
import type { TomteError } from '@tomte/sdk/errors';
import type { Extensions } from '../lib/extensions.ts';
import type { Db } from '../store/tables.ts';
import { listWorkflowSettings } from '../store/workflow-settings.ts';
import { settingsFor } from './fire.ts';
import { specText } from './spec-text.ts';
import { specFault } from './trigger-check.ts';

/** What a home's workflows listen to, as they are set up now. */
export interface TriggerBook {
  readonly entries: readonly BookEntry[];
  /** Triggers that say nothing one could listen to. */
  readonly faults: readonly { readonly workflow: string; readonly error: TomteError }[];
}

export interface BookEntry {
  readonly workflow: string;
  readonly spec: TriggerSpec;
  /** Its text: the same spec is the same entry after a restart. */
  readonly text: string;
}

/** Reads it from the store: workflows that are on or only watch, with triggers made of their settings. */
export async function readBook(
  db: Db,
  home: string,
  workflows: Extensions<WorkflowDefinition>,
): Promise<TriggerBook> {
  const entries: BookEntry[] = [];
  const faults: { workflow: string; error: TomteError }[] = [];
  for (const row of await listWorkflowSettings(db, home)) {
    const definition = workflows.get(row.workflow);
    if (row.mode === 'off' || !definition) continue;
    const settings = await settingsFor(definition, row);
    if (settings === null) continue;
    for (const spec of triggersOf(definition, settings)) {
      const error = specFault(spec);
      if (error) faults.push({ workflow: row.workflow, error });
      else entries.push({ workflow: row.workflow, spec, text: specText(spec) });
    }
  }
  return { entries, faults };
}
