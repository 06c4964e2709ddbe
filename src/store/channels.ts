import { type Db, json, type NewRow, type Row } from './tables.ts';

export type ChannelRow = Row<'channels'>;

/** Those of one home with those of all homes (`home_id` null), oldest first; all without `home`. */
export function listChannels(db: Db, o: { home?: string } = {}): Promise<ChannelRow[]> {
  let query = db.selectFrom('channels').selectAll();
  const { home } = o;
  if (home !== undefined) {
    query = query.where((eb) => eb.or([eb('home_id', '=', home), eb('home_id', 'is', null)]));
  }
  return query.orderBy('created_at').orderBy('id').execute();
}

export const getChannel = (db: Db, id: string): Promise<ChannelRow | undefined> =>
  db.selectFrom('channels').selectAll().where('id', '=', id).executeTakeFirst();

/** Adds the Channel, or changes all of it but its test and age. */
export async function saveChannel(
  db: Db,
  channel: Omit<NewRow<'channels'>, 'test' | 'created_at'>,
): Promise<ChannelRow> {
  const { id, ...row } = { ...channel, settings: json(channel.settings) };
  return db
    .insertInto('channels')
    .values({ id, ...row })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** The three ticks of its last test, as JSON. */
export async function saveChannelTest(db: Db, id: string, test: unknown): Promise<void> {
  await db
    .updateTable('channels')
    .set({ test: json(test) })
    .where('id', '=', id)
    .execute();
}

export async function removeChannel(db: Db, id: string): Promise<boolean> {
  const done = await db.deleteFrom('channels').where('id', '=', id).executeTakeFirst();
  return done.numDeletedRows > 0n;
}
