import type { Db, Row } from './tables.ts';

export type ModeRow = Row<'modes'>;

/** Also those that ended: each mode keeps its last row. */
export const listModes = (db: Db): Promise<ModeRow[]> =>
  db.selectFrom('modes').selectAll().orderBy('since').execute();

/** Begins a mode, or moves the end of the one that holds. */
export async function saveMode(
  db: Db,
  row: Pick<ModeRow, 'home_id' | 'mode' | 'since' | 'until' | 'set_by'>,
): Promise<void> {
  const { since, until, set_by } = row;
  await db
    .insertInto('modes')
    .values(row)
    .onConflict((conflict) =>
      conflict.columns(['home_id', 'mode']).doUpdateSet({ since, until, set_by, ended_at: null }),
    )
    .execute();
}

/** Ended by a person, or by its time. */
export async function endMode(
  db: Db,
  o: { home: string; mode: ModeRow['mode']; at: Date },
): Promise<void> {
  await db
    .updateTable('modes')
    .set({ ended_at: o.at })
    .where('home_id', '=', o.home)
    .where('mode', '=', o.mode)
    .where('ended_at', 'is', null)
    .execute();
}
