import { expect, test } from 'vitest';
import { silentLog } from '../lib/log.ts';
import { openStore } from './open.ts';
import { freshStore } from './testing.ts';

test('a database made by a newer Tomte is refused, and left as it is', async () => {
  await using store = await freshStore();
  await store.pool.query("insert into migrations (number, checksum) values (9999, 'x')");
  await expect(store.another()).rejects.toMatchObject({ code: 'store.newer_than_program' });
  const { rows } = await store.pool.query('select count(*) as n from migrations');
  expect(rows[0].n).toBeGreaterThan(1);
});

test('a migration that was changed after it had been applied is refused', async () => {
  await using store = await freshStore();
  await store.pool.query("update migrations set checksum = 'x' where number = 1");
  await expect(store.another()).rejects.toMatchObject({ code: 'store.start_failed' });
});

test('the demo home lives in a schema of its own', async () => {
  await using store = await freshStore();
  const demo = await store.another('demo');
  await demo.db.insertInto('settings').values({ name: 'a', value: '1' }).execute();
  expect(await store.db.selectFrom('settings').selectAll().execute()).toEqual([]);
  expect(await demo.db.selectFrom('settings').selectAll().execute()).toEqual([
    { name: 'a', value: 1 },
  ]);
});

test('two that open the same database at once migrate it once', async () => {
  await using store = await freshStore();
  await Promise.all([store.another('demo'), store.another('demo'), store.another('demo')]);
  const numbers = 'select count(*) as n, max(number) as newest from demo.migrations';
  const { rows } = await store.pool.query(numbers);
  expect(rows[0].n).toBe(rows[0].newest);
});

test('numbers of the database are numbers, and times are UTC', async () => {
  await using store = await freshStore();
  const { rows } = await store.pool.query(
    "select 1780000000000::bigint as n, current_setting('timezone') as zone",
  );
  expect(rows[0]).toEqual({ n: 1780000000000, zone: 'UTC' });
});

test('a transaction that fails leaves nothing', async () => {
  await using store = await freshStore();
  const work = store.transaction(async (tx) => {
    await tx.insertInto('settings').values({ name: 'a', value: '1' }).execute();
    throw new Error('half way');
  });
  await expect(work).rejects.toThrow('half way');
  expect(await store.db.selectFrom('settings').selectAll().execute()).toEqual([]);
});

test('a database that is not there is said so, without its password', async () => {
  const opening = openStore({
    connection: 'postgresql://u:hunter2hunter2@127.0.0.1:1/x',
    schema: 'tomte',
    log: silentLog,
  });
  const error = await opening.catch((e: unknown) => e);
  expect(error).toMatchObject({ code: 'store.unavailable' });
  expect(JSON.stringify(error)).not.toContain('hunter2');
});
