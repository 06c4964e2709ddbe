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
  /** Kinds of triggers of all workflows: one that is off leaves a reason why it did not start. */
  readonly kinds: ReadonlySet<string>;
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
  const kinds = new Set<string>();
  const faults: { workflow: string; error: TomteError }[] = [];
  const rows = new Map((await listWorkflowSettings(db, home)).map((row) => [row.workflow, row]));
  for (const [workflow, definition] of workflows) {
    const row = rows.get(workflow);
    const isOff = row === undefined || row.mode === 'off';
    // What is off is asked only where its settings decide.
    const isSaid = isOff && typeof definition.triggers !== 'function';
    const settings = isSaid ? {} : await settingsFor(definition, row);
    if (settings === null) continue;
    for (const spec of triggersOf(definition, settings)) {
      for (const kind of Object.keys(spec)) kinds.add(kind);
      if (isOff) continue;
      const error = specFault(spec);
      if (error) faults.push({ workflow, error });
      else entries.push({ workflow, spec, text: specText(spec) });
    }
  }
  return { entries, kinds, faults };
}
