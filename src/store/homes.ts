import { sql } from 'kysely';
import type { Change, Db, NewRow, Row } from './tables.ts';

export type HomeRow = Row<'homes'>;

export const listHomes = (db: Db): Promise<HomeRow[]> =>
  db.selectFrom('homes').selectAll().orderBy('linked_at').orderBy('id').execute();

export const getHome = (db: Db, id: string): Promise<HomeRow | undefined> =>
  db.selectFrom('homes').selectAll().where('id', '=', id).executeTakeFirst();

export async function addHome(db: Db, home: NewRow<'homes'>): Promise<void> {
  await db.insertInto('homes').values(home).execute();
}

/** Address, token or what the home says about itself changed. False when there is no such home. */
export async function changeHome(
  db: Db,
  id: string,
  change: Omit<Change<'homes'>, 'id'>,
): Promise<boolean> {
  const done = await db.updateTable('homes').set(change).where('id', '=', id).executeTakeFirst();
  return done.numUpdatedRows > 0n;
}

/**
 * Newest change whose consequences are stored, epoch ms. It only rises: a late batch that is
 * stored after a newer one must not reopen a Gap that is closed.
 */
export async function savePosition(db: Db, id: string, position: number): Promise<void> {
  await db
    .updateTable('homes')
    .set({ position: sql`greatest(position, ${position}::bigint)` })
    .where('id', '=', id)
    .execute();
}

/** Forgets the home and all that was kept of it. Run in a transaction. */
export async function removeHome(db: Db, id: string): Promise<boolean> {
  const series = db.selectFrom('series').select('id').where('home_id', '=', id);
  // These two carry no foreign key: it would be checked at every reading.
  await db.deleteFrom('readings').where('series_id', 'in', series).execute();
  await db.deleteFrom('hours').where('series_id', 'in', series).execute();
  const done = await db.deleteFrom('homes').where('id', '=', id).executeTakeFirst();
  return done.numDeletedRows > 0n;
}
