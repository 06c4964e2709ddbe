import { createHash } from 'node:crypto';
import type { TriggerFired } from '@tomte/sdk/define';
import type { TomteError } from '@tomte/sdk/errors';
import { iso } from '../lib/clock.ts';
import { type Db, json } from '../store/tables.ts';

/** A Run as its row tells it, with what the engine needs to go on. */
export interface JournalledRun {
  readonly id: string;
  readonly home: string;
  readonly workflow: string;
  readonly fired: TriggerFired;
  readonly reason: string;
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
}

export interface Terms {
  readonly mode: 'on' | 'off' | 'watch';
  readonly settings: Record<string, unknown>;
}

const notRunKept = 100;
const columns = ['id', 'home_id', 'workflow', 'trigger', 'reason', 'state'] as const;

/** The same happening names the same Run, so that telling it twice starts it once. */
export function runId(home: string, workflow: string, runKey: string): string {
  return createHash('sha256')
    .update(JSON.stringify([home, workflow, runKey]))
    .digest('hex')
    .slice(0, 24);
}

/** Writes the Run before anything of it happens; false when it is there already. */
export async function writeRun(
  db: Db,
  run: Omit<JournalledRun, 'state'>,
  at: number,
): Promise<boolean> {
  const row = await db
    .insertInto('runs')
    .values({
      id: run.id,
      home_id: run.home,
      workflow: run.workflow,
      trigger: json(run.fired),
      reason: run.reason,
      state: 'waiting',
      created_at: iso(at),
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** Leaves the reason why nothing started; the newest hundred of a workflow are kept. */
export async function writeNotRun(
  db: Db,
  row: { home: string; workflow: string; reason: string; at: number },
): Promise<void> {
  const { home, workflow, reason } = row;
  await db
    .insertInto('not_run')
    .values({ home_id: home, workflow, reason, at: iso(row.at) })
    .execute();
  await db
    .deleteFrom('not_run')
    .where('home_id', '=', home)
    .where('workflow', '=', workflow)
    .where('id', '<=', (older) =>
      older
        .selectFrom('not_run as kept')
        .select('kept.id')
        .where('kept.home_id', '=', home)
        .where('kept.workflow', '=', workflow)
        .orderBy('kept.id', 'desc')
        .offset(notRunKept)
        .limit(1),
    )
    .execute();
}

/** Mode and settings of a workflow in a home; without a row it is off. */
export async function readTerms(db: Db, home: string, workflow: string): Promise<Terms> {
  const row = await db
    .selectFrom('workflow_settings')
    .select(['mode', 'settings'])
    .where('home_id', '=', home)
    .where('workflow', '=', workflow)
    .executeTakeFirst();
  if (!row) return { mode: 'off', settings: {} };
  return { mode: row.mode, settings: row.settings as Record<string, unknown> };
}

export async function readRun(db: Db, id: string): Promise<JournalledRun | null> {
  const row = await db.selectFrom('runs').select(columns).where('id', '=', id).executeTakeFirst();
  return row ? fromRow(row) : null;
}

/** Runs that have no outcome yet, oldest first. */
export async function openRuns(db: Db, home: string): Promise<JournalledRun[]> {
  const rows = await db
    .selectFrom('runs')
    .select(columns)
    .where('home_id', '=', home)
    .where('state', 'in', ['waiting', 'running'])
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map(fromRow);
}

export async function markRunning(db: Db, id: string): Promise<void> {
  await db
    .updateTable('runs')
    .set({ state: 'running' })
    .where('id', '=', id)
    .where('state', '=', 'waiting')
    .execute();
}

/** Writes the outcome. The first one stays: a second writing, after a crash, changes nothing. */
export async function closeRun(
  db: Db,
  id: string,
  outcome:
    | { state: 'done'; result: unknown }
    | { state: 'failed' | 'cancelled'; error: TomteError },
  at: number,
): Promise<void> {
  await db
    .updateTable('runs')
    .set({
      state: outcome.state,
      result: outcome.state === 'done' ? json(outcome.result) : null,
      error: outcome.state === 'done' ? null : json(outcome.error.toJSON().error),
      ended_at: iso(at),
    })
    .where('id', '=', id)
    .where('state', 'in', ['waiting', 'running'])
    .execute();
}

/** Ids of Runs that ended before `before` (epoch ms), at most `limit`. */
export async function endedBefore(db: Db, before: number, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('runs')
    .select('id')
    .where('ended_at', '<', new Date(before))
    .orderBy('ended_at')
    .limit(limit)
    .execute();
  return rows.map((row) => row.id);
}

export async function dropRuns(db: Db, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await db.deleteFrom('runs').where('id', 'in', ids).execute();
}

export async function dropNotRun(db: Db, before: number): Promise<void> {
  await db.deleteFrom('not_run').where('at', '<', new Date(before)).execute();
}

function fromRow(row: {
  id: string;
  home_id: string;
  workflow: string;
  trigger: unknown;
  reason: string;
  state: JournalledRun['state'];
}): JournalledRun {
  const { id, home_id, workflow, trigger, reason, state } = row;
  return { id, home: home_id, workflow, fired: trigger as TriggerFired, reason, state };
}
