/** One life of the engine for `bench/workflows.ts`: does one thing, prints its figures as one line of JSON. */
import { defineWorkflow, type WorkflowDefinition } from '@tomte/sdk/define';
import type { PoolConfig } from 'pg';
import { z } from 'zod';
import { openEngine } from '../src/engine/engine.ts';
import { doors, home } from '../src/engine/testing-home.ts';
import manual from '../src/engine/triggers/manual.ts';
import { systemClock as clock } from '../src/lib/clock.ts';
import { silentLog as log } from '../src/lib/log.ts';
import { openStore } from '../src/store/open.ts';

export interface BenchLife {
  readonly connection: PoolConfig;
  readonly what: 'speed' | 'timers' | 'hold' | 'wake' | 'busy' | 'resume';
  readonly count: number;
  /** When the parent started this process, epoch ms. */
  readonly startedAt: number;
}

const life = JSON.parse(process.argv[2]!) as BenchLife;
const settings = z.strictObject({});
const base = {
  title: 'Bench',
  text: 'For the bench.',
  triggers: [{ manual: true as const }],
  settings,
};
const mode = { kind: 'parallel', max: 1_000_000 } as const;
const figures: number[] = [];
let firstAt = 0;

const workflows: Record<string, WorkflowDefinition> = {
  two: defineWorkflow({
    ...{ ...base, mode },
    async run(ctx) {
      const at = ctx.trigger.kind === 'manual' ? ctx.trigger.at : 0;
      await ctx.step(
        'one',
        () => void figures.push(performance.timeOrigin + performance.now() - at),
      );
      await ctx.step('two', () => 2);
    },
  }),
  timer: defineWorkflow({
    ...{ ...base, mode },
    async run(ctx) {
      const at = ctx.trigger.kind === 'manual' ? ctx.trigger.at : 0;
      const due = Math.ceil(clock.now() / 1000) * 1000 + 1_000 + (Math.floor(at * 997) % 3_000);
      await ctx.sleep({ at: new Date(due).toISOString() });
      figures.push(clock.now() - due);
    },
  }),
  patient: defineWorkflow({
    ...{ ...base, mode },
    async run(ctx) {
      const { met } = await ctx.until({ entity: 'door.a', is: 'on' }, { timeout: '2d' });
      await ctx.step('after', () => met);
    },
  }),
  slow: defineWorkflow({
    ...{ ...base, mode },
    async run(ctx) {
      for (const name of ['one', 'two', 'three']) {
        await ctx.step(name, async () => {
          firstAt ||= clock.now();
          await clock.sleep(200);
        });
      }
    },
  }),
};

const store = await openStore({ connection: life.connection, schema: 'tomte', log });
const engine = await openEngine({
  ...{
    pool: life.connection,
    clock,
    log,
    random: Math.random,
    worker: 'bench',
    boot: `${life.startedAt}`,
  },
  workflows: new Map(Object.entries(workflows)),
  triggers: new Map([['manual', manual]]),
});
const made = doors();
made.change('door.a', 'off', clock.now());
engine.addPlace('tomte', { store, effects: made });
await engine.recover('tomte', home);
const readyMs = clock.now() - life.startedAt;

const residentMb = () => Math.round(process.memoryUsage.rss() / 2 ** 20);
const quantiles = (all: readonly number[]) => {
  const sorted = all.toSorted((a, b) => a - b);
  const at = (q: number) =>
    Number((sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0).toFixed(2));
  return { p50: at(0.5), p99: at(0.99), max: at(1), count: sorted.length };
};
/** Starts so many Runs, `atOnce` side by side, each waited for when `wait`. */
async function start(workflow: string, atOnce: number, wait: boolean): Promise<void> {
  let begun = 0;
  const one = async (): Promise<void> => {
    while (begun < life.count) {
      const n = begun++;
      const at = performance.timeOrigin + performance.now();
      const fired = { kind: 'manual', by: `bench ${n}`, at } as const;
      const [id] = await engine.fire('tomte', home, fired, { only: workflow });
      if (wait) await engine.ended('tomte', id!);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
}
async function open(state: 'waiting' | 'running' | null): Promise<number> {
  let query = store.db
    .selectFrom('runs')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('ended_at', 'is', null);
  if (state) query = query.where('state', '=', state).where('segment', '>', 0);
  return Number((await query.executeTakeFirstOrThrow()).count);
}
async function until(reached: () => Promise<boolean>): Promise<void> {
  while (!(await reached())) await clock.sleep(50);
}

async function measured(): Promise<Record<string, unknown>> {
  const began = clock.ticks();
  const tookMs = () => Math.round(clock.ticks() - began);
  switch (life.what) {
    case 'speed':
      await start('two', 16, true);
      return {
        runsPerSecond: Math.round((life.count / tookMs()) * 1000),
        startMs: quantiles(figures),
      };
    case 'timers':
      await start('timer', 16, false);
      await until(async () => (await open(null)) === 0);
      return { lateMs: quantiles(figures) };
    case 'hold': {
      const emptyMb = residentMb();
      await start('patient', 16, false);
      await until(async () => (await open('waiting')) === life.count);
      globalThis.gc?.();
      return { emptyMb, startedMs: tookMs(), residentMb: residentMb() };
    }
    case 'wake': {
      const restartedMb = residentMb();
      made.change('door.a', 'on', clock.now());
      const woke = clock.ticks();
      await until(async () => (await open(null)) === 0);
      return { readyMs, restartedMb, allDoneMs: Math.round(clock.ticks() - woke) };
    }
    case 'busy':
      await start('slow', 16, false);
      return {};
    case 'resume':
      await until(async () => (await open(null)) === 0);
      return { firstStepMs: firstAt - life.startedAt, allDoneMs: clock.now() - life.startedAt };
  }
}

process.stdout.write(`${JSON.stringify(await measured())}\n`);
// The parent ends some of them with no warning.
if (life.what === 'hold' || life.what === 'busy') await clock.sleep(3_600_000);
await engine.close();
await store.close();
process.exit(0);
