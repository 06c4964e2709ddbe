import { type Db, json, type Row } from './tables.ts';

export type ModelRow = Row<'models'>;

export const listModels = (db: Db): Promise<ModelRow[]> =>
  db.selectFrom('models').selectAll().orderBy('name').execute();

export const getModel = (db: Db, name: string): Promise<ModelRow | undefined> =>
  db.selectFrom('models').selectAll().where('name', '=', name).executeTakeFirst();

/** Adds it, or changes its settings; changed, it is another model: off, and watched by nobody. */
export async function saveModel(
  db: Db,
  o: { name: string; settings: unknown; secrets_sealed: Buffer | null; at: Date },
): Promise<void> {
  const changed = {
    ...{ settings: json(o.settings) ?? '{}', secrets_sealed: o.secrets_sealed, changed_at: o.at },
    ...({ state: 'off', watch_since: null, agreed_at: null } as const),
  };
  await db
    .insertInto('models')
    .values({ name: o.name, ...changed })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(changed))
    .execute();
}

/** One model at most is on, and one at most watches: another in that state is off from now. Run in a transaction. */
export async function setModelState(
  db: Db,
  name: string,
  row: Pick<ModelRow, 'state' | 'watch_since' | 'agreed_at'>,
): Promise<void> {
  if (row.state !== 'off') {
    await db
      .updateTable('models')
      .set({ state: 'off', watch_since: null })
      .where('state', '=', row.state)
      .where('name', '!=', name)
      .execute();
  }
  await db.updateTable('models').set(row).where('name', '=', name).execute();
}

export async function removeModel(db: Db, name: string): Promise<boolean> {
  const done = await db.deleteFrom('models').where('name', '=', name).executeTakeFirst();
  return done.numDeletedRows > 0n;
}
