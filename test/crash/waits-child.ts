/**
 * One life of the engine for the crash tests of waits: tells the story of one Run that sleeps, waits for
 * a door, asks, acts once, calls another and branches, until it is over; then exits 0. It ends itself at a
 * given query, or is ended from outside.
 */
import { appendFileSync } from 'node:fs';
import { defineWorkflow, type WorkflowDefinition } from '@tomte/sdk/define';
import pg from 'pg';
import { z } from 'zod';
import type { Effects } from '../../src/engine/effects.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { doors } from '../../src/engine/testing-home.ts';
import manual from '../../src/engine/triggers/manual.ts';
import { systemClock as clock } from '../../src/lib/clock.ts';
import { silentLog as log } from '../../src/lib/log.ts';
import { answerAction, intendAction } from '../../src/store/actions.ts';
import { openStore, type Store } from '../../src/store/open.ts';
import { home } from './story.ts';

export interface WaitsLife {
  readonly connection: pg.PoolConfig;
  readonly boot: string;
  readonly effectsFile: string;
  /** After this many queries of the story; 0 never. */
  readonly killAt: number;
  readonly kill: 'before' | 'after';
}

const life = JSON.parse(process.argv[2]!) as WaitsLife;
const note = (line: string) => appendFileSync(life.effectsFile, `${line}\n`);
let counting = false;
let queries = 0;
let readyAt = 0;

const cut = () => process.kill(process.pid, 'SIGKILL');
type Query = (this: pg.Client, ...args: unknown[]) => unknown;
const query = pg.Client.prototype.query as unknown as Query;
pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
  const mine = counting && ++queries === life.killAt;
  if (mine && life.kill === 'before') cut();
  const callback = args.findIndex((argument) => typeof argument === 'function');
  if (mine && callback >= 0) args[callback] = cut;
  const answer = query.apply(this, args);
  if (mine && answer instanceof Promise) void answer.finally(cut);
  return answer;
} as typeof pg.Client.prototype.query;

const settings = z.strictObject({});
const toggle = { domain: 'light', action: 'toggle', entities: ['light.hall'], data: {} };
/** How much later than due, or than this life was ready to look, a sleep ended. */
const late = (due: number) => note(`late ${clock.now() - Math.max(due, readyAt)}`);

const story: WorkflowDefinition = defineWorkflow({
  ...{ title: 'Story', text: 'For the crash test.', triggers: [{ manual: true }], settings },
  async run(ctx) {
    await ctx.step('one', () => note('one'));
    const due = ctx.now() + 300;
    await ctx.sleep({ at: new Date(due).toISOString() });
    await ctx.step('woke', () => late(due));
    const first = await ctx.act(toggle);
    const door = await ctx.until({ entity: 'door.a', is: 'on' }, { timeout: '10m' });
    const answer = await ctx.ask({
      ...{ title: 'Go on?', text: 'It waits.', fallback: 'no', timeout: '10m' },
      options: [
        { id: 'yes', label: 'Yes' },
        { id: 'no', label: 'No' },
      ],
    });
    const doubled = await ctx.call('double', 21);
    const branches = await Promise.all([
      ctx.sleep(200).then(() => ctx.step('slept', () => 's')),
      ctx.step('beside', () => 'b').then(() => ctx.act(toggle)),
    ]);
    await ctx.step('end', () => note('end'));
    return [first.kind, door.met, answer.answer, doubled, branches.length];
  },
});
const double: WorkflowDefinition = defineWorkflow({
  ...{ title: 'Double', text: 'For the crash test.', triggers: [{ manual: true }], settings },
  run: async (ctx) => (ctx.trigger.kind === 'call' ? Number(ctx.trigger.input) * 2 : 0),
});

/** A door with an intent row before each Action, that never does one twice. */
function effectsOn(store: Store): { effects: Effects; change: ReturnType<typeof doors>['change'] } {
  const made = doors();
  const effects: Effects = {
    ...made,
    async act(id, action, { key, askedBy }) {
      const at = () => new Date(clock.now());
      const kept = await intendAction(store.db, { home: id, key, askedBy, action, at: at() });
      if (kept?.answered) return kept.outcome as { kind: 'sent'; at: number };
      const outcome =
        kept && kept.attempts > 1
          ? ({ kind: 'unconfirmed', message: 'in doubt' } as const)
          : ({ kind: 'sent', at: 1 } as const);
      if (outcome.kind === 'sent') note(`toggle ${key}`);
      await answerAction(store.db, { key, outcome, at: at() });
      return outcome;
    },
  };
  return { effects, change: made.change };
}

async function live(): Promise<void> {
  const store = await openStore({ connection: life.connection, schema: 'tomte', log });
  const engine = await openEngine({
    ...{ pool: life.connection, clock, log, random: () => 0.5, worker: 'w1', boot: life.boot },
    workflows: new Map([
      ['story', story],
      ['double', double],
    ]),
    triggers: new Map([['manual', manual]]),
    ...{ retryFirstMs: 50, pollMs: 500 },
  });
  const { effects, change } = effectsOn(store);
  engine.addPlace('tomte', { store, effects });
  counting = true;
  await engine.recover('tomte', home);
  readyAt = clock.now();
  const pressed = { kind: 'manual', by: 'Ola', at: 1 } as const;
  const [id] = await engine.fire('tomte', home, pressed, { only: 'story' });
  // The world goes on: the door opens a while after the Run has begun to wait for it, people answer.
  const stop = clock.every(100, () => void goOn().catch(() => cut()));
  const since = new Map<string, number>();
  async function goOn(): Promise<void> {
    const waits = await store.db
      .selectFrom('waits')
      .selectAll()
      .where('settled_at', 'is', null)
      .execute();
    for (const { run, position, kind, spec } of waits) {
      const key = `${run}/${position}`;
      const began = since.get(key) ?? clock.now();
      since.set(key, began);
      if (clock.now() - began < 500) continue;
      if (kind === 'until') change('door.a', 'on', clock.now());
      const { approval } = spec as { approval?: string };
      if (approval) {
        await engine.answered('tomte', approval, { answer: 'yes', by: 'Ola', at: clock.now() });
      }
    }
  }
  await engine.ended('tomte', id!);
  counting = false;
  stop();
  await engine.close();
  await store.close();
  process.stdout.write(`${queries}\n`);
  process.exit(0);
}

await live();
