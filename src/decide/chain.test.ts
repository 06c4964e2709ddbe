import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { addHome } from '../engine/testing-home.ts';
import type { Key } from '../store/seal.ts';
import { type FreshStore, freshStore } from '../store/testing.ts';
import type { Entry } from './book.ts';
import { dropOlder, verify } from './chain.ts';
import { openRecord } from './record.ts';

const key = Buffer.alloc(32, 7) as unknown as Key;
let store: FreshStore;
beforeAll(async () => {
  store = await freshStore();
});
afterAll(() => store.close());

const entry = (n: number, more: Partial<Entry> = {}): Entry => ({
  ...{ home: 'h1', at: 1_790_000_000_000 + n, by: 'workflow:w', key: null, look: null },
  request: { question: `Which, at ${n}?`, options: [{ id: 'a', text: 'A' }], fallback: 'a' },
  ...{
    promptHash: `p${n}`,
    promptTokens: 100,
    leaves: [],
    choice: 'a',
    reason: 'The rule decided',
  },
  ...{ decidedBy: 'rule', why: 'no_model', rule: 'a', told: [] },
  ...more,
});

beforeEach(async () => {
  await sql`truncate homes cascade`.execute(store.db);
  await addHome(store.db, 'h1');
  const record = openRecord(store, key);
  for (let n = 1; n <= 5; n++) await record.add(entry(n));
});

const found = async () =>
  (await verify(store.db, key, 'h1')).faults.map(({ seq, what }) => [seq, what]);

test('records as they were written are whole, also when many write at once', async () => {
  const record = openRecord(store, key);
  await Promise.all([6, 7, 8, 9].map((n) => record.add(entry(n))));
  expect(await verify(store.db, key, 'h1')).toMatchObject({
    records: 9,
    faults: [],
    head: { seq: 9 },
  });
});

test('a record that was changed is found', async () => {
  await sql`update decisions set record = replace(record, 'Which', 'What') where seq = 3`.execute(
    store.db,
  );
  expect(await found()).toEqual([[3, 'changed']]);
});

test.each(['asked_by', 'decided_by', 'prompt_hash', 'key'])(
  'a column beside the record that was changed is found: %s',
  async (column) => {
    const value = column === 'decided_by' ? 'model' : 'other';
    await sql`update decisions set ${sql.ref(column)} = ${value} where seq = 2`.execute(store.db);
    expect(await found()).toEqual([[2, 'changed']]);
  },
);

test('a record that was changed and sealed again without the key is found', async () => {
  await sql`update decisions set record = replace(record, 'Which', 'What'), seal = md5('x') where seq = 3`.execute(
    store.db,
  );
  expect((await found())[0]).toEqual([3, 'changed']);
});

test.each([
  ['first', 1, 1],
  ['in the middle', 3, 3],
  ['last', 5, 5],
])('a record that was removed is found: the %s', async (_which, seq, at) => {
  await sql`delete from decisions where seq = ${seq}`.execute(store.db);
  expect(await found()).toEqual([[at, 'removed']]);
});

test('all records removed are found', async () => {
  await sql`delete from decisions`.execute(store.db);
  expect(await found()).toEqual([[1, 'removed']]);
});

test('the chain’s own row removed is found while a record stands', async () => {
  await sql`delete from decision_chains`.execute(store.db);
  expect(await found()).toEqual([[1, 'added']]);
});

test('a record that was removed, with the rest moved up, is found', async () => {
  await sql`delete from decisions where seq = 2`.execute(store.db);
  for (const seq of [3, 4, 5])
    await sql`update decisions set seq = ${seq - 1} where seq = ${seq}`.execute(store.db);
  expect((await found()).map(([, what]) => what)).toContain('moved');
  expect((await found()).at(-1)).toEqual([5, 'removed']);
});

test('records that changed places are found', async () => {
  await sql`update decisions set seq = 99 where seq = 2`.execute(store.db);
  await sql`update decisions set seq = 2 where seq = 4`.execute(store.db);
  await sql`update decisions set seq = 4 where seq = 99`.execute(store.db);
  expect(await found()).toEqual(
    expect.arrayContaining([
      [2, 'moved'],
      [4, 'moved'],
    ]),
  );
});

test('where the chain ends cannot be moved back, and nothing can be added behind it', async () => {
  await sql`delete from decisions where seq = 5`.execute(store.db);
  await sql`update decision_chains set last = 4`.execute(store.db);
  expect(await found()).toEqual([[4, 'changed']]);
  await sql`insert into decisions select home_id, 6, 'x', at, asked_by, null, decided_by, prompt_hash, record, seal from decisions where seq = 4`.execute(
    store.db,
  );
  expect((await found()).map(([, what]) => what)).toContain('moved');
});

test('old records go from the front, and the rest is still whole', async () => {
  await dropOlder(store, key, 'h1', 1_790_000_000_003);
  expect(await verify(store.db, key, 'h1')).toMatchObject({ records: 3, faults: [] });
  await openRecord(store, key).add(entry(6));
  expect(await verify(store.db, key, 'h1')).toMatchObject({ records: 4, faults: [] });
  await sql`delete from decisions where seq = 3`.execute(store.db);
  expect(await found()).toEqual([[3, 'removed']]);
});

test('an old record behind a younger one stays: the clock stood wrong when it was written', async () => {
  await openRecord(store, key).add(entry(6, { at: 5 }));
  await dropOlder(store, key, 'h1', 1_790_000_000_003);
  expect(await verify(store.db, key, 'h1')).toMatchObject({ records: 4, faults: [] });
});

test('what is not as it was written does not go with age, and a further record does not hide it', async () => {
  await sql`update decisions set record = replace(record, 'Which', 'What') where seq = 2`.execute(
    store.db,
  );
  expect(await dropOlder(store, key, 'h1', 1_790_000_000_004)).toBe('kept');
  expect(await found()).toEqual([[2, 'changed']]);
});

test('a front that was taken off by hand is found, also after a further record and after its age', async () => {
  await sql`update decision_chains set dropped = 2, dropped_seal = (select seal from decisions where seq = 2)`.execute(
    store.db,
  );
  await sql`delete from decisions where seq <= 2`.execute(store.db);
  expect(await found()).toEqual([[5, 'changed']]);
  await openRecord(store, key).add(entry(6));
  expect(await found()).toEqual([[6, 'changed']]);
  expect(await dropOlder(store, key, 'h1', 1_790_000_000_005)).toBe('kept');
  expect(await found()).toEqual([[6, 'changed']]);
});

test('another key finds every record false', async () => {
  const other = Buffer.alloc(32, 8) as unknown as Key;
  expect((await verify(store.db, other, 'h1')).faults.length).toBeGreaterThan(4);
});

test('what was asked once under a key is found again, and kept once', async () => {
  const record = openRecord(store, key);
  await record.add(entry(6, { key: 'r1/decide 1' }));
  expect(await record.find('h1', 'r1/decide 1')).toMatchObject({ choice: 'a', decidedBy: 'rule' });
  await expect(record.add(entry(7, { key: 'r1/decide 1' }))).rejects.toThrow();
  expect(await verify(store.db, key, 'h1')).toMatchObject({ records: 6, faults: [] });
});
