/** One at a time, anew, one after another, side by side, not too often: what becomes of a trigger while Runs are under way. */
import { defineWorkflow, type RunMode, type WorkflowDefinition } from '@tomte/sdk/define';
import { afterAll, afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { listNotRuns } from '../store/not-runs.ts';
import {
  closeTestStore,
  doors,
  finding,
  home,
  type OpenedEngine,
  openTestEngine,
  setMode,
} from './testing.ts';

let opened: OpenedEngine | undefined;
afterAll(closeTestStore);
afterEach(async () => {
  await opened?.close();
  opened = undefined;
});

/** A workflow whose Runs say that they began, and wait until they are let go. */
async function held(mode: RunMode | null, rest: Partial<WorkflowDefinition> = {}) {
  const began: number[] = [];
  const gates = new Map<number, PromiseWithResolvers<void>>();
  const gate = (at: number) => {
    const made = gates.get(at) ?? Promise.withResolvers<void>();
    gates.set(at, made);
    return made;
  };
  const arrivals = new Map<number, PromiseWithResolvers<void>>();
  const arrival = (at: number) => {
    const made = arrivals.get(at) ?? Promise.withResolvers<void>();
    arrivals.set(at, made);
    return made;
  };
  const workflow = defineWorkflow({
    title: 'Held',
    text: 'For a test.',
    triggers: [{ manual: true }, { event: { type: 'go' } }],
    settings: z.strictObject({}),
    ...(mode ? { mode } : {}),
    async run(ctx) {
      const { at } = ctx.trigger as { at: number };
      await ctx.step('first', async () => {
        began.push(at);
        arrival(at).resolve();
        await gate(at).promise;
      });
      await ctx.step('second', () => null);
      return at;
    },
    ...rest,
  });
  opened = await openTestEngine({ held: workflow }, doors());
  await setMode(opened.store.db, 'held', 'on');
  const { engine } = opened;
  return {
    began,
    started: (at: number) => arrival(at).promise,
    letGo: (at: number) => gate(at).resolve(),
    press: async (at: number) =>
      (await engine.fire('tomte', home, { kind: 'manual', by: 'Ola', at }))[0]!,
    event: async (at: number) =>
      (
        await engine.fire('tomte', home, { kind: 'event', type: 'go', data: {}, id: `e${at}`, at })
      )[0]!,
    ended: (id: string) => engine.ended('tomte', id),
  };
}

const stateOf = async (id: string) =>
  (
    await opened!.store.db
      .selectFrom('runs')
      .select(['state', 'error'])
      .where('id', '=', id)
      .executeTakeFirst()
  )?.state;
const refusals = async () =>
  (await listNotRuns(opened!.store.db, { home, limit: 20 })).map(({ code, times }) => [
    code,
    times,
  ]);

test('single: while one is under way, no other starts, and each says so', async () => {
  const { press, started, letGo, ended } = await held({ kind: 'single' });
  const first = await press(1);
  await started(1);
  const second = await press(2);
  expect(await stateOf(second)).toBeUndefined();
  expect(await refusals()).toEqual([['busy', 1]]);
  letGo(1);
  await ended(first);
  const third = await press(3);
  await started(3);
  letGo(3);
  await ended(third);
  expect(await stateOf(third)).toBe('done');
});

test('single, asked for many times at once: one starts', async () => {
  const { press, letGo } = await held({ kind: 'single' });
  for (let at = 0; at < 8; at++) letGo(at + 100);
  await Promise.all(Array.from({ length: 8 }, (_, n) => press(n)));
  const rows = await opened!.store.db.selectFrom('runs').select('id').execute();
  expect(rows).toHaveLength(1);
});

test('restart: the one under way is ended, and takes no further step', async () => {
  const { press, started, letGo, ended } = await held({ kind: 'restart' });
  const first = await press(1);
  await started(1);
  const second = await press(2);
  await started(2);
  expect(await stateOf(first)).toBe('cancelled');
  letGo(1);
  letGo(2);
  await ended(second);
  expect(await stateOf(second)).toBe('done');
  expect(await stateOf(first)).toBe('cancelled');
});

test('queued: one after another, and no more than it takes', async () => {
  const { press, started, began, letGo, ended } = await held({ kind: 'queued', max: 2 });
  const first = await press(1);
  await started(1);
  const second = await press(2);
  await press(3);
  expect(await refusals()).toEqual([['busy', 1]]);
  expect(began).toEqual([1]);
  letGo(1);
  await ended(first);
  await started(2);
  letGo(2);
  await ended(second);
  expect(began).toEqual([1, 2]);
});

test('parallel: side by side up to its cap', async () => {
  const { press, started, letGo, ended } = await held({ kind: 'parallel', max: 2 });
  const ids = [await press(1), await press(2)];
  await Promise.all([started(1), started(2)]);
  await press(3);
  expect(await refusals()).toEqual([['busy', 1]]);
  letGo(1);
  letGo(2);
  for (const id of ids) await ended(id);
});

test('cooldown holds back what happens by itself, not a person', async () => {
  const { press, event, letGo, ended } = await held(null, { cooldown: '1h' });
  for (const at of [1, 2, 3]) letGo(at);
  await ended(await event(1));
  const second = await event(2);
  expect(await stateOf(second)).toBeUndefined();
  expect(await refusals()).toEqual([['cooldown', 1]]);
  await ended(await press(3));
});

test('a workflow without a mode loses none of many findings at once', async () => {
  const told: string[] = [];
  const watch = defineWorkflow({
    title: 'Watch',
    text: 'For a test.',
    triggers: [{ anomaly: { about: 'water' } }],
    settings: z.strictObject({}),
    async run({ trigger }) {
      if (trigger.kind === 'anomaly') told.push(trigger.finding.episode);
    },
  });
  opened = await openTestEngine({ watch }, doors());
  await setMode(opened.store.db, 'watch', 'on');
  const { engine } = opened;
  const ids = await Promise.all(
    Array.from({ length: 25 }, (_, n) => {
      const one = { ...finding('raised', 1_000 + n), episode: `e${n}` };
      return engine.fire('tomte', home, { kind: 'anomaly', about: 'water', finding: one });
    }),
  );
  await Promise.all(ids.flat().map((id) => engine.ended('tomte', id)));
  expect(told).toHaveLength(25);
});

test('workflows that start each other by ending stop at a bound', async () => {
  const chained = defineWorkflow({
    title: 'Chained',
    text: 'For a test.',
    triggers: [{ run: { workflow: 'other' } }],
    settings: z.strictObject({}),
    run: async () => null,
  });
  opened = await openTestEngine({ chained }, doors());
  await setMode(opened.store.db, 'chained', 'on');
  let run = 'seed';
  for (let n = 0; n < 30; n++) {
    const ended = {
      kind: 'run',
      workflow: 'other',
      run,
      state: 'done',
      result: null,
      at: n,
    } as const;
    [run] = (await opened.engine.fire('tomte', home, ended)) as [string];
    if ((await stateOf(run)) === undefined) break;
    await opened.engine.ended('tomte', run);
  }
  const rows = await opened.store.db.selectFrom('runs').select('id').execute();
  expect(rows).toHaveLength(20);
  expect(await refusals()).toEqual([['loop', 1]]);
});
