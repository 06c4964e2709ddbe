/**
 * One life of the engine, for the crash tests: recovers what is there, tells the same story again,
 * waits for its end, exits 0. It ends itself, or its database, at a given query.
 */
import { appendFileSync } from 'node:fs';
import type { WorkflowDefinition } from '@tomte/sdk/define';
import { defineWorkflow } from '@tomte/sdk/define';
import pg from 'pg';
import { z } from 'zod';
import type { Effects } from '../../src/engine/effects.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { isOutage } from '../../src/engine/outage.ts';
import { doors } from '../../src/engine/testing-home.ts';
import anomaly from '../../src/engine/triggers/anomaly.ts';
import manual from '../../src/engine/triggers/manual.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { type Embedded, startEmbedded } from '../../src/store/embedded.ts';
import { openStore, type Store } from '../../src/store/open.ts';
import waterWatch from '../../src/workflows/water-watch.ts';
import { finding, home } from './story.ts';

export interface Life {
  /** A pool configuration, or the data folder of a server of its own. */
  readonly connection?: pg.PoolConfig;
  readonly dataDir?: string;
  readonly boot: string;
  /** Each effect that happened, one line. */
  readonly effectsFile: string;
  /** After this many queries of the story; 0 never. */
  readonly killAt: number;
  readonly kill: 'before' | 'after' | 'database' | 'both';
}

const life = JSON.parse(process.argv[2]!) as Life;
let database: Embedded | null = null;
let counting = false;
let queries = 0;

/** Cuts at the n-th query from here on: before it is sent, or when its answer has come. */
function cut(): void {
  if (database && (life.kill === 'database' || life.kill === 'both')) {
    process.kill(database.pid, 'SIGKILL');
  }
  if (life.kill !== 'database') process.kill(process.pid, 'SIGKILL');
}
type Query = (this: pg.Client, ...args: unknown[]) => unknown;
const query = pg.Client.prototype.query as unknown as Query;
pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
  const mine = counting && ++queries === life.killAt;
  if (mine && life.kill !== 'after') cut();
  const callback = args.findIndex((argument) => typeof argument === 'function');
  if (mine && callback >= 0) args[callback] = cut;
  const answer = query.apply(this, args);
  if (mine && answer instanceof Promise) void answer.finally(cut);
  return answer;
} as typeof pg.Client.prototype.query;

const threeSteps: WorkflowDefinition = defineWorkflow({
  title: 'Three steps',
  text: 'For the crash test.',
  triggers: [{ manual: true }],
  settings: z.strictObject({}),
  async run(ctx) {
    const one = await ctx.step('one', () => {
      appendFileSync(life.effectsFile, 'one\n');
      return 1;
    });
    const lamp = { domain: 'light', action: 'turn_on', entities: ['light.hall'], data: {} };
    const outcome = await ctx.act(lamp);
    return ctx.step('two', () => `${one} ${outcome.kind}`);
  },
});

/** The rows of the real alert room in short: one open alert a key, whoever asks how often. */
function effectsOn(store: Store): Effects {
  const note = (line: string) => appendFileSync(life.effectsFile, `${line}\n`);
  return {
    ...doors(),
    async alert({ home: id, key, title, text, run, step }) {
      note(`alert ${title}`);
      const values = { home_id: id, key, title, text, severity: 'now' as const, run };
      await store.db
        .insertInto('alerts')
        .values({ ...values, id: `${run}/${step}`, state: 'open', since: new Date(0) })
        .onConflict((on) =>
          on.columns(['home_id', 'key']).where('state', '<>', 'resolved').doUpdateSet(values),
        )
        .execute();
      return { id: key };
    },
    async resolve(id, key, { title }) {
      note(`over ${title}`);
      await store.db
        .updateTable('alerts')
        .set({ state: 'resolved', title })
        .where('home_id', '=', id)
        .where('key', '=', key)
        .execute();
    },
    async act(_home, _action, { key }) {
      note(`act ${key}`);
      return { kind: 'confirmed', at: 1 };
    },
  };
}

async function live(): Promise<void> {
  let connection = life.connection;
  if (life.dataDir) {
    const embedded = await startEmbedded({
      dataDir: life.dataDir,
      clock: systemClock,
      log: silentLog,
    });
    database = embedded;
    connection = embedded.pool;
    void embedded.died.then(() => process.exit(70));
  }
  const store = await openStore({ connection: connection!, schema: 'tomte', log: silentLog });
  const engine = await openEngine({
    pool: connection!,
    workflows: new Map([
      ['three-steps', threeSteps],
      ['water-watch', waterWatch as unknown as WorkflowDefinition],
    ]),
    triggers: new Map([
      ['anomaly', anomaly],
      ['manual', manual],
    ]),
    clock: systemClock,
    log: silentLog,
    random: () => 0.5,
    worker: 'w1',
    boot: life.boot,
    retryFirstMs: 50,
  });
  counting = true;
  engine.addPlace('tomte', { store, effects: effectsOn(store) });
  await engine.recover('tomte', home);
  const about = 'water';
  const ids = [
    await engine.fire('tomte', home, { kind: 'manual', by: 'Ola', at: 1 }),
    await engine.fire('tomte', home, { kind: 'anomaly', about, finding: finding('raised', 1_000) }),
    await engine.fire('tomte', home, {
      kind: 'anomaly',
      about,
      finding: finding('updated', 2_000),
    }),
    await engine.fire('tomte', home, {
      kind: 'anomaly',
      about,
      finding: finding('cleared', 3_000),
    }),
  ].flat();
  for (const id of ids) await engine.ended('tomte', id);
  counting = false;
  // A Run whose row is closed may still have its end to be noted by the engine.
  const open = "select 1 from dbos.workflow_status where status <> 'SUCCESS'";
  for (let tries = 0; tries < 100 && (await store.pool.query(open)).rowCount; tries++) {
    await systemClock.sleep(100);
  }
  await engine.close();
  await store.close();
  process.stdout.write(`${queries}\n`);
  process.exit(0);
}

// As the service does: with its database gone whatever fails fails for that, and the next boot recovers.
const gone = (error: unknown) => {
  if (database && isOutage(error)) return void database.died.then(() => process.exit(70));
  console.error(error);
  process.exit(1);
};
process.on('uncaughtException', gone);
live().catch(gone);
