/**
 * Ten thousand alerts in a minute: how long they take to be kept, what a page of Watch takes meanwhile, how
 * late the event loop is, and how many messages a channel gets. Usage: node bin/tomte.js --node
 * bench/alerts.ts [alerts]
 */
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { openRoom, receiver, water } from '../src/alert/testing.ts';
import { systemClock as clock, iso } from '../src/lib/clock.ts';
import { silentLog as log } from '../src/lib/log.ts';
import { makeDataFolder } from '../src/store/account.ts';
import { startEmbedded } from '../src/store/embedded.ts';
import { openStore } from '../src/store/open.ts';

const many = Number(process.argv[2] ?? 10_000);
const atOnce = 50;
const folder = await mkdtemp(join(tmpdir(), 'tomte-bench-'));
await chmod(folder, 0o711);
const dataDir = join(folder, 'data');
await makeDataFolder(dataDir);
const embedded = await startEmbedded({ dataDir, clock, log });
const store = await openStore({ connection: embedded.pool, schema: 'tomte', log });
const room = await openRoom(store, { clock: clock as never, picture: async () => null });
const hook = await receiver(() => ({ status: 204 }));
await room.alerts.saveChannel({
  ...{ kind: 'webhook', name: 'Node-RED' },
  settings: { url: hook.url, secret: 'a-long-secret-of-mine' },
});
await room.alerts.saveChannel({
  ...{ kind: 'persistent-notification', name: 'Bell', home: 'home-1', settings: {} },
});
room.alerts.start();

const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
const pages: number[] = [];
let done = false;
const looking = (async () => {
  while (!done) {
    const began = clock.ticks();
    await room.alerts.list({ limit: 200 });
    pages.push(clock.ticks() - began);
    await clock.sleep(100);
  }
})();
const began = clock.ticks();
let next = 0;
async function ask(): Promise<void> {
  for (let n = next++; n < many; n = next++) {
    const at = clock.now();
    const severity = n % 2 === 0 ? 'now' : 'today';
    await room.alerts.open(water({ key: `k${n}`, title: `Alert ${n}`, at, since: at, severity }));
  }
}
await Promise.all(Array.from({ length: atOnce }, ask));
const keptMs = clock.ticks() - began;
async function settled(): Promise<void> {
  for (;;) {
    const { rows } = await store.pool.query<{ waiting: string }>(
      "select count(*) as waiting from deliveries where state in ('pending', 'sending') and next_at <= now()",
    );
    if (Number(rows[0]?.waiting) === 0) return;
    await clock.sleep(100);
  }
}
await settled();
const settledMs = clock.ticks() - began;
done = true;
await looking;
delay.disable();
const { rows } = await store.pool.query<{ state: string; count: number }>(
  'select state, count(*)::int as count from deliveries group by state order by state',
);
const kept = await store.pool.query<{ count: number }>('select count(*)::int as count from alerts');
const sorted = pages.toSorted((a, b) => a - b);
const round = (ms: number) => Math.round(ms * 10) / 10;
const result = {
  what: `${many} alerts at once, two channels`,
  at: iso(clock.now()),
  machine: { cpus: cpus().length, memoryGb: Math.round(totalmem() / 2 ** 30), load: loadavg()[0] },
  alertsKept: kept.rows[0]?.count,
  keptSeconds: round(keptMs / 1000),
  settledSeconds: round(settledMs / 1000),
  messages: { webhook: hook.received.length, bell: room.voice.told.length },
  deliveries: Object.fromEntries(rows.map(({ state, count }) => [state, count])),
  pageOfWatchMs: {
    median: round(sorted[Math.floor(sorted.length / 2)] ?? 0),
    p99: round(sorted[Math.floor(sorted.length * 0.99)] ?? 0),
    pages: sorted.length,
  },
  eventLoopLateMs: { p99: round(delay.percentile(99) / 1e6), max: round(delay.max / 1e6) },
  rssMb: Math.round(process.memoryUsage().rss / 2 ** 20),
};
await room.alerts.stop();
await hook[Symbol.asyncDispose]();
await store.close();
await embedded.stop();
await rm(folder, { recursive: true, force: true });
console.log(JSON.stringify(result, null, 2));
const results = fileURLToPath(new URL('./results/', import.meta.url));
await mkdir(results, { recursive: true });
await writeFile(join(results, 'alerts.json'), `${JSON.stringify(result, null, 2)}\n`);
