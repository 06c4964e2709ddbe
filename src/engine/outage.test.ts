import { setTimeout as pause } from 'node:timers/promises';
import { defineWorkflow } from '@tomte/sdk/define';
import pg from 'pg';
import { afterAll, afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { isOutage } from './outage.ts';
import {
  closeTestStore,
  doors,
  home,
  type OpenedEngine,
  openTestEngine,
  setMode,
} from './testing.ts';

afterAll(closeTestStore);
let opened: OpenedEngine | undefined;
afterEach(async () => {
  await opened?.close();
  opened = undefined;
});

const fiveSteps = defineWorkflow({
  title: 'Five steps',
  mode: { kind: 'parallel', max: 50 },
  text: 'For a test.',
  triggers: [{ manual: true }],
  settings: z.strictObject({}),
  async run(ctx) {
    let sum = 0;
    for (let n = 1; n <= 5; n++) {
      sum += await ctx.step(`step ${n}`, async () => {
        await pause(20);
        return n;
      });
    }
    return sum;
  },
});

test('connections cut under way lose no Run', { timeout: 60_000 }, async () => {
  opened = await openTestEngine({ tried: fiveSteps }, doors());
  const { engine, store } = opened;
  await setMode(store.db, 'tried', 'on');
  const ids: string[] = [];
  for (let at = 1; at <= 20; at++) {
    ids.push(...(await engine.fire('tomte', home, { kind: 'manual', by: 'Ola', at })));
  }
  const cutter = new pg.Client(store.connection);
  await cutter.connect();
  for (let cut = 0; cut < 6; cut++) {
    await cutter.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid()`,
    );
    await pause(30);
  }
  await cutter.end();
  for (const id of ids) await engine.ended('tomte', id);
  const rows = await store.db.selectFrom('runs').select(['state', 'result', 'error']).execute();
  const done = { state: 'done', result: { mode: 'on', value: 15 }, error: null };
  expect(rows).toEqual(ids.map(() => done));
});

test('an outage between two steps does not end the Run', async () => {
  let executions = 0;
  let firsts = 0;
  const interrupted = defineWorkflow({
    ...fiveSteps,
    async run(ctx) {
      const first = await ctx.step('first', () => ++firsts);
      if (++executions === 1) throw Object.assign(new Error('gone'), { code: '57P01' });
      return ctx.step('second', () => first + 1);
    },
  });
  opened = await openTestEngine({ tried: interrupted }, doors());
  const { engine, store } = opened;
  await setMode(store.db, 'tried', 'on');
  const [id] = await engine.fire('tomte', home, { kind: 'manual', by: 'Ola', at: 1 });
  await engine.ended('tomte', id!);
  const row = await store.db.selectFrom('runs').selectAll().executeTakeFirstOrThrow();
  expect(row).toMatchObject({ state: 'done', result: { value: 2 } });
  expect([executions, firsts]).toEqual([2, 1]);
});

test('an answer of the database is no outage, a silence is', () => {
  const failed = (code: string, more = {}) => Object.assign(new Error('x'), { code, ...more });
  expect(isOutage(failed('57P01'))).toBe(true);
  expect(isOutage(failed('ECONNREFUSED', { syscall: 'connect' }))).toBe(true);
  expect(isOutage(new Error('Connection terminated unexpectedly'))).toBe(true);
  expect(isOutage(failed('23505'))).toBe(false);
  expect(isOutage(failed('ENOENT', { syscall: 'open' }))).toBe(false);
});
