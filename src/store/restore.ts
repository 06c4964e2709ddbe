import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { TomteError } from '@tomte/sdk/errors';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { Log } from '../lib/log.ts';
import { connectPlain, type EngineTables, ownSchema, plainly, tablesOf } from './backup.ts';
import { columnList, quoted } from './backup-catalog.ts';
import { type BackupHeader, readBackup, unpack } from './backup-file.ts';
import { apply, checkApplied, makeLedger, readMigrations } from './migrate.ts';

export interface BackupFile {
  readonly path: string;
  readonly header: BackupHeader;
  readonly sha256: string;
}

/** Rows that are done, of so many. */
export type OnRows = (done: number, of: number) => void;

/**
 * Reads a backup to its end and answers what it holds; changes nothing. Throws backup.not_a_backup,
 * backup.damaged, backup.newer_than_program, backup.file_unreadable.
 */
export async function inspectBackup(path: string, onRows: OnRows = () => {}): Promise<BackupFile> {
  let header: BackupHeader | undefined;
  let done = 0;
  for await (const piece of readBackup(contentOf(path))) {
    if (piece.kind === 'header') header = piece.header;
    else if (piece.kind === 'end') return { path, header: header!, sha256: piece.sha256 };
    else {
      done += piece.rows;
      onRows(done, rowsIn(header!));
    }
  }
  throw new TomteError('app.internal', 'A backup was read and had no end');
}

export const rowsIn = (header: BackupHeader): number =>
  header.tables.reduce((sum, { rows }) => sum + rows, 0);

async function* contentOf(path: string): AsyncGenerator<Buffer> {
  try {
    const file = await open(path, 'r');
    // Closes itself at its end, or when nobody reads on.
    for await (const piece of file.createReadStream({ highWaterMark: 256 * 1024 }))
      yield piece as Buffer;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === undefined) throw cause;
    throw new TomteError('backup.file_unreadable', `${path} cannot be read: ${message}`, { cause });
  }
}

/** Throws backup.newer_than_program, or store.start_failed for one of another line of development. */
export async function checkFits(
  header: BackupHeader,
  engine: EngineTables,
  migrations?: URL,
): Promise<void> {
  const ours = await readMigrations(migrations);
  const newest = header.migrations.at(-1)?.number ?? 0;
  if (newest > ours.length || (header.engine ?? 0) > engine.version) {
    throw new TomteError(
      'backup.newer_than_program',
      `The backup was made by Tomte ${header.program}, whose tables are newer than this program’s`,
      { details: { backup: newest, program: ours.length } },
    );
  }
  checkApplied(ours, header.migrations, ownSchema);
}

export interface RestoreOptions {
  readonly connection: pg.PoolConfig | string;
  readonly engine: EngineTables;
  readonly log: Log;
  readonly onRows?: OnRows;
  readonly signal?: AbortSignal;
  /** Folder of the migrations; another one in tests. */
  readonly migrations?: URL;
}

/**
 * Puts the backup in place of what the database holds, in one transaction: the tables as they were in the
 * version it comes from, its rows, then the migrations since. Whatever goes wrong, nothing has changed.
 */
export async function restoreDatabase(file: BackupFile, o: RestoreOptions): Promise<void> {
  await checkFits(file.header, o.engine, o.migrations);
  const client = await connectPlain(o.connection);
  const stop = () => void client.end();
  o.signal?.addEventListener('abort', stop, { once: true });
  try {
    o.signal?.throwIfAborted();
    await client.query(`begin; ${plainly}; set local search_path to ${ownSchema}`);
    await makeTables(client, file.header, o);
    await load(client, file, o.onRows ?? (() => {}));
    await setSequences(client, file.header);
    await apply(client, (await readMigrations(o.migrations)).slice(file.header.migrations.length), {
      schema: ownSchema,
      log: o.log,
    });
    await client.query(`analyze ${file.header.tables.map(quoted).join(', ')}`);
    await client.query('commit');
  } catch (error) {
    o.signal?.throwIfAborted();
    throw error;
  } finally {
    o.signal?.removeEventListener('abort', stop);
    // With the connection goes what was not committed.
    await client.end();
  }
}

async function makeTables(client: pg.Client, header: BackupHeader, o: RestoreOptions) {
  for (const schema of [ownSchema, o.engine.schema]) {
    await client.query(`drop schema if exists ${schema} cascade`);
  }
  await makeLedger(client, ownSchema);
  const then = (await readMigrations(o.migrations)).slice(0, header.migrations.length);
  await apply(client, then, { schema: ownSchema, log: o.log });
  if (header.engine !== null) await o.engine.make(client, header.engine);
  const made = new Map(
    (await tablesOf(client, o.engine)).map((table) => [quoted(table), columnList(table.columns)]),
  );
  // In both directions: a table that is missing in the backup would silently be empty.
  const differing = header.tables.filter(
    (table) => sorted(made.get(quoted(table))) !== sorted(columnList(table.columns)),
  );
  if (differing.length > 0 || made.size !== header.tables.length) {
    throw new TomteError('backup.unfit', 'The tables of the backup are not those of its version', {
      details: { tables: differing.map(quoted), program: header.program },
    });
  }
}

/** Columns may stand in another order after another history. */
const sorted = (columns: string | undefined): string => (columns ?? '').split(', ').sort().join();

/** Row by row through COPY, table by table as they stand in the file. */
async function load(client: pg.Client, file: BackupFile, onRows: OnRows): Promise<void> {
  const { tables } = file.header;
  const of = rowsIn(file.header);
  await using pieces = readBackup(contentOf(file.path));
  let done = 0;
  let next = await pieces.next();
  const rowsOf = async function* (table: number): AsyncGenerator<Buffer> {
    while (!next.done && next.value.kind === 'block' && next.value.table === table) {
      yield await unpack(next.value.packed);
      done += next.value.rows;
      onRows(done, of);
      next = await pieces.next();
    }
  };
  while (!next.done) {
    if (next.value.kind === 'end' && next.value.sha256 !== file.sha256) throw changed();
    if (next.value.kind === 'block') {
      const table = tables[next.value.table]!;
      const into = client.query(
        copyFrom(`copy ${quoted(table)} (${columnList(table.columns)}) from stdin`),
      );
      await pipeline(rowsOf(next.value.table), into);
      if (into.rowCount !== table.rows) throw changed();
    } else next = await pieces.next();
  }
}

const changed = () =>
  new TomteError('backup.damaged', 'The backup is not the one that was checked a moment ago');

async function setSequences(client: pg.Client, { sequences }: BackupHeader): Promise<void> {
  for (const { value, ...name } of sequences) {
    if (value === null) continue;
    await client.query('select setval($1::regclass, $2::bigint)', [quoted(name), value]);
  }
}
