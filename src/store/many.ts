import { type RawBuilder, sql } from 'kysely';
import { keepableJson } from './keepable.ts';
import type { Db, NewRow, Row } from './tables.ts';

type Many = 'alerts' | 'deliveries' | 'alert_steps' | 'digest_items';

/**
 * Inserts rows in one statement with one parameter, however many they are: planned once. JSON columns are given as
 * values, not as their text; a column that one of them leaves out and another does not is null there.
 */
export async function insertMany<T extends Many>(
  db: Db,
  table: T,
  rows: readonly NewRow<T>[],
): Promise<void> {
  if (rows.length > 0) await insertion(table, rows).execute(db);
}

/** The same, and answers them as they stand there, in any order. */
export async function keepMany<T extends Many>(
  db: Db,
  table: T,
  rows: readonly NewRow<T>[],
): Promise<Row<T>[]> {
  if (rows.length === 0) return [];
  return (await sql<Row<T>>`${insertion(table, rows)} returning *`.execute(db)).rows;
}

function insertion<T extends Many>(table: T, rows: readonly NewRow<T>[]): RawBuilder<unknown> {
  const names = new Set(rows.flatMap((row) => Object.keys(row)));
  const columns = sql.join([...names].map((name) => sql.ref(name)));
  return sql`
    insert into ${sql.table(table)} (${columns})
    select ${columns} from jsonb_populate_recordset(
      null::${sql.table(table)}, ${keepableJson(rows)}::jsonb)`;
}
