import { copyFile, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../lib/clock.ts';
import { silentLog } from '../lib/log.ts';
import { connectPlain, dumpDatabase, type EngineTables, holdsRows, tablesOf } from './backup.ts';
import { columnList, quoted } from './backup-catalog.ts';
import { readBackup } from './backup-file.ts';
import { addHome } from './homes.ts';
import { keepBackup } from './keep-backup.ts';
import { keepReadings } from './readings.ts';
import { checkFits, inspectBackup, restoreDatabase } from './restore.ts';
import { seriesOf } from './series.ts';
import { type FreshStore, freshStore } from './testing.ts';

/** An engine with one table that refers to itself, laid in two versions. */
const engine: EngineTables = {
  schema: 'engine',
  ledger: 'version',
  version: 2,
  async versionIn(client) {
    const { rows } = await client.query(
      "select to_regclass('engine.version') is not null as there",
    );
    if (!rows[0].there) return null;
    return (await client.query('select number from engine.version')).rows[0].number;
  },
  async make(client, version) {
    await client.query(`create schema engine; create table engine.version (number int);
      insert into engine.version values (${version});
      create table engine.work (id text primary key, parent text references engine.work, note text,
        twice text generated always as (note || note) stored)`);
    if (version > 1) await client.query('alter table engine.work add column age int');
  },
};

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tomte-backup-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const home = {
  ...{ id: 'h1', name: 'Høme\t"1"\\N', instance: null, address: 'http://127.0.0.1:8123' },
  ...{ version: '2026.11.0', time_zone: 'Europe/Vienna', currency: 'EUR', user_name: 'Ola' },
  ...{ user_id: 'u', user_admin: true, token_sealed: Buffer.from([0, 10, 13, 92, 255]) },
};

async function filled(): Promise<FreshStore> {
  const store = await freshStore();
  await addHome(store.db, home);
  const text = 'a\nb\r\\.\tc\u0001 \u2028 🜁';
  await store.pool.query(
    `insert into alerts (id, home_id, key, title, text, lines, severity, state, since, facts)
     values ('a', 'h1', 'k', $1, '', $2, 'now', 'open', '2026-03-29T01:30:00.123456Z', $3)`,
    [text, [text, '', 'NULL', '{}'], { deep: [text, null, 1e-300] }],
  );
  await store.pool.query(
    `insert into channels (id, kind, name) values ('c', 'ntfy', 'n');
     insert into deliveries (id, alert_id, channel_id, kind, state, message)
       values ('d', 'a', 'c', 'open', 'sent', '{}');
     insert into not_run (home_id, workflow, reason) values ('h1', 'w', 'r'), ('h1', 'w', 'gone');
     delete from not_run where reason = 'gone'`,
  );
  const series = await seriesOf(store.db, 'h1', [{ id: 'sensor.water', unit: 'L' }]);
  const values = [0.1, 1 / 3, -0, 5e-324, 1.7976931348623157e308, null];
  await keepReadings(
    store.db,
    values.map((value, at) => ({
      ...{ series: series.get('sensor.water')!, at, value, word: value === null ? 'x' : null },
      late: at % 2 === 0,
    })),
  );
  const client = await connectPlain(store.connection);
  await engine.make(client, 2);
  await client.query(
    "insert into engine.work (id, parent, note, age) values ('a', 'b', 'n', 3), ('b', null, null, null)",
  );
  await client.end();
  return store;
}

const dump = (store: FreshStore) =>
  dumpDatabase({
    ...{ connection: store.connection, engine, program: '1.2.3', key: 'fingerprint' },
    clock: systemClock,
  });

/** Every row of every table, as text, and the counters. */
async function everything(store: FreshStore): Promise<Record<string, unknown>> {
  const client = await connectPlain(store.connection);
  const found: Record<string, unknown> = {};
  for (const table of await tablesOf(client, engine)) {
    const { rows } = await client.query(
      `select t::text from (select ${columnList(table.columns)} from ${quoted(table)}) t order by 1`,
    );
    found[quoted(table)] = rows.map((row) => row.t);
  }
  const counters = await client.query(
    'select sequencename, last_value from pg_sequences order by 1, 2',
  );
  await client.end();
  return { ...found, counters: counters.rows };
}

const into = (store: FreshStore) => ({
  ...{ connection: store.connection, engine, log: silentLog },
});

test('what was backed up comes back as it was, and counters go on', async () => {
  await using store = await filled();
  const path = join(folder, 'home.backup');
  const kept = await keepBackup(dump(store), path);
  const backup = await inspectBackup(path);
  expect(backup.header).toEqual(kept.header);
  expect(backup.header).toMatchObject({ program: '1.2.3', key: 'fingerprint', engine: 2 });
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect((await stat(path)).size).toBe(kept.bytes);
  await using other = await freshStore();
  await restoreDatabase(backup, into(other));
  expect(await everything(other)).toEqual(await everything(store));
  const { rows } = await other.pool.query(
    "insert into not_run (home_id, workflow, reason) values ('h1', 'w', 'next') returning id",
  );
  expect(rows[0].id).toBe(3);
  // The next start finds the tables at its own version.
  await other.another();
});

test('a restore replaces all there was', async () => {
  await using store = await filled();
  const path = join(folder, 'home.backup');
  await keepBackup(dump(store), path);
  const before = await everything(store);
  await store.pool.query("delete from homes; insert into settings values ('mine', '1')");
  await store.pool.query("update engine.work set note = 'other'");
  await restoreDatabase(await inspectBackup(path), into(store));
  expect(await everything(store)).toEqual(before);
});

test('a backup is of one moment, whatever is written meanwhile', async () => {
  await using store = await filled();
  const before = await everything(store);
  const pieces: Buffer[] = [];
  for await (const piece of dump(store)) {
    // The header is the first piece; the tables are read after it.
    if (pieces.length === 0) {
      await store.pool.query("update homes set name = 'later'; delete from alerts");
      await store.pool.query("insert into settings values ('later', '1')");
    }
    pieces.push(piece);
  }
  const path = join(folder, 'home.backup');
  await writeFile(path, Buffer.concat(pieces));
  await restoreDatabase(await inspectBackup(path), into(store));
  expect(await everything(store)).toEqual(before);
});

test('a file that is cut short, changed or lengthened anywhere is found', async () => {
  await using store = await filled();
  const pieces: Buffer[] = [];
  for await (const piece of dump(store)) pieces.push(piece);
  const whole = Buffer.concat(pieces);
  const read = async (bytes: Buffer) => {
    const kinds: string[] = [];
    const content = async function* () {
      yield bytes;
    };
    for await (const { kind } of readBackup(content())) kinds.push(kind);
    return kinds.at(-1);
  };
  expect(await read(whole)).toBe('end');
  const found = /^backup\.(damaged|not_a_backup|newer_than_program)$/;
  const refused = (bytes: Buffer) =>
    expect(read(bytes)).rejects.toMatchObject({ code: expect.stringMatching(found) });
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
      const changed = Buffer.from(whole);
      changed[at] = changed[at]! ^ by;
      await refused(changed);
      await refused(whole.subarray(0, at));
    }),
    { numRuns: 300 },
  );
  await refused(Buffer.concat([whole, Buffer.from('\n')]));
  await refused(Buffer.concat([whole, whole]));
});

