import { defineWorkflow, type WorkflowDefinition } from '@tomte/sdk/define';
import { TomteError } from '@tomte/sdk/errors';
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

const noSettings = z.strictObject({});
const byHand = (run: WorkflowDefinition['run']): WorkflowDefinition =>
  defineWorkflow({
    title: 'Tried',
    text: 'For a test.',
    triggers: [{ manual: true }],
    settings: noSettings,
    run,
  });
const pressed = (at: number) => ({ kind: 'manual', by: 'Ola', at }) as const;
const water = (kind: 'raised' | 'updated' | 'cleared', at: number, title?: string) =>
  ({ kind: 'anomaly', about: 'water', finding: finding(kind, at, title) }) as const;

const rowOf = (o: OpenedEngine, id: string) =>
  o.store.db.selectFrom('runs').selectAll().where('id', '=', id).executeTakeFirstOrThrow();

test('a finding opens the alert once, however often it is told', async () => {
  const made = doors();
  opened = await openTestEngine({ 'water-watch': waterWatch }, made);
  await setMode(opened.store.db, 'water-watch', 'on');
  const [first] = await opened.engine.fire('tomte', home, water('raised', 1_000));
  const [again] = await opened.engine.fire('tomte', home, water('raised', 1_000));
  await opened.engine.ended('tomte', first!);
  expect(again).toBe(first);
  expect(made.alerts).toHaveLength(1);
  expect(made.alerts[0]).toMatchObject({
    home,
    workflow: 'water-watch',
    run: first,
    step: 'alert 1',
  });
  expect(await rowOf(opened, first!)).toMatchObject({
    state: 'done',
    reason: 'Unusual, found: Water has run for 52 minutes',
    result: { mode: 'on', value: { id: 'alert-1' } },
  });
});

test('the page of a Run tells each step with what went in and came out', async () => {
  opened = await openTestEngine({ 'water-watch': waterWatch }, doors());
  await setMode(opened.store.db, 'water-watch', 'on');
  const [id] = await opened.engine.fire('tomte', home, water('raised', 1_000));
  await opened.engine.ended('tomte', id!);
  const { steps } = await opened.engine.view('tomte', id!);
  expect(steps).toEqual([
    // Whether there is a valve to offer.
    expect.objectContaining({ name: 'entities 1', kind: 'look', output: [] }),
    expect.objectContaining({
      name: 'alert 1',
      input: expect.objectContaining({ key: 'water:sensor.water_flow' }),
      output: { id: 'alert-1' },
      error: null,
    }),
  ]);
  expect(Date.parse(steps[0]!.endedAt!)).toBeGreaterThanOrEqual(Date.parse(steps[0]!.startedAt!));
});

test('a later finding of an episode waits for the earlier one', async () => {
  const made = doors();
  const told: string[] = [];
  let letGo = () => {};
  const gate = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const slow = {
    ...made,
    async alert(request: Parameters<typeof made.alert>[0]) {
      if (request.title === 'first') await gate;
      told.push(request.title);
      return { id: 'a' };
    },
    async resolve() {
      told.push('over');
    },
  };
  opened = await openTestEngine({ 'water-watch': waterWatch }, slow);
  await setMode(opened.store.db, 'water-watch', 'on');
  const { engine } = opened;
  await engine.fire('tomte', home, water('raised', 1_000, 'first'));
  await engine.fire('tomte', home, water('updated', 2_000, 'second'));
  const [last] = await engine.fire('tomte', home, water('cleared', 3_000, 'third'));
  const other = { ...finding('raised', 1_500, 'another episode'), episode: 'e2' };
  const [beside] = await engine.fire('tomte', home, {
    kind: 'anomaly',
    about: 'water',
    finding: other,
  });
  await engine.ended('tomte', beside!);
  expect(told).toEqual(['another episode']);
  letGo();
  await engine.ended('tomte', last!);
  expect(told).toEqual(['another episode', 'first', 'second', 'over']);
});

test('a workflow that is off starts nothing and leaves the reason', async () => {
  const made = doors();
  opened = await openTestEngine({ 'water-watch': waterWatch }, made);
  await opened.engine.fire('tomte', home, water('raised', 1_000));
  expect(made.alerts).toEqual([]);
  const { db } = opened.store;
  expect(await db.selectFrom('runs').selectAll().execute()).toEqual([]);
  expect(await db.selectFrom('not_run').select(['workflow', 'reason']).execute()).toEqual([
    {
      workflow: 'water-watch',
      reason: 'It is switched off.',
    },
  ]);
});

test('a flood of the same reason is one row that counts', async () => {
  opened = await openTestEngine({ 'water-watch': waterWatch }, doors());
  for (let at = 0; at < 30; at++) await opened.engine.fire('tomte', home, water('updated', at));
  const rows = await opened.store.db.selectFrom('not_run').select(['code', 'times']).execute();
  expect(rows).toEqual([{ code: 'off', times: 30 }]);
});

