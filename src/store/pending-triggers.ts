import { type Db, json, type NewRow, type Row } from './tables.ts';

export type PendingTriggerRow = Row<'pending_triggers'>;
type Key = Pick<PendingTriggerRow, 'home_id' | 'workflow' | 'kind' | 'key'>;

/** The newest takes the place of the one before. */
export async function savePending(db: Db, row: NewRow<'pending_triggers'>): Promise<void> {
  const { fired, due_at } = row;
  await db
    .insertInto('pending_triggers')
    .values({ ...row, fired: json(fired) ?? 'null' })
    .onConflict((conflict) =>
      conflict
        .columns(['home_id', 'workflow', 'kind', 'key'])
        .doUpdateSet({ fired: json(fired) ?? 'null', due_at }),
    )
    .execute();
}

export const getPending = (db: Db, o: Key): Promise<PendingTriggerRow | undefined> =>
  db
    .selectFrom('pending_triggers')
    .selectAll()
    .where('home_id', '=', o.home_id)
    .where('workflow', '=', o.workflow)
    .where('kind', '=', o.kind)
    .where('key', '=', o.key)
    .executeTakeFirst();

/** Of a home and a kind, soonest first. */
export const listPending = (
  db: Db,
  o: { home: string; kind: PendingTriggerRow['kind'] },
): Promise<PendingTriggerRow[]> =>
  db
    .selectFrom('pending_triggers')
    .selectAll()
    .where('home_id', '=', o.home)
    .where('kind', '=', o.kind)
    .orderBy('due_at')
    .execute();

export async function dropPending(db: Db, o: Key): Promise<void> {
  await db
    .deleteFrom('pending_triggers')
    .where('home_id', '=', o.home_id)
    .where('workflow', '=', o.workflow)
    .where('kind', '=', o.kind)
    .where('key', '=', o.key)
    .execute();
}
