/** Runs that are open go on where they were: from the server that comes with Tomte to Debian 12's, and back. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineWorkflow, type WorkflowDefinition } from '@tomte/sdk/define';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type Engine, openEngine } from '../../src/engine/engine.ts';
import { engineTables } from '../../src/engine/tables.ts';
import { addHome, doors, home, setMode } from '../../src/engine/testing.ts';
import { movedClock } from '../../src/engine/testing-runs.ts';
import manual from '../../src/engine/triggers/manual.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { connectPlain, dumpDatabase, tablesOf } from '../../src/store/backup.ts';
import { columnList, quoted } from '../../src/store/backup-catalog.ts';
import { keepBackup } from '../../src/store/keep-backup.ts';
import { openStore, type Store } from '../../src/store/open.ts';
import { inspectBackup, restoreDatabase } from '../../src/store/restore.ts';
import { freshStore } from '../../src/store/testing.ts';
import { noPostgres15, openPostgres15, type Postgres15 } from '../kit/postgres15.ts';

/** As many as run beside each other when nobody says otherwise. */
const runs = 10;
/** What was done, by Run: `one` before the backup, `two` after it. */
const done: string[] = [];
let waiting = 0;

/** Its second step waits: for ever in the life before the backup. */
const twoSteps = (gate: Promise<void>): WorkflowDefinition =>
  defineWorkflow({
    title: 'Two steps',
    text: 'The second waits.',
    triggers: [{ manual: true }],
    mode: { kind: 'parallel', max: 100 },
    settings: z.strictObject({}),
    async run(ctx) {
      await ctx.step('one', () => done.push(`one ${ctx.run}`));
      await ctx.step('two', async () => {
        waiting++;
        await gate;
        done.push(`two ${ctx.run}`);
      });
    },
  });

/** It is parked: no code of it is under way, only the row of its wait. */
const sleeper = (): WorkflowDefinition =>
  defineWorkflow({
    title: 'Sleeper',
    text: 'Waits for an hour.',
    triggers: [{ manual: true }],
    settings: z.strictObject({}),
    async run(ctx) {
      await ctx.step('before', () => done.push(`before ${ctx.run}`));
      await ctx.sleep('1h');
      await ctx.step('after', () => done.push(`after ${ctx.run}`));
    },
  });

interface Life {
  readonly store: Store;
  readonly engine: Engine;
  close(): Promise<void>;
}

let boots = 0;
const { clock, move } = movedClock();
async function live(connection: pg.PoolConfig | string, gate = Promise.resolve()): Promise<Life> {
  const store = await openStore({ connection, schema: 'tomte', log: silentLog });
  const engine = await openEngine({
    pool: typeof connection === 'string' ? { connectionString: connection } : connection,
    workflows: new Map([
      ['two-steps', twoSteps(gate)],
      ['sleeper', sleeper()],
    ]),
    triggers: new Map([['manual', manual]]),
    ...{ clock, log: silentLog, random: () => 0.5, pollMs: 200 },
    ...{ worker: 'w1', boot: `boot-${++boots}` },
  });
  engine.addPlace('tomte', { store, effects: doors() });
  return {
    ...{ store, engine },
    async close() {
      await engine.close();
      await store.close();
    },
  };
}

const dump = (connection: pg.PoolConfig | string) =>
  dumpDatabase({
    ...{ connection, engine: engineTables, program: '1.2.3', key: 'k', clock: systemClock },
  });

/** Every row, by table, as text. */
async function rowsIn(connection: pg.PoolConfig | string): Promise<Record<string, string[]>> {
  const client = await connectPlain(connection);
  const found: Record<string, string[]> = {};
  for (const table of await tablesOf(client, engineTables)) {
    const { rows } = await client.query<{ t: string }>(
      `select t::text from (select ${columnList(table.columns)} from ${quoted(table)}) t order by 1`,
    );
    found[quoted(table)] = rows.map(({ t }) => t);
  }
  await client.end();
  return found;
}

let folder = '';
let debian: Postgres15 | null = null;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tomte-backup-runs-'));
  if (noPostgres15 === null) debian = await openPostgres15();
}, 60_000);
afterAll(async () => {
  await debian?.close();
  await rm(folder, { recursive: true, force: true });
});

const name =
  noPostgres15 ?? 'from the embedded PostgreSQL 18 to PostgreSQL 15 with Runs open, and back';
test.skipIf(noPostgres15 !== null)(name, { timeout: 180_000 }, async () => {
  await using first = await freshStore();
  await addHome(first.db, home);
  for (const workflow of ['two-steps', 'sleeper']) await setMode(first.db, workflow, 'on');
  const here = await live(first.connection, new Promise(() => {}));
  const ids: string[] = [];
  for (let n = 0; n < runs; n++) {
    ids.push(...(await here.engine.fire('tomte', home, { kind: 'manual', by: 'Ola', at: n })));
  }
  expect(ids).toHaveLength(2 * runs);
  await expect.poll(() => waiting, { timeout: 60_000 }).toBe(runs);
  const parked = async () => {
    const { rows } = await first.pool.query("select run from waits where kind = 'sleep'");
    return rows.length;
  };
  await expect.poll(parked, { timeout: 60_000 }).toBe(runs);
  const path = join(folder, 'open.backup');
  await keepBackup(dump(first.connection), path);
  await here.close();

  const { url } = debian!;
  const into = (connection: pg.PoolConfig | string) => ({
    ...{ connection, engine: engineTables, log: silentLog },
  });
  const backup = await inspectBackup(path);
  expect(backup.header.postgres).toMatch(/^18/);
  await restoreDatabase(backup, into(url));
  // Word for word, before anything goes on there.
  await using copy = await freshStore();
  await restoreDatabase(backup, into(copy.connection));
  expect(await rowsIn(url)).toEqual(await rowsIn(copy.connection));

  const there = await live(url);
  await there.engine.recover('tomte', home);
  move(3_600_000);
  for (const id of ids) await there.engine.ended('tomte', id);
  const states = await there.store.pool.query('select state, count(*)::int from runs group by 1');
  expect(states.rows).toEqual([{ state: 'done', count: 2 * runs }]);
  // The first step was journalled before the move and is not done again.
  const named = (step: string) => done.filter((line) => line.startsWith(`${step} `));
  for (const step of ['one', 'two', 'before', 'after']) {
    expect(named(step), step).toHaveLength(runs);
    expect(new Set(named(step)).size, step).toBe(runs);
  }
  await there.close();

  const back = join(folder, 'back.backup');
  await keepBackup(dump(url), back);
  const second = await inspectBackup(back);
  expect(second.header.postgres).toMatch(/^15/);
  await restoreDatabase(second, into(copy.connection));
  expect(await rowsIn(copy.connection)).toEqual(await rowsIn(url));
  const again = await live(copy.connection);
  await again.engine.recover('tomte', home);
  const next = await again.engine.fire('tomte', home, { kind: 'manual', by: 'Ola', at: 99 });
  const step = () => next.some((id) => done.includes(`two ${id}`));
  await expect.poll(step, { timeout: 60_000 }).toBe(true);
  await again.close();
});
