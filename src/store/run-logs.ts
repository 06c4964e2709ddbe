import type { Db, Row } from './tables.ts';

export type RunLogRow = Row<'run_logs'>;

export async function addRunLogs(
  db: Db,
  run: string,
  lines: readonly { at: number; text: string }[],
): Promise<void> {
  if (lines.length === 0) return;
  await db
    .insertInto('run_logs')
    .values(lines.map((line) => ({ ...line, run })))
    .execute();
}

/** Oldest first. */
export const runLogs = (db: Db, run: string): Promise<RunLogRow[]> =>
  db.selectFrom('run_logs').selectAll().where('run', '=', run).orderBy('id').execute();

export async function countRunLogs(db: Db, run: string): Promise<number> {
  const row = await db
    .selectFrom('run_logs')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('run', '=', run)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}
