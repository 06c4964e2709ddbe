import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import pg from 'pg';

/** Every row of every table of every database of a running Tomte, as text. */
export async function dumpDatabases(dataDir: string): Promise<string> {
  const base = { host: await socketFolder(dataDir), user: 'tomte', max: 1 };
  const pool = new pg.Pool({ ...base, database: 'postgres' });
  const { rows: databases } = await pool.query<{ datname: string }>(
    'select datname from pg_database where not datistemplate',
  );
  await pool.end();
  const out: string[] = [];
  for (const { datname } of databases) {
    const each = new pg.Pool({ ...base, database: datname });
    const { rows: tables } = await each.query<{ name: string }>(
      `select format('%I.%I', table_schema, table_name) as name from information_schema.tables where table_schema not in ('pg_catalog', 'information_schema')`,
    );
    for (const { name } of tables) {
      const { rows } = await rowsOf(each, name);
      out.push(name, ...rows.map((r) => `${r.line}\n${r.raw}`));
    }
    await each.end();
  }
  return out.join('\n');
}

/** A change by hand, for what only time would bring: in the schema of people's homes, not the demo's. */
export async function changeByHand(dataDir: string, sql: string): Promise<void> {
  const pool = new pg.Pool({
    ...{ host: await socketFolder(dataDir), user: 'tomte', max: 1, database: 'postgres' },
  });
  await pool.query(`set search_path to tomte; ${sql}`);
  await pool.end();
}

/** None of a table that went meanwhile, as those of the demo go when a home is linked. */
async function rowsOf(
  pool: pg.Pool,
  table: string,
): Promise<{ rows: { line: string; raw: string }[] }> {
  try {
    return await pool.query(
      `select row_to_json(t)::text as line, encode(convert_to(t::text, 'UTF8'), 'escape') as raw from ${table} t`,
    );
  } catch (error) {
    if ((error as { code?: string }).code === '42P01') return { rows: [] };
    throw error;
  }
}

/** Where the database listens: third to fifth lines of its pid file name port and socket folder. */
async function socketFolder(dataDir: string): Promise<string> {
  const text = await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8');
  return text.split('\n')[4]!;
}

/** A stream that keeps what is written to it. */
export function textStream(): Writable & { text(): string } {
  let all = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      all += String(chunk);
      done();
    },
  });
  return Object.assign(stream, { text: () => all });
}
