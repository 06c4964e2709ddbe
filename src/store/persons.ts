import { sql } from 'kysely';
import type { Change, Db, NewRow, Row } from './tables.ts';

export type PersonRow = Row<'persons'>;

/** In the order in which they are told. */
export const listPersons = (db: Db): Promise<PersonRow[]> =>
  db
    .selectFrom('persons')
    .selectAll()
    .orderBy('position')
    .orderBy('created_at')
    .orderBy('id')
    .execute();

export const addPerson = (db: Db, row: NewRow<'persons'>): Promise<PersonRow> =>
  db.insertInto('persons').values(row).returningAll().executeTakeFirstOrThrow();

export const changePerson = (
  db: Db,
  id: string,
  change: Omit<Change<'persons'>, 'id'>,
): Promise<PersonRow | undefined> =>
  db.updateTable('persons').set(change).where('id', '=', id).returningAll().executeTakeFirst();

export async function removePerson(db: Db, id: string): Promise<boolean> {
  const done = await db.deleteFrom('persons').where('id', '=', id).executeTakeFirst();
  return done.numDeletedRows > 0n;
}

/** A channel that is gone belongs to nobody. */
export async function dropPersonsChannel(db: Db, channel: string): Promise<void> {
  await db
    .updateTable('persons')
    .set({ channels: sql<string[]>`array_remove(channels, ${channel})` })
    .where(sql<boolean>`${channel} = any(channels)`)
    .execute();
}