test('the pieces may come in any size', async () => {
  await using store = await filled();
  const pieces: Buffer[] = [];
  for await (const piece of dump(store)) pieces.push(piece);
  const whole = Buffer.concat(pieces);
  const bytewise = async function* () {
    for (let at = 0; at < whole.length; at++) yield whole.subarray(at, at + 1);
  };
  let last = '';
  for await (const piece of readBackup(bytewise())) last = piece.kind;
  expect(last).toBe('end');
});

test('a restore that fails in the middle has changed nothing', async () => {
  await using store = await filled();
  const path = join(folder, 'home.backup');
  await keepBackup(dump(store), path);
  const backup = await inspectBackup(path);
  const before = await everything(store);
  const bytes = await readFile(path);
  // As if the file were exchanged between the check and the restore.
  bytes[bytes.length - 100] = bytes[bytes.length - 100]! ^ 1;
  await writeFile(path, bytes);
  await expect(restoreDatabase(backup, into(store))).rejects.toMatchObject({
    code: 'backup.damaged',
  });
  await writeFile(path, bytes.subarray(0, -400));
  await expect(restoreDatabase(backup, into(store))).rejects.toMatchObject({
    code: 'backup.damaged',
  });
  const stop = new AbortController();
  const late = {
    ...into(store),
    signal: stop.signal,
    onRows: () => stop.abort(new Error('enough')),
  };
  bytes[bytes.length - 100] = bytes[bytes.length - 100]! ^ 1;
  await writeFile(path, bytes);
  await expect(restoreDatabase(backup, late)).rejects.toThrow('enough');
  expect(await everything(store)).toEqual(before);
});

