import { afterAll, afterEach, expect, test } from 'vitest';
import { systemClock } from '../lib/clock.ts';
import { closeTestStore, doors, home, setMode } from './testing.ts';
import {
  byHand,
  closeEngine,
  engineOf,
  movedClock,
  open,
  parked,
  question,
  result,
  rowOf,
  started,
  waiting,
} from './testing-runs.ts';

afterAll(closeTestStore);
afterEach(closeEngine);

test('a workflow that takes other steps after a wait ends with run.step_order_changed', async () => {
  const { clock, move } = movedClock();
  const id = await started(
    async (ctx) => {
      await ctx.step('measure', () => 1);
      await ctx.sleep('1h');
    },
    { clock },
  );
  await parked(id);
  await engineOf().reopen({
    tried: byHand(async (ctx) => {
      await ctx.step('weigh', () => 1).catch(() => 'caught');
      return 'went on';
    }),
  });
  await engineOf().engine.recover('tomte', home);
  move(3_600_000);
  expect(await result(id)).toMatchObject({
    state: 'failed',
    error: { code: 'run.step_order_changed' },
  });
});

test('onFailure undoes, is journalled, may wait; the workflow is told once and told over', async () => {
  const { clock, move } = movedClock();
  const made = doors();
  let bad = true;
  const id = await started(
    async (ctx) => {
      await ctx.step('open', () => 'opened');
      if (bad) throw new Error('the valve is stuck');
      return 'fine';
    },
    {
      ...{ made, clock },
      more: {
        async onFailure(ctx, _settings, error) {
          await ctx.sleep('1h');
          await ctx.step('close', () => error.message);
        },
      },
    },
  );
  await parked(id);
  move(3_600_000);
  expect(await result(id)).toMatchObject({
    state: 'failed',
    error: { message: 'the valve is stuck' },
  });
  const { steps } = await engineOf().engine.view('tomte', id);
  expect(steps.map(({ name }) => name)).toEqual(['open', 'sleep 1', 'close']);
  expect(steps[2]).toMatchObject({ output: 'the valve is stuck' });
  expect(made.alerts).toMatchObject([
    { key: 'workflow-failed:tried', title: 'Tried: a run failed' },
  ]);
  bad = false;
});

test('cancel ends a Run that waits and those it called; a second time changes nothing', async () => {
  const child = byHand((ctx) => ctx.sleep('1h'));
  const parent = byHand((ctx) => ctx.call('child'));
  const opened = await open({ parent, child }, doors(), { pollMs: 200 });
  await setMode(opened.store.db, 'parent', 'on');
  await setMode(opened.store.db, 'child', 'on');
  const { engine } = opened;
  const id = await engine.run('tomte', home, 'parent', { by: 'Ola' });
  await parked(id);
  expect(await engine.cancel('tomte', id, 'Ended by Ola')).toBe(true);
  expect(await engine.cancel('tomte', id, 'Ended by Ola')).toBe(false);
  await engine.ended('tomte', id);
  const rows = await opened.store.db.selectFrom('runs').select(['state', 'error']).execute();
  expect(rows).toMatchObject([
    { state: 'cancelled', error: { code: 'run.cancelled' } },
    { state: 'cancelled', error: { code: 'run.cancelled' } },
  ]);
});

test('cancel ends a Run at work between two steps', async () => {
  let letGo = () => {};
  const gate = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  let seconds = 0;
  let reached = () => {};
  const first = new Promise<void>((resolve) => {
    reached = resolve;
  });
  const id = await started(async (ctx) => {
    await ctx.step('first', async () => {
      reached();
      await gate;
    });
    await ctx.step('second', () => ++seconds);
  });
  await first;
  await engineOf().engine.cancel('tomte', id, 'Ended by Ola');
  letGo();
  expect(await result(id)).toMatchObject({ state: 'cancelled' });
  await engineOf().reopen();
  await engineOf().engine.recover('tomte', home);
  expect(seconds).toBe(0);
});

