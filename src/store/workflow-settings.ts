import type { Grant } from '@tomte/sdk/types-grant';
import { sql } from 'kysely';
import { type Db, json, type Row } from './tables.ts';

export type WorkflowSettingsRow = Row<'workflow_settings'>;

/** What a person chose for this home's workflows; one without a row was never touched. */
export const listWorkflowSettings = (db: Db, home: string): Promise<WorkflowSettingsRow[]> =>
  db.selectFrom('workflow_settings').selectAll().where('home_id', '=', home).execute();

export const getWorkflowSettings = (
  db: Db,
  o: { home: string; workflow: string },
): Promise<WorkflowSettingsRow | undefined> =>
  db
    .selectFrom('workflow_settings')
    .selectAll()
    .where('home_id', '=', o.home)
    .where('workflow', '=', o.workflow)
    .executeTakeFirst();

/** Keeps what is given and leaves the rest; a first row begins with `mode` (default `off`). */
export async function saveWorkflowSettings(
  db: Db,
  o: {
    home: string;
    workflow: string;
    mode?: WorkflowSettingsRow['mode'] | undefined;
    settings?: unknown;
    /** Sealed; goes with `settings`. */
    secrets?: Buffer | null | undefined;
    grants?: readonly Grant[] | undefined;
    /** When watching only is over and the person decides; null for no such end. */
    watchUntil?: Date | null | undefined;
    /** When a person first let it act. */
    letActAt?: Date | null | undefined;
  },
): Promise<WorkflowSettingsRow> {
  return db
    .insertInto('workflow_settings')
    .values({
      home_id: o.home,
      workflow: o.workflow,
      mode: o.mode ?? 'off',
      settings: json(o.settings ?? {}),
      secrets_sealed: o.secrets ?? null,
      grants: json(o.grants ?? []),
      watch_until: o.watchUntil ?? null,
      let_act_at: o.letActAt ?? null,
    })
    .onConflict((conflict) =>
      conflict.columns(['home_id', 'workflow']).doUpdateSet({
        ...(o.mode === undefined ? {} : { mode: o.mode }),
        ...(o.settings === undefined
          ? {}
          : { settings: json(o.settings), secrets_sealed: o.secrets ?? null }),
        ...(o.grants === undefined ? {} : { grants: json(o.grants) }),
        ...(o.watchUntil === undefined ? {} : { watch_until: o.watchUntil }),
        ...(o.letActAt === undefined ? {} : { let_act_at: o.letActAt }),
        changed_at: sql`now()`,
      }),
    )
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Workflows that watch only and whose time for it is over. */
export const endedWatches = (
  db: Db,
  o: { homes: readonly string[]; now: Date },
): Promise<WorkflowSettingsRow[]> =>
  o.homes.length === 0
    ? Promise.resolve([])
    : db
        .selectFrom('workflow_settings')
        .selectAll()
        .where('home_id', 'in', [...o.homes])
        .where('mode', '=', 'watch')
        .where('watch_until', '<=', o.now)
        .execute();

/** The person was asked; an end that was set meanwhile stays. */
export async function endWatch(
  db: Db,
  o: { home: string; workflow: string; until: Date },
): Promise<void> {
  await db
    .updateTable('workflow_settings')
    .set({ watch_until: null })
    .where('home_id', '=', o.home)
    .where('workflow', '=', o.workflow)
    .where('watch_until', '=', o.until)
    .execute();
}

/** The same, and nobody else starts a Run of this workflow until the transaction ends. */
export const lockWorkflowSettings = (
  tx: Db,
  o: { home: string; workflow: string },
): Promise<WorkflowSettingsRow | undefined> =>
  tx
    .selectFrom('workflow_settings')
    .selectAll()
    .where('home_id', '=', o.home)
    .where('workflow', '=', o.workflow)
    .forUpdate()
    .executeTakeFirst();

/** In every home, also where its file was not there: it begins anew, and nothing is allowed to it any more. */
export async function beginWorkflowAnew(db: Db, workflow: string): Promise<void> {
  await db
    .updateTable('workflow_settings')
    .set({ mode: 'off', grants: json([])!, watch_until: null, let_act_at: null })
    .where('workflow', '=', workflow)
    .execute();
}