test('an older backup is brought forward; a newer or a strange one is refused', async () => {
  await using store = await filled();
  const path = join(folder, 'home.backup');
  await keepBackup(dump(store), path);
  const backup = await inspectBackup(path);
  const { header } = backup;
  const own = new URL('./migrations/', import.meta.url);
  for (const { number } of header.migrations) {
    const name = `${String(number).padStart(4, '0')}.sql`;
    await copyFile(new URL(name, own), join(folder, name));
  }
  const next = header.migrations.length + 1;
  await writeFile(
    join(folder, `${String(next).padStart(4, '0')}.sql`),
    "alter table homes add column motto text not null default 'none';" +
      "update homes set motto = 'of ' || name",
  );
  const migrations = pathToFileURL(`${folder}/`);
  await using other = await freshStore();
  await restoreDatabase(backup, { ...into(other), migrations });
  const { rows } = await other.pool.query('select motto, name from homes');
  expect(rows).toEqual([{ motto: `of ${home.name}`, name: home.name }]);
  const applied = await other.pool.query('select number from migrations order by number');
  expect(applied.rows.at(-1)).toEqual({ number: next });

  const newer = { number: next, checksum: 'x' };
  const code = (o: Partial<typeof header>) => checkFits({ ...header, ...o }, engine);
  await expect(code({ migrations: [...header.migrations, newer] })).rejects.toMatchObject({
    code: 'backup.newer_than_program',
  });
  await expect(code({ engine: 3 })).rejects.toMatchObject({ code: 'backup.newer_than_program' });
  await expect(code({ migrations: [{ number: 1, checksum: 'x' }] })).rejects.toMatchObject({
    code: 'store.start_failed',
  });
  await code({ engine: 1 });
  const odd = { ...backup, header: { ...header, engine: 1 } };
  await expect(restoreDatabase(odd, into(other))).rejects.toMatchObject({ code: 'backup.unfit' });
});

test('a file is kept whole or not at all, and nothing foreign is replaced', async () => {
  await using store = await filled();
  const path = join(folder, 'home.backup');
  await writeFile(path, 'my letters');
  await expect(keepBackup(dump(store), path)).rejects.toMatchObject({ code: 'backup.file_taken' });
  await expect(keepBackup(dump(store), folder)).rejects.toMatchObject({
    code: 'backup.file_taken',
  });
  expect(await readFile(path, 'utf8')).toBe('my letters');
  await rm(path);
  await keepBackup(dump(store), path);
  const first = await readFile(path);
  const broken = async function* () {
    yield first.subarray(0, 500);
  };
  await expect(keepBackup(broken(), path)).rejects.toMatchObject({ code: 'backup.interrupted' });
  expect(await readFile(path)).toEqual(first);
  await expect(stat(`${path}.part`)).rejects.toMatchObject({ code: 'ENOENT' });
  // A link laid where the file will be written leads nowhere.
  await writeFile(join(folder, 'elsewhere'), 'theirs');
  await symlink(join(folder, 'elsewhere'), `${path}.part`);
  await keepBackup(dump(store), path);
  expect(await readFile(join(folder, 'elsewhere'), 'utf8')).toBe('theirs');
  await expect(keepBackup(dump(store), join(folder, 'no', 'where'))).rejects.toMatchObject({
    code: 'backup.file_unreadable',
  });
});

test('a Tomte that was started and never used holds nothing', async () => {
  await using store = await freshStore();
  const client = await connectPlain(store.connection);
  expect(await holdsRows(client)).toBe(false);
  await store.pool.query("insert into settings values ('mine', '1')");
  expect(await holdsRows(client)).toBe(true);
  await client.end();
});

test('nothing to back up, and nothing to read, are said so', async () => {
  await using store = await freshStore();
  await store.pool.query('drop schema tomte cascade');
  await expect(keepBackup(dump(store), join(folder, 'b'))).rejects.toMatchObject({
    code: 'backup.nothing_there',
  });
  await expect(inspectBackup(join(folder, 'missing'))).rejects.toMatchObject({
    code: 'backup.file_unreadable',
  });
  await writeFile(join(folder, 'letters'), 'my letters');
  await expect(inspectBackup(join(folder, 'letters'))).rejects.toMatchObject({
    code: 'backup.not_a_backup',
  });
  await writeFile(join(folder, 'later'), 'tomte-backup 2\n{}\n');
  await expect(inspectBackup(join(folder, 'later'))).rejects.toMatchObject({
    code: 'backup.newer_than_program',
  });
});

test('whoever stops taking a backup lets the database go', async () => {
  await using store = await filled();
  const pieces = dump(store);
  await pieces.next();
  await pieces.return(undefined);
  const stop = new AbortController();
  const aborted = dumpDatabase({
    ...{ connection: store.connection, engine, program: '', key: '', clock: systemClock },
    signal: stop.signal,
  });
  await aborted.next();
  stop.abort(new Error('enough'));
  await expect(aborted.next()).rejects.toThrow('enough');
  const client = new pg.Client(store.connection);
  await client.connect();
  const open = () =>
    client
      .query(
        "select count(*)::int as n from pg_stat_activity where application_name = 'tomte-backup' and datname = current_database()",
      )
      .then(({ rows }) => rows[0].n);
  await expect.poll(open, { timeout: 20_000 }).toBe(0);
  await client.end();
});
