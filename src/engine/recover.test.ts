import { defineWorkflow, type WorkflowDefinition } from '@tomte/sdk/define';
import { afterAll, afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import waterWatch from '../workflows/water-watch.ts';
import {
  closeTestStore,
  doors,
  finding,
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

const byHand = (run: WorkflowDefinition['run']): WorkflowDefinition =>
  defineWorkflow({
    title: 'Tried',
    text: 'For a test.',
    triggers: [{ manual: true }],
    settings: z.strictObject({}),
    run,
  });
const pressed = { kind: 'manual', by: 'Ola', at: 1 } as const;
const water = (kind: 'raised' | 'updated' | 'cleared', at: number, title?: string) =>
  ({ kind: 'anomaly', about: 'water', finding: finding(kind, at, title) }) as const;
const states = async (o: OpenedEngine) =>
  (await o.store.db.selectFrom('runs').select('state').execute()).map((row) => row.state);

test('a Run that was journalled and not begun is begun by the next boot, in order', async () => {
  const made = doors();
  opened = await openTestEngine({ 'water-watch': waterWatch }, made);
  const { store } = opened;
  await setMode(store.db, 'water-watch', 'on');
  const [later] = await store.transaction(async (tx) => {
    const { ids } = await opened!.engine.journal(
      tx,
      'tomte',
      home,
      water('updated', 2_000, 'second'),
    );
    await opened!.engine.journal(tx, 'tomte', home, water('raised', 1_000, 'first'));
    return ids;
  });
  const engine = await opened.reopen();
  await engine.recover('tomte', home);
  await engine.ended('tomte', later!);
  expect(made.alerts.map(({ title }) => title)).toEqual(['first', 'second']);
  expect(await states(opened)).toEqual(['done', 'done']);
});

test('a new Run does not overtake one that an earlier boot left, even without recover', async () => {
  const made = doors();
  opened = await openTestEngine({ 'water-watch': waterWatch }, made);
  const { store } = opened;
  await setMode(store.db, 'water-watch', 'on');
  await opened.engine.journal(store.db, 'tomte', home, water('raised', 1_000, 'first'));
  const engine = await opened.reopen();
  const [later] = await engine.fire('tomte', home, water('updated', 2_000, 'second'));
  await engine.ended('tomte', later!);
  expect(made.alerts.map(({ title }) => title)).toEqual(['first', 'second']);
});

test('a Run stopped between two steps goes on at the second; the first is not repeated', async () => {
  let firsts = 0;
  let reached = () => {};
  const atSecond = new Promise<void>((resolve) => {
    reached = resolve;
  });
  let boots = 0;
  const tried = byHand(async (ctx) => {
    const value = await ctx.step('first', () => ++firsts);
    if (boots === 0) {
      reached();
      await new Promise(() => {});
    }
    return ctx.step('second', () => value * 10);
  });
  opened = await openTestEngine({ tried }, doors());
  await setMode(opened.store.db, 'tried', 'on');
  const [id] = await opened.engine.fire('tomte', home, pressed);
  await atSecond;
  boots = 1;
  const engine = await opened.reopen();
  await engine.recover('tomte', home);
  await engine.ended('tomte', id!);
  const row = await opened.store.db.selectFrom('runs').selectAll().executeTakeFirstOrThrow();
  expect(row).toMatchObject({ state: 'done', result: { value: 10 } });
  expect(firsts).toBe(1);
});

test('a workflow that takes other steps at a replay ends with run.step_order_changed', async () => {
  let reached = () => {};
  const waiting = new Promise<void>((resolve) => {
    reached = resolve;
  });
  const before = byHand(async (ctx) => {
    await ctx.step('measure', () => 1);
    reached();
    await new Promise(() => {});
  });
  const after = byHand(async (ctx) => ctx.step('weigh', () => 2));
  opened = await openTestEngine({ tried: before }, doors());
  await setMode(opened.store.db, 'tried', 'on');
  const [id] = await opened.engine.fire('tomte', home, pressed);
  await waiting;
  const engine = await opened.reopen({ tried: after });
  await engine.recover('tomte', home);
  await engine.ended('tomte', id!);
  const row = await opened.store.db.selectFrom('runs').selectAll().executeTakeFirstOrThrow();
  expect(row).toMatchObject({ state: 'failed', error: { code: 'run.step_order_changed' } });
});

test('a Run whose workflow is gone waits for it and completes when it is back', async () => {
  const made = doors();
  opened = await openTestEngine({ 'water-watch': waterWatch }, made);
  const { store } = opened;
  await setMode(store.db, 'water-watch', 'on');
  const { ids } = await opened.engine.journal(store.db, 'tomte', home, water('raised', 1_000));
  await (await opened.reopen({})).recover('tomte', home);
  expect(await states(opened)).toEqual(['waiting']);
  const engine = await opened.reopen({ 'water-watch': waterWatch });
  await engine.recover('tomte', home);
  await engine.ended('tomte', ids[0]!);
  expect(await states(opened)).toEqual(['done']);
});

test('a Run journalled by a version that kept no terms begins with a step that reads them', async () => {
  const made = doors();
  opened = await openTestEngine({ 'water-watch': waterWatch }, made);
  const { store } = opened;
  await setMode(store.db, 'water-watch', 'on');
  const { ids } = await opened.engine.journal(store.db, 'tomte', home, water('raised', 1_000));
  await store.db.updateTable('runs').set({ terms: null }).execute();
  const engine = await opened.reopen();
  await engine.recover('tomte', home);
  await engine.ended('tomte', ids[0]!);
  expect(await states(opened)).toEqual(['done']);
  const names = 'select function_name from dbos.operation_outputs order by function_id limit 1';
  expect((await store.pool.query(names)).rows).toEqual([{ function_name: 'begin' }]);
});

test('recovering twice starts nothing twice', async () => {
  const made = doors();
  opened = await openTestEngine({ 'water-watch': waterWatch }, made);
  const { store } = opened;
  await setMode(store.db, 'water-watch', 'on');
  const { ids } = await opened.engine.journal(store.db, 'tomte', home, water('raised', 1_000));
  const engine = await opened.reopen();
  await Promise.all([engine.recover('tomte', home), engine.recover('tomte', home)]);
  await engine.ended('tomte', ids[0]!);
  await engine.recover('tomte', home);
  expect(made.alerts).toHaveLength(1);
});

test('a Run that recover took and ended is not begun again by the one who journalled it', async () => {
  const made = doors();
  opened = await openTestEngine({ 'water-watch': waterWatch }, made);
  const { engine, store } = opened;
  await setMode(store.db, 'water-watch', 'on');
  const journalled = await engine.journal(store.db, 'tomte', home, water('raised', 1_000));
  await engine.recover('tomte', home);
  await engine.ended('tomte', journalled.ids[0]!);
  await journalled.begin();
  const [later] = await engine.fire('tomte', home, water('updated', 2_000, 'second'));
  await engine.ended('tomte', later!);
  expect(made.alerts.map(({ step, title }) => `${step} ${title}`)).toEqual([
    'alert 1 Water has run for 52 minutes',
    'alert 1 second',
  ]);
});

test('an engine whose database is gone closes all the same', async () => {
  opened = await openTestEngine({ 'water-watch': waterWatch }, doors());
  const { engine } = opened;
  opened = undefined;
  await closeTestStore();
  await engine.close();
});

test('what the engine holds of an unlinked home is dropped', async () => {
  const tried = byHand((ctx) => ctx.step('wait', () => new Promise(() => {})));
  opened = await openTestEngine({ tried }, doors());
  const { engine, store } = opened;
  await setMode(store.db, 'tried', 'on');
  const [id] = await engine.fire('tomte', home, pressed);
  await engine.forget('tomte', home);
  await store.db.deleteFrom('homes').execute();
  expect((await engine.view('tomte', id!)).steps).toEqual([]);
});
