import { type Db, json } from './tables.ts';

/** What a person or Tomte itself keeps under a name: any JSON value. */
export async function readSetting(db: Db, name: string): Promise<unknown> {
  const row = await db
    .selectFrom('settings')
    .select('value')
    .where('name', '=', name)
    .executeTakeFirst();
  return row?.value;
}

export async function saveSetting(db: Db, name: string, value: unknown): Promise<void> {
  const text = json(value) ?? 'null';
  await db
    .insertInto('settings')
    .values({ name, value: text })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: text }))
    .execute();
}

/** Values of all names that begin so. */
export async function readSettings(db: Db, prefix: string): Promise<unknown[]> {
  const rows = await db
    .selectFrom('settings')
    .select('value')
    .where('name', 'like', `${prefix}%`)
    .execute();
  return rows.map(({ value }) => value);
}

export async function dropSetting(db: Db, name: string): Promise<void> {
  await db.deleteFrom('settings').where('name', '=', name).execute();
}
