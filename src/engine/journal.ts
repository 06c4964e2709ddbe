import { createHash } from 'node:crypto';
import type { TriggerFired } from '@tomte/sdk/define';
import type { ErrorBody, TomteError } from '@tomte/sdk/errors';
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
import type { WaitOutcome } from './wait.ts';

/** A Run as its row tells it, with what the engine needs to go on. */
export interface JournalledRun {
  readonly id: string;
  readonly home: string;
  readonly workflow: string;
  readonly fired: TriggerFired;
  readonly reason: string;
  readonly state: RunState;
  /** Hash of the person's own workflow it began with; null for ours. */
  readonly version: string | null;
  /** Run that called it. */
  readonly parent: string | null;
  /** It may change nothing. */
  readonly dry: boolean;
  /** Execution it is at, or that is to begin when it is woken. */
  readonly segment: number;
  /** Executions in a row that ended in a death of their process. */
  readonly crashes: number;
  /** Epoch ms. */
  readonly createdAt: number;
  /** What it starts under; null for Runs of earlier versions, which journal it as their first step. */
  readonly terms: Terms | null;
  /** Run whose steps it takes over as they were, and the place from which it goes on by itself. */
  readonly fork: { readonly run: string; readonly from: number } | null;
}
export type NewRun = Pick<JournalledRun, 'id' | 'home' | 'workflow' | 'fired' | 'reason'> &
  Partial<Pick<JournalledRun, 'version' | 'parent' | 'dry' | 'terms' | 'fork'>>;

export const runOfNew = (run: NewRun, at: number): JournalledRun => ({
  ...{ version: null, parent: null, dry: false, terms: null, fork: null },
  ...run,
  ...{ state: 'waiting', segment: 0, crashes: 0, createdAt: at },
});

/** What a Run begins under; frozen when it is journalled. */
export interface Terms {
  readonly mode: 'on' | 'off' | 'watch';
  readonly settings: Record<string, unknown>;
}

/** Kinds of trigger, and workflows, whose Runs follow each other. */
export interface Lanes {
  readonly kinds: readonly string[];
  readonly workflows: readonly string[];
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
  const { fired, ...row } = run;
  return addRun(db, { ...row, trigger: fired, state: 'waiting', at: new Date(at) });
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

/**
 * Runs that have no outcome yet, oldest first, without those that only wait: they are taken up when they
 * are woken. One in a lane keeps its place there.
 */
export async function openRuns(db: Db, home: string, lanes: Lanes): Promise<JournalledRun[]> {
  return (await openRunRows(db, home, lanes)).map(fromRow);
}

export const isParked = (run: JournalledRun): boolean => run.state === 'waiting' && run.segment > 0;

export const markRunning = (db: Db, id: string): Promise<void> => setRunState(db, id, 'running');

/**
 * Writes the outcome and leaves what it waited for. The first one stays: a second writing, after a
 * crash, changes nothing and answers false.
 */
export async function closeRun(db: Db, id: string, outcome: Outcome, at: number): Promise<boolean> {
  const { state } = outcome;
  const rest =
    state === 'done' ? { result: outcome.result } : { error: outcome.error.toJSON().error };
  return endRun(db, { id, state, at: new Date(at), ...rest });
}

/** Such as the call of a called Run: how its caller is told of its end. */
export async function endingOf(db: Db, id: string): Promise<WaitOutcome | null> {
  const row = await getRun(db, id);
  if (!row?.ended_at || row.state === 'waiting' || row.state === 'running') return null;
  const { state, error } = row;
  const result = (row.result as { value?: unknown } | null)?.value ?? null;
  const body = error as ErrorBody['error'] | null;
  return { kind: 'ended', state, result, error: body, at: row.ended_at.getTime() };
}

function fromRow(row: RunRow): JournalledRun {
  const { id, home_id, workflow, trigger, reason, state } = row;
  const { version, parent, dry, segment, crashes, created_at } = row;
  return {
    ...{ id, home: home_id, workflow, fired: trigger as TriggerFired, reason, state },
    ...{ version, parent, dry, segment, crashes, createdAt: created_at.getTime() },
    terms: row.terms as Terms | null,
    fork: row.fork as JournalledRun['fork'],
  };
}