test('a workflow set to watch only tells nobody and switches nothing, and says so', async () => {
  const made = doors();
  const lamp = { domain: 'light', action: 'turn_on', entities: ['light.hall'], data: {} };
  opened = await openTestEngine(
    {
      tried: byHand(async (ctx) => {
        await ctx.alert({
          key: 'k',
          title: 't',
          text: '',
          severity: 'now',
          since: 0,
          entities: [],
        });
        return ctx.act(lamp);
      }),
    },
    made,
  );
  await setMode(opened.store.db, 'tried', 'watch');
  const [id] = await opened.engine.fire('tomte', home, pressed(1));
  await opened.engine.ended('tomte', id!);
  expect([made.alerts, made.acts]).toEqual([[], []]);
  expect(await rowOf(opened, id!)).toMatchObject({
    state: 'done',
    reason: 'Started by Ola (watch only)',
    result: { mode: 'watch', value: { kind: 'refused', rule: 'watch-only' } },
  });
});

test('an error that may pass is tried again, another ends the Run with its words', async () => {
  let tries = 0;
  opened = await openTestEngine(
    {
      passing: byHand((ctx) =>
        ctx.step('call', () => {
          if (++tries < 3) throw new TomteError('link.lost', 'The home is away');
          return 'answered';
        }),
      ),
      final: byHand((ctx) =>
        ctx.step('call', () => {
          throw new TomteError('home.entity_unknown', 'No light.hall here');
        }),
      ),
    },
    doors(),
  );
  const { engine, store } = opened;
  await setMode(store.db, 'passing', 'on');
  await setMode(store.db, 'final', 'on');
  const ids = await engine.fire('tomte', home, pressed(1));
  for (const id of ids) await engine.ended('tomte', id);
  expect(await rowOf(opened, ids[0]!)).toMatchObject({
    state: 'done',
    result: { value: 'answered' },
  });
  expect(await rowOf(opened, ids[1]!)).toMatchObject({
    state: 'failed',
    error: { code: 'home.entity_unknown', message: 'No light.hall here' },
  });
  const [step] = (await engine.view('tomte', ids[1]!)).steps;
  expect(step?.error).toBe('home.entity_unknown: No light.hall here');
});

test('settings that no longer fit fail the Run and name the setting', async () => {
  opened = await openTestEngine({ 'water-watch': waterWatch }, doors());
  await setMode(opened.store.db, 'water-watch', 'on', { tell: 'loudly' });
  const [id] = await opened.engine.fire('tomte', home, water('raised', 1_000));
  await opened.engine.ended('tomte', id!);
  expect(await rowOf(opened, id!)).toMatchObject({
    state: 'failed',
    error: { code: 'workflow.settings_invalid', details: { problems: [{ path: ['tell'] }] } },
  });
});

test('Runs journalled in a transaction that is rolled back never were', async () => {
  const made = doors();
  opened = await openTestEngine({ 'water-watch': waterWatch }, made);
  const { engine, store } = opened;
  await setMode(store.db, 'water-watch', 'on');
  const lost = store.transaction(async (tx) => {
    await engine.journal(tx, 'tomte', home, water('raised', 1_000));
    throw new Error('the cause could not be stored');
  });
  await expect(lost).rejects.toThrow('could not be stored');
  expect(await store.db.selectFrom('runs').selectAll().execute()).toEqual([]);
  await engine.recover('tomte', home);
  expect(made.alerts).toEqual([]);
});

test('a home that was forgotten and is back starts its Runs anew', async () => {
  const made = doors();
  opened = await openTestEngine({ 'water-watch': waterWatch }, made);
  const { engine, store } = opened;
  await setMode(store.db, 'water-watch', 'on');
  const [id] = await engine.fire('tomte', home, water('raised', 1_000));
  await engine.ended('tomte', id!);
  await store.db.deleteFrom('runs').execute();
  const [again] = await engine.fire('tomte', home, water('raised', 1_000));
  await engine.ended('tomte', again!);
  expect(again).toBe(id);
  expect(made.alerts).toHaveLength(2);
});

test('old Runs go after their days, and with them what the engine kept', async () => {
  opened = await openTestEngine({ 'water-watch': waterWatch }, doors());
  const { engine, store } = opened;
  await setMode(store.db, 'water-watch', 'on');
  const [id] = await engine.fire('tomte', home, water('raised', 1_000));
  await engine.ended('tomte', id!);
  expect(await engine.prune('tomte', 90)).toBe(0);
  await store.db.updateTable('runs').set({ ended_at: '2026-01-01T00:00:00Z' }).execute();
  expect(await engine.prune('tomte', 90)).toBe(1);
  expect((await engine.view('tomte', id!)).steps).toEqual([]);
});
