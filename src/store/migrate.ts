import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { TomteError } from '@tomte/sdk/errors';
import type pg from 'pg';
import type { Log } from '../lib/log.ts';

export interface Migration {
  readonly number: number;
  readonly checksum: string;
  readonly sql: string;
}

/**
 * Brings a schema forward to the newest migration: one transaction, one program at a time.
 * There is no way back. Throws store.newer_than_program when the schema knows more than we do,
 * store.start_failed when a migration was changed after it had been applied.
 */
export async function migrate(o: {
  pool: pg.Pool;
  schema: string;
  log: Log;
  folder?: URL;
}): Promise<void> {
  const ours = await readMigrations(o.folder);
  const client = await o.pool.connect();
  let failed: unknown;
  try {
    await client.query('begin');
    await client.query("select pg_advisory_xact_lock(hashtext('tomte.migrate'))");
    await makeLedger(client, o.schema);
    const { rows } = await client.query<{ number: number; checksum: string }>(
      'select number, checksum from migrations order by number',
    );
    checkApplied(ours, rows, o.schema);
    await apply(client, ours.slice(rows.length), o);
    await client.query('commit');
  } catch (error) {
    failed = error;
    throw error;
  } finally {
    // A connection in a failed transaction is not given back to others.
    client.release(failed !== undefined);
  }
}

/** The schema with its table of applied migrations. The search path of the connection leads there. */
export async function makeLedger(client: pg.ClientBase, schema: string): Promise<void> {
  await client.query(`create schema if not exists ${schema}`);
  await client.query(
    `create table if not exists migrations (
       number integer primary key, checksum text not null,
       applied_at timestamptz not null default now())`,
  );
}

/** Runs these migrations, in the transaction of the caller. */
export async function apply(
  client: pg.ClientBase,
  migrations: readonly Migration[],
  o: { schema: string; log: Log },
): Promise<void> {
  for (const { number, checksum, sql } of migrations) {
    o.log.info({ schema: o.schema, number }, 'bringing the database forward');
    await client.query(sql);
    await client.query('insert into migrations (number, checksum) values ($1, $2)', [
      number,
      checksum,
    ]);
  }
}

/** Throws when what was applied is no beginning of what we would apply. */
export function checkApplied(
  ours: readonly Migration[],
  applied: readonly { number: number; checksum: string }[],
  schema: string,
): void {
  const newest = applied.at(-1)?.number ?? 0;
  if (newest > ours.length) {
    throw new TomteError(
      'store.newer_than_program',
      `The database is at version ${newest}, this program knows ${ours.length}`,
      { details: { schema, database: newest, program: ours.length } },
    );
  }
  for (const [index, { number, checksum }] of applied.entries()) {
    if (ours[index]?.number === number && ours[index].checksum === checksum) continue;
    throw new TomteError(
      'store.start_failed',
      `Migration ${number} differs from the one this database was made with`,
      { hint: 'Run the Tomte that made this data, or use another --data.', details: { schema } },
    );
  }
}

export async function readMigrations(
  folder = new URL('./migrations/', import.meta.url),
): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}\.sql$/.test(name)).sort();
  return Promise.all(
    names.map(async (name, index) => {
      const number = Number(name.slice(0, 4));
      if (number !== index + 1) throw new TomteError('app.internal', `${name} is out of order`);
      const sql = await readFile(new URL(name, folder), 'utf8');
      const checksum = createHash('sha256').update(sql).digest('hex');
      return { number, checksum, sql };
    }),
  );
}
