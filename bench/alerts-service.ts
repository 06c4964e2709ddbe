/**
 * Ten thousand alerts through the whole service: ten Runs of a workflow of the person's own tell a thousand each, ten
 * side by side, while a browser keeps asking for Watch, for Today and for one alert. How long it takes, how soon pages are
 * answered, how many messages a phone gets. Usage: node bin/tomte.js --node bench/alerts-service.ts [alerts]
 */
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { connect } from '@tomte/sdk/client';
import { receiver } from '../src/alert/testing.ts';
import { systemClock as clock } from '../src/lib/clock.ts';
import { silentLog } from '../src/lib/log.ts';
import { openSim } from '../src/sim/sim.ts';
import { startEmbedded } from '../src/store/embedded.ts';
import { openStore } from '../src/store/open.ts';
import { removeData, startService } from '../test/crash/harness.ts';
import { keepResult } from './result.ts';

const many = Number(process.argv[2] ?? 10_000);
const runs = 10;
const each = Math.ceil(many / runs / 10) * 10;
const giveUpMs = 200_000;
const storm = `
import { defineWorkflow } from '@tomte/sdk/define';
import { z } from 'zod';
export default defineWorkflow({
  title: 'Storm', text: 'Tells many at once.', triggers: [{ manual: true }],
  settings: z.strictObject({}), mode: { kind: 'parallel', max: ${runs} },
  async run(ctx) {
    const since = ctx.now();
    const begin = ctx.trigger.input.from;
    for (let from = begin; from < begin + ${each}; from += 10) {
      const some = Array.from({ length: 10 }, (_, n) => from + n);
      await Promise.all(some.map((n) => ctx.alert({
        key: 'k' + n, title: 'Alert ' + n, text: 'One of many.', since, entities: [],
        severity: n % 2 === 0 ? 'now' : 'today',
      })));
    }
  },
});`;

const dataDir = await mkdtemp(join(tmpdir(), 'tomte-alerts-'));
await chmod(dataDir, 0o755);
await mkdir(join(dataDir, 'workflows'), { mode: 0o700 });
await writeFile(join(dataDir, 'workflows', 'storm.ts'), storm, { mode: 0o600 });
const lagFile = join(dataDir, 'lag.json');
const hook = pathToFileURL(join(import.meta.dirname, 'lag.js')).href;
const phone = await receiver(() => ({ status: 204 }));
const sim = await openSim({ days: 2, living: false });
const service = await startService({
  dataDir,
  env: {
    TOMTE_ALLOW_ADDRESSES: '127.0.0.1',
    TOMTE_LAG_FILE: lagFile,
    NODE_OPTIONS: `--import=${hook}`,
  },
});
const tomte = connect({ base: `${service.url}api/`, credential: service.credential });
const linked = await tomte.linkHome({ address: sim.url, token: sim.tokens.admin });
if (!linked.ok) throw new Error(linked.error.message);
const home = linked.home.id;
while ((await tomte.firstLook({ home })).state === 'running') await clock.sleep(200);
await tomte.saveChannel({
  ...{ kind: 'webhook', name: 'Phone' },
  settings: { url: phone.url, secret: 'a-long-secret-of-mine' },
});
while (!(await tomte.listWorkflows({ home })).some(({ name }) => name === 'storm')) {
  await clock.sleep(200);
}
await tomte.setWorkflow({ home, name: 'storm', mode: 'on' });

/** What the service says of itself since it was asked last. */
async function asked(): Promise<object> {
  await rm(lagFile, { force: true });
  process.kill(service.pid, 'SIGUSR2');
  for (;;) {
    const text = await readFile(lagFile, 'utf8').catch(() => '');
    if (text.endsWith('}')) return JSON.parse(text) as object;
    await clock.sleep(20);
  }
}

const looks = { watch: [] as number[], today: [] as number[], alert: [] as number[] };
async function timed<T>(what: keyof typeof looks, ask: () => Promise<T>): Promise<T> {
  const began = clock.ticks();
  const answer = await ask();
  looks[what].push(clock.ticks() - began);
  return answer;
}

await asked();
const began = clock.ticks();
for (let n = 0; n < runs; n++) {
  await tomte.runWorkflow({ home, name: 'storm', input: { from: n * each } });
}
let states: string[] = [];
while (!states.every((state) => ['done', 'failed', 'cancelled'].includes(state)) || !states[0]) {
  const shown = await timed('watch', () => tomte.listAlerts({ home }));
  await timed('today', () => tomte.today({}));
  if (shown[0]) await timed('alert', () => tomte.getAlert({ id: shown[0]!.id }));
  await clock.sleep(250);
  const shownRuns = await tomte.listRuns({ home, limit: 100 });
  states = shownRuns.filter(({ workflow }) => workflow === 'storm').map((run) => run.state);
  if (clock.ticks() - began > giveUpMs) break;
}
const seconds = (clock.ticks() - began) / 1_000;
const busy = await asked();
await service.stop();
const embedded = await startEmbedded({ dataDir, clock, log: silentLog });
const store = await openStore({ connection: embedded.pool, schema: 'tomte', log: silentLog });
const { rows } = await store.pool.query<{ kept: number }>(
  "select count(distinct key)::int as kept from alerts where workflow = 'storm'",
);
await store.close();
await embedded.stop();
await sim.close();
await phone[Symbol.asyncDispose]();
await removeData(dataDir);

const quantiles = (all: readonly number[]) => {
  const sorted = all.toSorted((a, b) => a - b);
  const at = (q: number) => Math.round(sorted[Math.floor(q * (sorted.length - 1))] ?? 0);
  return { p50: at(0.5), p99: at(0.99), max: at(1), asked: sorted.length };
};
await keepResult('alerts-service', {
  alerts: runs * each,
  runs: states.join(' '),
  seconds: Number(seconds.toFixed(1)),
  kept: rows[0]?.kept,
  messages: phone.received.length,
  answeredMs: {
    watch: quantiles(looks.watch),
    today: quantiles(looks.today),
    alert: quantiles(looks.alert),
  },
  service: busy,
});
process.exit(0);
