import { TomteError } from '@tomte/sdk/errors';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Log } from '../lib/log.ts';
import { keepable } from './keepable.ts';
import { migrate } from './migrate.ts';
import { nameStatements } from './statements.ts';
import type { Db, Tables } from './tables.ts';

export interface Store {
  readonly db: Db;
  readonly schema: string;
  readonly pool: pg.Pool;
  /** All or nothing; the work is handed a Db of its own. */
  transaction<T>(work: (tx: Db) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface StoreOptions {
  readonly connection: pg.PoolConfig | string;
  /** `tomte`, or `demo` for the demo home: the same tables, side by side. */
  readonly schema: string;
  readonly log: Log;
  readonly connectionsMax?: number;
}

const int8 = 20;

/** bigint columns hold epoch ms and counters, far below 2^53: numbers, not text. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === int8 && format !== 'binary'
      ? Number
      : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
};

/**
 * Connects, brings the schema up to this program's version, answers the store.
 * Throws store.unavailable, store.newer_than_program.
 */
export async function openStore(o: StoreOptions): Promise<Store> {
  if (!/^[a-z][a-z0-9_]*$/.test(o.schema)) {
    throw new TomteError('app.internal', `${o.schema} is no name for a schema`);
  }
  const pool = openPool(o);
  try {
    await migrate({ pool, schema: o.schema, log: o.log });
  } catch (error) {
    await pool.end();
    throw asUnavailable(error);
  }
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  let closed: Promise<void> | null = null;
  return {
    db,
    schema: o.schema,
    pool,
    transaction: (work) => db.transaction().execute(work),
    close: () => {
      // Kysely ends the pool only if it was used.
      closed ??= db.destroy().then(() => (pool.ended ? undefined : pool.end()));
      return closed;
    },
  };
}

function openPool(o: StoreOptions): pg.Pool {
  const given =
    typeof o.connection === 'string' ? { connectionString: o.connection } : o.connection;
  const pool = new pg.Pool({
    max: o.connectionsMax ?? 10,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    application_name: 'tomte',
    ...given,
    types,
    // Not by the `options` parameter: a DATABASE_URL may carry one of its own.
    onConnect: async (client) => {
      await client.query(`set search_path to ${o.schema}; set timezone to 'UTC'`);
    },
  });
  // An idle connection that breaks is replaced at the next query; without a listener it ends Node.
  pool.on('error', (error) => {
    // One that is being closed may see the server go first.
    if (!pool.ending) o.log.warn({ cause: error.message }, 'a database connection broke');
  });
  const names = new Map<string, string>();
  // The pool listens only while a connection is idle; one that breaks in use tells its query, and then
  // says so once more, which would bring the program down.
  pool.on('connect', (client) => {
    client.on('error', (error) =>
      o.log.debug({ cause: error.message }, 'a connection broke in use'),
    );
    nameStatements(client, names, keepable);
  });
  return pool;
}

const connectionLost = /^(ECONN|ENOENT|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPIPE|08|57P0)/;

/** Errors of the connection as store.unavailable; all others as they are. */
export function asUnavailable(error: unknown): unknown {
  if (error instanceof TomteError) return error;
  const { code, message } = error as { code?: unknown; message?: string };
  const lost =
    (typeof code === 'string' && connectionLost.test(code)) ||
    /connection t(erminated|imeout)|timeout exceeded when trying to connect/i.test(message ?? '');
  if (!lost) return error;
  return new TomteError('store.unavailable', 'The database does not answer', { cause: error });
}
