import { createHash } from 'node:crypto';
import type { TriggerFired } from '@tomte/sdk/define';
import type { TomteError } from '@tomte/sdk/errors';
import {
  addRun,
  endRun,
  getRun,
  openRuns as openRunRows,
  type RunRow,
  type RunState,
  setRunState,
} from '../store/runs.ts';
import type { Db } from '../store/tables.ts';
import { getWorkflowSettings } from '../store/workflow-settings.ts';

/** A Run as its row tells it, with what the engine needs to go on. */
export interface JournalledRun {
  readonly id: string;
  readonly home: string;
  readonly workflow: string;
  readonly fired: TriggerFired;
  readonly reason: string;
  readonly state: RunState;
}
export type NewRun = Omit<JournalledRun, 'state'>;

/** What a Run began under; frozen by its first step. */
export interface Terms {
  readonly mode: 'on' | 'off' | 'watch';
  readonly settings: Record<string, unknown>;
}

export type Outcome =
  | { state: 'done'; result: unknown }
  | { state: 'failed' | 'cancelled'; error: TomteError };

/** The same happening names the same Run, so that telling it twice starts it once. */
export function runId(home: string, workflow: string, runKey: string): string {
  const named = JSON.stringify([home, workflow, runKey]);
  return createHash('sha256').update(named).digest('hex').slice(0, 24);
}

/** Writes the Run before anything of it happens; false when it is there already. */
export function writeRun(db: Db, run: NewRun, at: number): Promise<boolean> {
  const { id, home, workflow, fired, reason } = run;
  const state = 'waiting';
  return addRun(db, { id, home, workflow, trigger: fired, reason, state, at: new Date(at) });
}

/** Mode and settings of a workflow in a home; without a row it is off. */
export async function readTerms(db: Db, home: string, workflow: string): Promise<Terms> {
  const row = await getWorkflowSettings(db, { home, workflow });
  if (!row) return { mode: 'off', settings: {} };
  return { mode: row.mode, settings: row.settings as Record<string, unknown> };
}

export async function readRun(db: Db, id: string): Promise<JournalledRun | null> {
  const row = await getRun(db, id);
  return row ? fromRow(row) : null;
}

export const isOpen = (run: JournalledRun): boolean =>
  run.state === 'waiting' || run.state === 'running';

/** Runs that have no outcome yet, oldest first. */
export async function openRuns(db: Db, home: string): Promise<JournalledRun[]> {
  return (await openRunRows(db, home)).map(fromRow);
}

export const markRunning = (db: Db, id: string): Promise<void> => setRunState(db, id, 'running');

/** Writes the outcome. The first one stays: a second writing, after a crash, changes nothing. */
export async function closeRun(db: Db, id: string, outcome: Outcome, at: number): Promise<void> {
  const { state } = outcome;
  const rest =
    state === 'done' ? { result: outcome.result } : { error: outcome.error.toJSON().error };
  await endRun(db, { id, state, at: new Date(at), ...rest });
}

function fromRow(row: RunRow): JournalledRun {
  const { id, home_id, workflow, trigger, reason, state } = row;
  return { id, home: home_id, workflow, fired: trigger as TriggerFired, reason, state };
}
