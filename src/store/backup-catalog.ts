import { TomteError } from '@tomte/sdk/errors';
import pg from 'pg';

/** What there is to back up, asked of the database itself: a new table is in the next backup by itself. */
export interface CatalogTable {
  readonly schema: string;
  readonly name: string;
  /** Those that can be written; what the database computes it computes again. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

export interface CatalogSequence {
  readonly schema: string;
  readonly name: string;
  readonly value: string | null;
}

type Asked = Pick<pg.ClientBase, 'query'>;
type TableRow = { id: string; schema: string; name: string; columns: CatalogTable['columns'] };

/** Tables of these schemas, parents before those that refer to them. A part of a partitioned one is no table. */
export async function catalogTables(
  client: Asked,
  schemas: readonly string[],
): Promise<CatalogTable[]> {
  const tables = await client.query<TableRow>(
    `select c.oid::text as id, n.nspname as schema, c.relname as name,
       coalesce((
         select json_agg(json_build_object(
           'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod)) order by a.attnum)
         from pg_attribute a
         where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
       ), '[]') as columns
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = any($1) and c.relkind in ('r', 'p') and not c.relispartition
     order by n.nspname, c.relname`,
    [schemas],
  );
  const references = await client.query<{ child: string; parent: string }>(
    `select conrelid::text as child, confrelid::text as parent
     from (select conrelid::oid::bigint as conrelid, confrelid::oid::bigint as confrelid
           from pg_constraint where contype = 'f') f
     where conrelid <> confrelid`,
  );
  return parentsFirst(tables.rows, references.rows).map(({ schema, name, columns }) => ({
    schema,
    name,
    columns,
  }));
}

function parentsFirst(
  tables: readonly TableRow[],
  references: readonly { child: string; parent: string }[],
): TableRow[] {
  const left = new Map(tables.map((table) => [table.id, table]));
  const ordered: TableRow[] = [];
  while (left.size > 0) {
    const ready = [...left.values()].filter(
      ({ id }) => !references.some(({ child, parent }) => child === id && left.has(parent)),
    );
    if (ready.length === 0) {
      const names = [...left.values()].map(({ name }) => name).join(', ');
      throw new TomteError(
        'app.internal',
        `These tables refer to each other in a circle: ${names}`,
      );
    }
    for (const table of ready) left.delete(table.id);
    ordered.push(...ready);
  }
  return ordered;
}

export async function catalogSequences(
  client: Asked,
  schemas: readonly string[],
): Promise<CatalogSequence[]> {
  const { rows } = await client.query<CatalogSequence>(
    `select schemaname as schema, sequencename as name, last_value::text as value
     from pg_sequences where schemaname = any($1) order by 1, 2`,
    [schemas],
  );
  return rows;
}

export const quoted = (table: { schema: string; name: string }): string =>
  `${pg.escapeIdentifier(table.schema)}.${pg.escapeIdentifier(table.name)}`;

export const columnList = (columns: CatalogTable['columns']): string =>
  columns.map(({ name }) => pg.escapeIdentifier(name)).join(', ');
