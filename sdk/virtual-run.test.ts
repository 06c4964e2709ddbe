/** A Run in memory: its waits pass in no time, and a second execution finds what the first one left. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { TomteError } from './errors.ts';
import { startVirtualRun, type VirtualRun } from './virtual-run.ts';
import { openVirtualTime } from './virtual-time.ts';
import type { VirtualWorld } from './virtual-world.ts';
import { defineWorkflow, type WorkflowContext, type WorkflowDefinition } from './workflow.ts';

const day = 86_400_000;

function toy() {
  const time = openVirtualTime(1000);
  const news = new Set<() => void>();
  const told: string[] = [];
  const state = { value: 'off' };
  let press: ((a: { answer: string; by: string | null }) => void) | null = null;
  const world: VirtualWorld = {
    home: {
      ...{ id: 'h', name: 'Home', zone: 'UTC' },
      state: async (entityId) => ({ entityId, state: state.value }) as never,
      states: async () => [],
      entities: async () => [],
      history: async () => [],
      statistics: async () => [],
      plan: async () => ({ madeAt: null, stale: null, orders: [], batteryMode: null }),
      chooseSchedule: async () => ({}) as never,
    },
    judge: (condition) => ({
      met: 'entity' in condition && condition.is === state.value,
      again: null,
      held: null,
    }),
    onNews(_c, callback) {
      news.add(callback);
      return () => news.delete(callback);
    },
    onHappening: () => () => {},
    onAnswer(_q, callback) {
      press = callback;
      return () => {
        press = null;
      };
    },
    act: (action) => {
      told.push(`act ${action.action}`);
      return { kind: 'confirmed', at: time.now() };
    },
    alert: (request) => {
      told.push(`alert ${request.key}`);
      return { id: 'a' };
    },
    resolve: () => {},
    fetch: () => {
      throw new TomteError('connect.address_invalid', 'no');
    },
    facts: () => ({ value: 1, asOf: 1, stale: false }),
    decide: ({ fallback }) => ({ choice: fallback, reason: 'rule', decidedBy: 'rule' }),
    call: () => null,
    recall: () => undefined,
    remember: () => {},
    log: (text) => void told.push(text),
  };
  const start = (
    run: WorkflowDefinition['run'],
    more: Partial<WorkflowDefinition> = {},
  ): VirtualRun =>
    startVirtualRun({
      ...{ id: 'r', settings: {}, world, time },
      trigger: { kind: 'manual', by: 'test', at: 1000 },
      definition: {
        ...defineWorkflow({
          title: 't',
          text: 't',
          triggers: [],
          settings: z.strictObject({}),
          run,
        }),
        ...more,
      },
    });
  const set = (value: string) => {
    state.value = value;
    for (const callback of [...news]) callback();
  };
  return { time, world, told, news, start, set, press: () => press };
}
const action = (name: string) => ({ domain: 'light', action: name, entities: [], data: {} });

test('two days pass in no time, steps are told in order', async () => {
  const { time, start, told } = toy();
  const run = start(async (ctx) => {
    await ctx.sleep('2d');
    const both = await Promise.all([ctx.step('a', () => 1), ctx.step('b', () => 2)]);
    await ctx.act(action('turn_on'));
    return { both, now: ctx.now() };
  });
  await time.advance(1000 + 3 * day);
  expect(run.outcome).toEqual({ state: 'done', result: { both: [1, 2], now: 1000 + 2 * day } });
  expect(run.endedAt).toBe(1000 + 2 * day);
  expect(run.steps.map(({ name }) => name)).toEqual(['sleep 1', 'a', 'b', 'act 1']);
  expect(told).toEqual(['act turn_on']);
});

test('a condition is met by news, or its time runs out; nobody listens afterwards', async () => {
  const { time, start, set, news } = toy();
  const run = start(async (ctx) => {
    const first = await ctx.until({ entity: 'light.a', is: 'on' }, { timeout: '1h' });
    const second = await ctx.until({ entity: 'light.a', is: 'off' }, { timeout: '1h' });
    const third = await ctx.until({ entity: 'light.a', is: 'on' }, { timeout: '1h' });
    return [first.met, second.met, third.met];
  });
  await time.advance(2000);
  set('on');
  await time.rest();
  await time.advance(day);
  expect(run.outcome).toMatchObject({ result: [true, false, true] });
  expect(news.size).toBe(0);
});

test('a question is answered by a person, else by its fallback', async () => {
  const { time, start, press } = toy();
  const question = {
    title: 'q',
    text: 'q',
    options: [{ id: 'y', label: 'y' }],
    fallback: 'n',
    timeout: '5m',
  } as const;
  const run = start(async (ctx) => [await ctx.ask(question), await ctx.ask(question)]);
  await time.rest();
  press()!({ answer: 'y', by: 'Maja' });
  await time.advance(day);
  expect(run.outcome).toMatchObject({
    result: [
      { answer: 'y', by: 'Maja', at: 1000 },
      { answer: 'n', by: null, at: 301_000 },
    ],
  });
});

test('an abandoned execution goes on from what it did, and what it was waiting for keeps its time', async () => {
  const { time, start, told } = toy();
  let bodies = 0;
  const run = start(async (ctx) => {
    await ctx.act(action('turn_on'));
    const made = await ctx.step('made', () => ++bodies);
    await ctx.sleep('1h');
    return made;
  });
  await time.advance(1000 + 1_800_000);
  run.again();
  await time.advance(1000 + 3_600_000);
  expect(run.outcome).toEqual({ state: 'done', result: 1 });
  expect(run.endedAt).toBe(1000 + 3_600_000);
  expect(told).toEqual(['act turn_on']);
});

test('other steps than before are an error of their own', async () => {
  const { time, start } = toy();
  const run = start(async (ctx) => {
    await ctx.step('a', () => 1);
    await ctx.sleep('1h');
  });
  await time.rest();
  const changed = async (ctx: WorkflowContext) => ctx.step('b', () => 1);
  run.again({
    ...defineWorkflow({
      title: 't',
      text: 't',
      triggers: [],
      settings: z.strictObject({}),
      run: changed,
    }),
  });
  await time.rest();
  expect(run.outcome).toMatchObject({ state: 'failed', error: { code: 'run.step_order_changed' } });
});

test('what may pass is tried again on the clock; what may not is compensated', async () => {
  const { time, start, told } = toy();
  let tries = 0;
  const run = start(
    async (ctx) => {
      await ctx.step('flaky', () => {
        if (++tries < 3) throw new TomteError('link.lost', 'gone');
        return tries;
      });
      await ctx.step('bad', () => {
        throw new Error('boom');
      });
    },
    { onFailure: async (ctx, _s, error) => ctx.log(`undo ${error.code}`) },
  );
  await time.advance(day);
  expect(tries).toBe(3);
  expect(run.outcome).toMatchObject({
    state: 'failed',
    error: { code: 'run.failed', message: 'boom' },
  });
  expect(told).toEqual(['undo run.failed']);
});
