import { TomteError } from '@tomte/sdk/errors';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { type Clock, iso } from '../lib/clock.ts';
import {
  type CatalogTable,
  catalogSequences,
  catalogTables,
  columnList,
  quoted,
} from './backup-catalog.ts';
import { type BackupHeader, encodeBackup, type TablePart } from './backup-file.ts';
import { asUnavailable } from './open.ts';

/** Our own tables, and that of them which says how far they are. */
export const ownSchema = 'tomte';
const ownLedger = 'migrations';

/** The tables of the durable engine. Their room knows how they are made; here they are rows. */
export interface EngineTables {
  readonly schema: string;
  /** Newest version this program knows. */
  readonly version: number;
  /** Table that holds the version. */
  readonly ledger: string;
  /** Null where the engine never ran. */
  versionIn(client: pg.ClientBase): Promise<number | null>;
  /** Makes them as they were at that version, in the transaction of the caller. */
  make(client: pg.ClientBase, version: number): Promise<void>;
}

export interface DumpOptions {
  readonly connection: pg.PoolConfig | string;
  readonly engine: EngineTables;
  /** Version of this program. */
  readonly program: string;
  /** Fingerprint of the key the secrets are sealed with. */
  readonly key: string;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

/** For a transaction: values in the same words whatever the server's settings, and no limit on how long it may take. */
export const plainly = `
  set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0;
  set local lock_timeout = '60s'; set local timezone = 'UTC'; set local datestyle = 'ISO, YMD';
  set local intervalstyle = 'iso_8601'; set local bytea_output = 'hex'; set local extra_float_digits = 1`;

/**
 * The whole database as one backup file, piece by piece: all of one moment, while others go on writing.
 * Whoever stops reading ends it. Throws backup.nothing_there, store.unavailable.
 */
export async function* dumpDatabase(o: DumpOptions): AsyncGenerator<Buffer> {
  const client = await connectPlain(o.connection);
  // Ends a query under way too, which then throws.
  const stop = () => void client.end();
  o.signal?.addEventListener('abort', stop, { once: true });
  try {
    o.signal?.throwIfAborted();
    await client.query(`begin isolation level repeatable read read only; ${plainly}`);
    const header = await headerOf(client, o);
    yield* encodeBackup(header, partsOf(client, header.tables));
    await client.query('commit');
  } catch (error) {
    o.signal?.throwIfAborted();
    throw asUnavailable(error);
  } finally {
    o.signal?.removeEventListener('abort', stop);
    await client.end();
  }
}

/** A connection of its own, with a listener: one that breaks tells its query and must not end Node. */
export async function connectPlain(connection: pg.PoolConfig | string): Promise<pg.Client> {
  const given = typeof connection === 'string' ? { connectionString: connection } : connection;
  const client = new pg.Client({
    connectionTimeoutMillis: 10_000,
    application_name: 'tomte-backup',
    ...given,
  });
  let broken: Error | null = null;
  client.on('error', (error) => {
    broken ??= error;
  });
  try {
    await client.connect();
  } catch (error) {
    throw asUnavailable(broken ?? error);
  }
  return client;
}

async function headerOf(client: pg.Client, o: DumpOptions): Promise<BackupHeader> {
  const tables = await tablesOf(client, o.engine);
  const [first] = tables;
  if (!first) throw new TomteError('backup.nothing_there', 'This database holds nothing of Tomte');
  await client.query(`lock table ${tables.map(quoted).join(', ')} in access share mode`);
  const counts = [];
  for (const table of tables) {
    const { rows } = await client.query<{ rows: string }>(
      `select count(*) as rows from ${quoted(table)}`,
    );
    counts.push({ ...table, columns: [...table.columns], rows: Number(rows[0]!.rows) });
  }
  const server = await client.query<{ server_version: string }>('show server_version');
  return {
    program: o.program,
    createdAt: iso(o.clock.now()),
    postgres: server.rows[0]!.server_version,
    key: o.key,
    migrations: await migrationsIn(client),
    engine: await o.engine.versionIn(client),
    tables: counts,
    sequences: await catalogSequences(client, [ownSchema, o.engine.schema]),
  };
}

/** All but the two that say how far the tables are: a restore writes those as it makes the tables. */
export async function tablesOf(
  client: pg.ClientBase,
  engine: EngineTables,
): Promise<CatalogTable[]> {
  const tables = await catalogTables(client, [ownSchema, engine.schema]);
  const ledgers = [`${ownSchema}.${ownLedger}`, `${engine.schema}.${engine.ledger}`];
  return tables.filter(({ schema, name }) => !ledgers.includes(`${schema}.${name}`));
}

/** The migrations that were applied; none where Tomte never was. */
export async function migrationsIn(client: pg.ClientBase): Promise<BackupHeader['migrations']> {
  const there = await client.query<{ there: boolean }>(
    'select to_regclass($1) is not null as there',
    [`${ownSchema}.${ownLedger}`],
  );
  if (!there.rows[0]!.there) return [];
  const { rows } = await client.query<{ number: number; checksum: string }>(
    `select number, checksum from ${ownSchema}.${ownLedger} order by number`,
  );
  return rows;
}

/** Whether any of our tables has a row: settings that nobody chose are none. */
export async function holdsRows(client: pg.ClientBase): Promise<boolean> {
  const tables = (await catalogTables(client, [ownSchema])).filter(
    ({ name }) => name !== ownLedger,
  );
  for (const table of tables) {
    const { rows } = await client.query<{ any: boolean }>(
      `select exists (select from ${quoted(table)}) as any`,
    );
    if (rows[0]!.any) return true;
  }
  return false;
}

async function* partsOf(
  client: pg.Client,
  tables: readonly CatalogTable[],
): AsyncGenerator<TablePart> {
  for (const [table, { columns, ...name }] of tables.entries()) {
    const rows = client.query(
      copyTo(`copy (select ${columnList(columns)} from ${quoted(name)}) to stdout`),
    );
    for await (const bytes of rows as AsyncIterable<Buffer>) yield { table, bytes };
  }
}
