/** From what happened to Runs: which workflows it concerns, and what becomes of each, journalled in the caller's transaction. */

import { type Admission, admit, type Refusal } from '@tomte/sdk/admission';
import {
  type TriggerDefinition,
  type TriggerFired,
  type TriggerSpec,
  triggersOf,
  type WorkflowDefinition,
} from '@tomte/sdk/define';
import { isError, TomteError } from '@tomte/sdk/errors';
import type { Extensions } from '../lib/extensions.ts';
import { addNotRun } from '../store/not-runs.ts';
import { getPending, savePending } from '../store/pending-triggers.ts';
import { chainOf, startsOf } from '../store/runs.ts';
import type { Db } from '../store/tables.ts';
import {
  getWorkflowSettings,
  listWorkflowSettings,
  lockWorkflowSettings,
  type WorkflowSettingsRow,
} from '../store/workflow-settings.ts';
import { closeRun, type JournalledRun, type NewRun, runId, runOfNew, writeRun } from './journal.ts';
import type { Gate } from './places.ts';
import { isUserWorkflow } from './user/workflow.ts';

export interface FireOptions {
  /** Only this workflow, as `tomte run` asks. */
  readonly only?: string;
  /** The workflow's triggers were quiet for as long as it asked. */
  readonly quiet?: boolean;
}

export interface Fired {
  /** All Runs the happening names, new or known. */
  readonly ids: readonly string[];
  readonly started: readonly JournalledRun[];
  /** Runs that made way, closed in the same transaction. */
  readonly cancelled: readonly string[];
  readonly refused: readonly ({ readonly workflow: string } & Refusal)[];
  /** Epoch ms of waits for quiet that began. */
  readonly held: readonly number[];
}

export interface FireParts {
  readonly workflows: Extensions<WorkflowDefinition>;
  readonly triggers: Extensions<TriggerDefinition>;
  readonly gate: Gate | undefined;
  readonly now: number;
}

/**
 * Settings as the schema makes them, and the code asked what follows from them. Null where they do not fit,
 * and where the code does not answer: one workflow's fault is not that of the others.
 */
export async function settingsFor(
  definition: WorkflowDefinition,
  row: Pick<WorkflowSettingsRow, 'settings'> | undefined,
): Promise<Record<string, unknown> | null> {
  const parsed = definition.settings.safeParse(row?.settings ?? {});
  if (!parsed.success) return null;
  try {
    if (isUserWorkflow(definition)) await definition.prepare(parsed.data);
  } catch (error) {
    if (isError(error, 'workflow.settings_invalid', 'workflow.file_invalid')) return null;
    throw error;
  }
  return parsed.data;
}

/** Runs that this happening names, whatever their mode. */
export async function matching(
  home: string,
  fired: TriggerFired,
  o: Pick<FireParts, 'workflows' | 'triggers'> & {
    rows: readonly WorkflowSettingsRow[];
    only?: string | undefined;
  },
): Promise<NewRun[]> {
  const trigger = o.triggers.get(fired.kind);
  if (!trigger) return [];
  const rows = new Map(o.rows.map((row) => [row.workflow, row]));
  const runs: NewRun[] = [];
  for (const [workflow, definition] of o.workflows) {
    if (o.only !== undefined && o.only !== workflow) continue;
    const specs = await specsOf(definition, rows.get(workflow), fired);
    if (!specs.some((spec) => trigger.matches(spec, fired, workflow))) continue;
    const id = runId(home, workflow, trigger.runKey(fired));
    runs.push({ id, home, workflow, fired, reason: trigger.reason(fired) });
  }
  return runs;
}

/** A call, and a person who starts it, name the workflow: its own triggers do not matter. */
async function specsOf(
  definition: WorkflowDefinition,
  row: WorkflowSettingsRow | undefined,
  fired: TriggerFired,
): Promise<readonly TriggerSpec[]> {
  if (fired.kind === 'call') return [{ manual: true }];
  if (typeof definition.triggers !== 'function') return definition.triggers;
  const settings = await settingsFor(definition, row);
  return settings === null ? [] : triggersOf(definition, settings);
}