test('a dry Run looks and changes nothing', async () => {
  const made = doors();
  const lamp = { domain: 'light', action: 'turn_on', entities: ['light.hall'], data: {} };
  made.change('light.hall', 'off', 1);
  const tried = byHand(async (ctx) => {
    const state = await ctx.home.state('light.hall');
    await ctx.store.set('seen', state?.state);
    const acted = await ctx.act(lamp);
    await ctx.alert({ key: 'k', title: 't', text: 'x', severity: 'now', since: 1, entities: [] });
    return [acted.kind, await ctx.store.get('seen'), (await ctx.ask(question)).answer];
  });
  const opened = await open({ tried }, made);
  const id = await opened.engine.run('tomte', home, 'tried', { by: 'Ola', dry: true });
  expect(await result(id)).toEqual(['confirmed', 'off', 'no']);
  expect([made.acts, made.alerts, made.asked]).toEqual([[], [], []]);
  expect(await opened.store.db.selectFrom('workflow_store').selectAll().execute()).toEqual([]);
  await expect(opened.engine.run('tomte', home, 'tried', { by: 'Ola' })).rejects.toThrow('is off');
});

test('what a workflow remembers is there in its next Run', async () => {
  const tried = byHand(async (ctx) => {
    const before = ((await ctx.store.get('count')) as number | null) ?? 0;
    await ctx.store.set('count', before + 1);
    return before;
  });
  const opened = await open({ tried }, doors());
  await setMode(opened.store.db, 'tried', 'on');
  const first = await opened.engine.run('tomte', home, 'tried', { by: 'Ola' });
  expect(await result(first)).toBe(0);
  const second = await opened.engine.run('tomte', home, 'tried', { by: 'Eve' });
  expect(await result(second)).toBe(1);
});

test('limits: time of a step, size of its answer, calls inside a step', async () => {
  const id = await started(async (ctx) => {
    const words = (work: Promise<unknown>) => work.catch((error: { code: string }) => error.code);
    return [
      await words(ctx.step('slow', () => new Promise(() => {}), { timeout: 50, attempts: 1 })),
      await words(ctx.step('large', () => 'x'.repeat(300_000))),
      await words(ctx.step('nested', () => ctx.step('inner', () => 1))),
      await words(ctx.until({ entity: 'nonsense', is: 'on' }, { timeout: '1h' })),
      await words(ctx.sleep('1 hour' as '1h')),
    ];
  });
  expect(await result(id)).toEqual([
    'run.step_timeout',
    'run.step_too_large',
    'run.step_nested',
    'run.condition_invalid',
    'run.call_invalid',
  ]);
});

test('what a Run says is written once, whatever is replayed', async () => {
  const { clock, move } = movedClock();
  const id = await started(
    async (ctx) => {
      ctx.log('before');
      await ctx.sleep('1h');
      ctx.log('after');
    },
    { clock },
  );
  await parked(id);
  move(3_600_000);
  await result(id);
  const { logs } = await engineOf().engine.view('tomte', id);
  expect(logs.map(({ text }) => text)).toEqual(['before', 'after']);
});

test('a Run whose process died five times at work is given up; one that waited is not', async () => {
  let reached = () => {};
  let begun = new Promise<void>((resolve) => {
    reached = resolve;
  });
  const deadly = byHand(async (ctx) => {
    await ctx.step('before', () => 1);
    reached();
    await new Promise(() => {});
  });
  const patient = byHand((ctx) => ctx.sleep('29s'));
  const opened = await open({ deadly, patient }, doors());
  const { db } = opened.store;
  await setMode(db, 'deadly', 'on');
  await setMode(db, 'patient', 'on');
  const slept = await opened.engine.run('tomte', home, 'patient', { by: 'Ola' });
  const id = await opened.engine.run('tomte', home, 'deadly', { by: 'Ola' });
  await waiting(slept);
  for (let life = 0; life < 5; life++) {
    await begun;
    // A life that ends before the row says that the Run is under way does not count.
    await expect.poll(() => rowOf(id), { timeout: 20_000 }).toMatchObject({ state: 'running' });
    begun = new Promise((resolve) => {
      reached = resolve;
    });
    await opened.reopen(undefined, { badly: true });
    await opened.engine.recover('tomte', home);
  }
  expect(await result(id)).toMatchObject({ state: 'failed', error: { code: 'run.crashed' } });
  expect(await rowOf(slept)).toMatchObject({ state: 'running', crashes: 0 });
}, 60_000);

test('on losing the home its Runs stop here, and go on where it is looked after next', async () => {
  const { clock, move } = movedClock();
  const id = await started(
    async (ctx) => {
      await ctx.sleep('20s');
      return 'went on';
    },
    { clock },
  );
  await waiting(id);
  engineOf().engine.release('tomte', home);
  move(30_000);
  await systemClock.sleep(1_500);
  expect(await rowOf(id)).toMatchObject({ state: 'running' });
  await engineOf().engine.recover('tomte', home);
  expect(await result(id)).toBe('went on');
});
