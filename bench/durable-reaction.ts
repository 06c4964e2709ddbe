/**
 * How fast a durable Run reacts: `input_boolean.hall_motion` changes, a workflow that is triggered by it and
 * journalled first turns `input_boolean.dishwasher`, its intent written before. The figure is the difference
 * of Home Assistant's own last_updated of both. Usage: HOME_ASSISTANT_URL=… HOME_ASSISTANT_TOKEN=… node
 * bin/tomte.js --node bench/durable-reaction.ts [changes a second apart 50 ms] [sparse changes, 12 s apart]
 */
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { defineWorkflow } from '@tomte/sdk/define';
import { z } from 'zod';
import type { Effects } from '../src/engine/effects.ts';
import { openEngine } from '../src/engine/engine.ts';
import { addHome, doors, home, setMode } from '../src/engine/testing-home.ts';
import state from '../src/engine/triggers/state.ts';
import { openDoor } from '../src/home/act.ts';
import { type Link, openLink } from '../src/home/link.ts';
import { systemClock as clock, iso } from '../src/lib/clock.ts';
import { silentLog as log } from '../src/lib/log.ts';
import { Secret } from '../src/lib/secret.ts';
import { actionJournal } from '../src/main/action-journal.ts';
import { makeDataFolder } from '../src/store/account.ts';
import { startEmbedded } from '../src/store/embedded.ts';
import { gainLease } from '../src/store/leases.ts';
import { openStore } from '../src/store/open.ts';

const cause = 'input_boolean.hall_motion';
const effect = 'input_boolean.dishwasher';
const warmUp = 20;
const url = process.env.HOME_ASSISTANT_URL;
const token = process.env.HOME_ASSISTANT_TOKEN;
if (!url || !token) throw new Error('set HOME_ASSISTANT_URL and HOME_ASSISTANT_TOKEN');
const changes = Number(process.argv[2] ?? 300);
const sparse = Number(process.argv[3] ?? 8);

async function openHome(): Promise<Link> {
  const link = openLink({
    ...{ home, address: url!, token: new Secret(token!), pin: null },
    ...{ clock, log, random: Math.random, position: 0 },
  });
  await link.ready();
  return link;
}

const folder = await mkdtemp(join(tmpdir(), 'tomte-bench-'));
await chmod(folder, 0o711);
const dataDir = join(folder, 'data');
await makeDataFolder(dataDir);
const embedded = await startEmbedded({ dataDir, clock, log });
const store = await openStore({ connection: embedded.pool, schema: 'tomte', log });
await addHome(store.db, home);
await setMode(store.db, 'follow', 'on');
const boot = `${clock.now()}`;
const lease = (await gainLease(store.db, { home, worker: 'bench', boot, ttlMs: 3_600_000 }))!;
const follow = defineWorkflow({
  ...{ title: 'Follow', text: 'For the bench.', settings: z.strictObject({}) },
  mode: { kind: 'parallel', max: 1_000 },
  triggers: [{ state: { entity: cause, to: ['on', 'off'] } }],
  async run(ctx) {
    if (ctx.trigger.kind !== 'state') return;
    const action = ctx.trigger.to === 'on' ? 'turn_on' : 'turn_off';
    await ctx.act({ domain: 'input_boolean', action, entities: [effect], data: {} });
  },
});
const engine = await openEngine({
  ...{ pool: embedded.pool, clock, log, random: Math.random, worker: 'bench', boot },
  workflows: new Map([['follow', follow]]),
  triggers: new Map([['state', state]]),
});
const link = await openHome();
const door = openDoor({
  ...{ link, clock, log, zone: 'UTC', stopped: () => false },
  journal: actionJournal({ store, clock }, home, lease),
  grants: () => [{ entities: [effect], areas: [] }],
});
const effects: Effects = { ...doors(), act: (_home, action, by) => door.act(action, by) };
engine.addPlace('tomte', { store, effects });
await engine.recover('tomte', home);
const watch = engine.watchHome('tomte', home, {
  where: () => ({ zone: 'UTC', latitude: null, longitude: null }),
  info: link.mirror.info,
  state: link.mirror.entity,
  isCurrent: () => link.state.kind === 'live' && link.caughtUp,
});
await watch.refresh();
link.onChanges((batch) => watch.take(batch));

const driver = await openHome();
const exact = (id: string): number =>
  (driver.mirror.entity(id) as unknown as { exact: number }).exact;
const set = (id: string, to: string) =>
  driver.call('call_service', {
    domain: 'input_boolean',
    service: `turn_${to}`,
    target: { entity_id: id },
  });
/** Changes the cause and waits until the effect has followed; ms as the home's own clock tells. */
async function react(to: 'on' | 'off'): Promise<number | null> {
  const followed = new Promise<void>((resolve) => {
    const cancel = clock.after(5_000, resolve);
    const unwatch = driver.onApplied([effect], () => {
      if (driver.mirror.entity(effect)?.state !== to) return;
      cancel();
      unwatch();
      resolve();
    });
  });
  await set(cause, to);
  await followed;
  if (driver.mirror.entity(effect)?.state !== to) return null;
  return (exact(effect) - exact(cause)) * 1000;
}
async function round(count: number, pauseMs: number, skip: number) {
  const figures: number[] = [];
  for (let n = 0; n < count + skip; n++) {
    const took = await react(n % 2 === 0 ? 'on' : 'off');
    if (took !== null && n >= skip) figures.push(took);
    await clock.sleep(pauseMs);
  }
  return { pauseMs, ...quantiles(figures), reactions: figures.length };
}
function quantiles(figures: readonly number[]) {
  const sorted = figures.toSorted((a, b) => a - b);
  const at = (q: number) =>
    Number((sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0).toFixed(2));
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99) };
}

/** What this machine takes by itself: a commit that waits for the disk, and the home from a call to its event. */
async function machineAlone() {
  const commitMs: number[] = [];
  const homeMs: number[] = [];
  for (let n = 0; n < 100; n++) {
    const began = clock.ticks();
    await store.pool.query('update homes set name = $1', [`${n}`]);
    commitMs.push(clock.ticks() - began);
  }
  for (let n = 0; n < 100; n++) {
    const seen = new Promise<void>((resolve) => {
      const unwatch = driver.onApplied([effect], () => {
        unwatch();
        resolve();
      });
    });
    const began = clock.ticks();
    await Promise.all([seen, set(effect, n % 2 === 0 ? 'on' : 'off')]);
    homeMs.push(clock.ticks() - began);
    await clock.sleep(20);
  }
  return { commitMs: quantiles(commitMs), homeMs: quantiles(homeMs) };
}

for (const id of [cause, effect]) await set(id, 'off');
const machine = await machineAlone();
const dense = await round(changes, 50, warmUp);
const rare = await round(sparse, 12_000, 0);
const result = {
  date: iso(clock.now()),
  machine: {
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    memoryGB: Math.round(totalmem() / 2 ** 30),
    load: Number(loadavg()[0]!.toFixed(1)),
    ...machine,
  },
  node: process.version,
  homeAssistant: driver.mirror.config?.version,
  dense,
  rare,
  holds: dense.p50 < 7 && rare.p50 < 10,
};
await driver.close();
await watch.close();
await link.close();
door.close();
await engine.close();
await store.close();
await embedded.stop();
await rm(folder, { recursive: true, force: true });
await mkdir(new URL('./results/', import.meta.url), { recursive: true });
const file = new URL('./results/durable-reaction.json', import.meta.url);
await writeFile(file, `${JSON.stringify(result, null, 2)}\n`);
console.log(JSON.stringify(result, null, 2));
