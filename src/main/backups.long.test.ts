import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadConfig } from '../config.ts';
import { engineTables } from '../engine/tables.ts';
import { systemClock } from '../lib/clock.ts';
import { silentLog } from '../lib/log.ts';
import { connectPlain } from '../store/backup.ts';
import { addHome } from '../store/homes.ts';
import { apply, makeLedger, readMigrations } from '../store/migrate.ts';
import { inspectBackup } from '../store/restore.ts';
import { readKey } from '../store/seal.ts';
import { type FreshStore, freshStore } from '../store/testing.ts';
import { type Ground, oneDump, openHomeStore } from './backups.ts';

let dataFolder = '';
let store: FreshStore;
let ground: Ground;
beforeEach(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'tomte-automatic-'));
  store = await freshStore();
  const { connection } = store;
  const key = await readKey({ file: join(dataFolder, 'key'), mayCreate: true });
  ground = {
    config: loadConfig({ flags: { data: dataFolder }, env: {} }),
    base: { connection, key, embedded: null, close: async () => {} },
    ...{ clock: systemClock, log: silentLog },
  };
});
afterEach(async () => {
  await store.close();
  await rm(dataFolder, { recursive: true, force: true });
});

const kept = () =>
  readdir(join(dataFolder, 'backups')).then(
    (names) => names.sort(),
    () => [],
  );
const open = async (engineToo = false) => (await openHomeStore(ground, { engineToo })).close();
const home = (db: FreshStore['db']) =>
  addHome(db, {
    ...{ id: 'h1', name: 'Home', address: 'http://127.0.0.1:8123', version: '2026.11.0' },
    ...{ time_zone: 'UTC', currency: 'EUR', user_name: 'Ola', user_id: 'u', user_admin: true },
    token_sealed: Buffer.from('sealed'),
  });

/** The tables as the first version had them. */
async function makeOld(): Promise<void> {
  const client = await connectPlain(store.connection);
  await client.query('drop schema tomte cascade; set search_path to tomte');
  await makeLedger(client, 'tomte');
  await apply(client, (await readMigrations()).slice(0, 1), { schema: 'tomte', log: silentLog });
  await client.end();
}

test('what an older Tomte kept is backed up before its tables are changed', async () => {
  await makeOld();
  await home(store.db);
  await open();
  const [name, another] = await kept();
  expect(another).toBeUndefined();
  const { header } = await inspectBackup(join(dataFolder, 'backups', name!));
  expect(header.migrations).toHaveLength(1);
  expect(header.tables.find((table) => table.name === 'homes')!.rows).toBe(1);
  // Now they are at this version: nothing is to be done, and nothing to be backed up.
  await open();
  expect(await kept()).toEqual([name]);
});

test('nothing is backed up where nothing is kept', async () => {
  await makeOld();
  await open();
  await store.pool.query('drop schema tomte cascade');
  await open();
  expect(await kept()).toEqual([]);
});

test('the durable engine’s tables count too, where the engine is about to start', async () => {
  await home(store.db);
  const client = await connectPlain(store.connection);
  await client.query('begin');
  await engineTables.make(client, engineTables.version);
  await client.query(
    `update ${engineTables.schema}.${engineTables.ledger} set version = version - 1`,
  );
  await client.query('commit');
  await client.end();
  await open(false);
  expect(await kept()).toEqual([]);
  await open(true);
  expect(await kept()).toHaveLength(1);
});

test('the last five are kept, and nothing of the person’s is removed', async () => {
  const folder = join(dataFolder, 'backups');
  await mkdir(folder);
  const old = [1, 2, 3, 4, 5, 6].map((n) => `2026010${n}T000000000Z-before-migration.backup`);
  for (const name of [...old, 'mine.backup']) await writeFile(join(folder, name), 'x');
  await makeOld();
  await home(store.db);
  await open();
  const names = await kept();
  expect(names).toContain('mine.backup');
  expect(names.slice(0, 4)).toEqual(old.slice(2));
  expect(names).toHaveLength(6);
});

test('tables newer than the program: the backup made before them is named', async () => {
  await makeOld();
  await home(store.db);
  await open();
  const [name] = await kept();
  await store.pool.query("insert into migrations (number, checksum) values (9999, 'x')");
  await expect(open()).rejects.toMatchObject({
    code: 'store.newer_than_program',
    hint: expect.stringContaining(`tomte restore ${join(dataFolder, 'backups', name!)} --replace`),
  });
});

test('a running service makes one backup at a time', async () => {
  const dump = oneDump(ground);
  const first = dump();
  await first.next();
  await expect(dump().next()).rejects.toMatchObject({ code: 'backup.running' });
  await first.return(undefined);
  const second = dump();
  expect((await second.next()).done).toBe(false);
  for await (const _ of second);
  expect((await dump().next()).done).toBe(false);
});

test('whoever leaves a backup lying does not hold the database for ever', async () => {
  let giveUp = () => {};
  const clock: Ground['clock'] = {
    ...systemClock,
    after(_ms, callback) {
      giveUp = callback;
      return () => {};
    },
  };
  const dump = oneDump({ ...ground, clock });
  const left = dump();
  await left.next();
  giveUp();
  const next = dump();
  expect((await next.next()).done).toBe(false);
  await next.return(undefined);
  await expect(left.next()).rejects.toMatchObject({ code: 'backup.interrupted' });
});