/** Journals what becomes of each: a Run, a wait for quiet, or the reason why nothing starts. */
export async function fireIn(
  tx: Db,
  home: string,
  fired: TriggerFired,
  parts: FireParts,
  options: FireOptions = {},
): Promise<Fired> {
  const rows = await rowsOf(tx, home, parts, options.only);
  const runs = await matching(home, fired, { ...parts, rows, only: options.only });
  const out = { started: [], cancelled: [], refused: [], held: [] } as {
    -readonly [K in Exclude<keyof Fired, 'ids'>]: Fired[K][number][];
  };
  for (const run of runs) {
    const definition = parts.workflows.get(run.workflow)!;
    const found = rows.find((row) => row.workflow === run.workflow);
    const row =
      options.only === undefined && isAlone(definition)
        ? await lockWorkflowSettings(tx, run)
        : found;
    const admission = await judged(tx, run, { definition, row, parts, options });
    if (admission === 'known') continue;
    if (admission.kind === 'refuse') {
      const { code, reason, details } = admission;
      out.refused.push({ workflow: run.workflow, code, reason, details });
      await keepReason(tx, run, { code, reason, details }, parts.now);
    } else if (admission.kind === 'hold') {
      out.held.push(admission.dueAt);
      await hold(tx, run, admission.dueAt, parts.now);
    } else {
      for (const id of admission.cancel) {
        await closeRun(tx, id, { state: 'cancelled', error: madeWay(run.workflow) }, parts.now);
        out.cancelled.push(id);
      }
      const reason = row?.mode === 'watch' ? `${run.reason} (watch only)` : run.reason;
      const version = isUserWorkflow(definition) ? definition.version.hash : null;
      const terms = {
        mode: row?.mode ?? 'off',
        settings: (row?.settings ?? {}) as Record<string, unknown>,
      };
      const started = { ...run, reason, version, terms };
      if (await writeRun(tx, started, parts.now)) {
        out.started.push(runOfNew(started, parts.now));
      }
    }
  }
  return { ...out, ids: runs.map(({ id }) => id) };
}

/** Of the one that is meant, locked where it has to be, or of all. */
async function rowsOf(
  tx: Db,
  home: string,
  { workflows }: FireParts,
  workflow: string | undefined,
): Promise<WorkflowSettingsRow[]> {
  if (workflow === undefined) return listWorkflowSettings(tx, home);
  const definition = workflows.get(workflow);
  const read = definition && isAlone(definition) ? lockWorkflowSettings : getWorkflowSettings;
  return [await read(tx, { home, workflow })].filter((row) => row !== undefined);
}

/** Where the rules look at other Runs, nobody else may start one at the same moment. */
const isAlone = ({ mode, cooldown, debounce }: WorkflowDefinition): boolean =>
  mode !== undefined || cooldown !== undefined || debounce !== undefined;

async function judged(
  tx: Db,
  run: NewRun,
  o: {
    definition: WorkflowDefinition;
    row: WorkflowSettingsRow | undefined;
    parts: FireParts;
    options: FireOptions;
  },
): Promise<Admission | 'known'> {
  const { parts, definition, row } = o;
  const { home, workflow } = run;
  const starts = await startsOf(tx, { home, workflow, run: run.id });
  // The same happening, heard again: it was decided once, whatever holds now.
  if (starts.isThere || starts.isRefused) return 'known';
  return admit({
    definition,
    mode: row?.mode ?? 'off',
    settings: await settingsFor(definition, row),
    fired: run.fired,
    lane: parts.triggers.get(run.fired.kind)?.lane?.(run.fired)?.name ?? null,
    quiet: o.options.quiet === true,
    now: parts.now,
    pausedUntil: parts.gate?.pausedUntil(home) ?? null,
    world: parts.gate?.world(home) ?? null,
    chain: run.fired.kind === 'run' ? await chainOf(tx, run.fired.run) : 0,
    open: starts.open,
    lastAt: starts.lastAt,
  });
}

/** Leaves the reason why nothing started. */
export function keepReason(tx: Db, run: NewRun, why: Refusal, at: number): Promise<void> {
  const { home, workflow, id, fired } = run;
  const { code, reason, details } = why;
  return addNotRun(tx, {
    ...{ home, workflow, code, trigger: fired.kind, run: id, at: new Date(at) },
    reason,
    details: { ...details, because: run.reason },
  });
}

/** The newest counts; the one before it leaves its reason. */
async function hold(tx: Db, run: NewRun, dueAt: number, now: number): Promise<void> {
  const key = { home_id: run.home, workflow: run.workflow, kind: 'debounce', key: '' } as const;
  const before = await getPending(tx, key);
  if (before) {
    const replaced = { ...run, fired: before.fired as TriggerFired, id: '' };
    const why = {
      code: 'debounce',
      reason: 'Its trigger fired again before it was quiet.',
    } as const;
    await keepReason(tx, replaced, { ...why, details: {} }, now);
  }
  await savePending(tx, { ...key, fired: run.fired, due_at: dueAt });
}

const madeWay = (workflow: string) =>
  new TomteError('run.restarted', `${workflow} was started anew`);

/** Which lane a Run goes in, and where in it. */
export function laneOf(
  run: Pick<JournalledRun, 'id' | 'home' | 'workflow' | 'fired'>,
  o: Pick<FireParts, 'workflows' | 'triggers'>,
): { name: string; order: number } {
  const { home, workflow } = run;
  // Queued Runs follow each other in the order in which they were journalled.
  if (o.workflows.get(workflow)?.mode?.kind === 'queued') {
    return { name: JSON.stringify([home, workflow]), order: 0 };
  }
  const lane = o.triggers.get(run.fired.kind)?.lane?.(run.fired);
  if (!lane) return { name: run.id, order: 0 };
  return { name: JSON.stringify([home, workflow, lane.name]), order: lane.order };
}
