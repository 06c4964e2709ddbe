import { type Db, json } from './tables.ts';

/** What a workflow remembers in a home. */
export interface Cell {
  readonly home: string;
  readonly workflow: string;
  readonly key: string;
}

export async function readCell(db: Db, { home, workflow, key }: Cell): Promise<unknown> {
  const row = await db
    .selectFrom('workflow_store')
    .select('value')
    .where('home_id', '=', home)
    .where('workflow', '=', workflow)
    .where('key', '=', key)
    .executeTakeFirst();
  return row?.value ?? null;
}

export async function writeCell(db: Db, cell: Cell, value: unknown, at: Date): Promise<void> {
  const { home, workflow, key } = cell;
  const row = { value: json(value) ?? 'null', updated_at: at };
  await db
    .insertInto('workflow_store')
    .values({ home_id: home, workflow, key, ...row })
    .onConflict((conflict) => conflict.columns(['home_id', 'workflow', 'key']).doUpdateSet(row))
    .execute();
}

export async function dropCell(db: Db, { home, workflow, key }: Cell): Promise<void> {
  await db
    .deleteFrom('workflow_store')
    .where('home_id', '=', home)
    .where('workflow', '=', workflow)
    .where('key', '=', key)
    .execute();
}

/** How many keys besides this one it keeps. */
export async function otherCells(db: Db, { home, workflow, key }: Cell): Promise<number> {
  const row = await db
    .selectFrom('workflow_store')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('home_id', '=', home)
    .where('workflow', '=', workflow)
    .where('key', '<>', key)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}
