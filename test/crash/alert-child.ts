/** One life of the alert room, for the crash test: tells the same story again, exits 0 at its end. */
import type { PoolConfig } from 'pg';
import { openAlerts } from '../../src/alert/alerts.ts';
import { channelFetch } from '../../src/alert/reach.ts';
import { builtInChannels, home, testKey, water } from '../../src/alert/testing.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { openStore } from '../../src/store/open.ts';
import { type Cut, cutQueries } from './cut-queries.ts';

export interface AlertLife extends Cut {
  readonly connection: PoolConfig;
  /** When it began, epoch ms, the same in each life of one story: what is learned of late is told otherwise. */
  readonly at: number;
}

const life = JSON.parse(process.argv[2]!) as AlertLife;
const cut = cutQueries(life);

const store = await openStore({ connection: life.connection, schema: 'tomte', log: silentLog });
const alerts = openAlerts({
  store,
  key: testKey,
  clock: systemClock,
  log: silentLog,
  worker: 'tomte',
  random: Math.random,
  channels: await builtInChannels(),
  fetch: channelFetch(systemClock),
  voice: () => null,
  picture: async () => null,
  homeName: () => 'Villa Berg',
  sight: { presence: () => null, areas: () => [] },
  digestAt: () => '07:30',
  publicUrl: () => null,
  held: false,
  choose: async () => {},
  onChanged: () => {},
});

async function settled(): Promise<void> {
  for (;;) {
    const { rows } = await store.pool.query<{ settled: boolean }>(
      "select count(*) = 0 as settled from deliveries where state in ('pending', 'sending')",
    );
    if (rows[0]?.settled) return;
    await systemClock.sleep(20);
  }
}

const minute = 60_000;
cut.counting = true;
alerts.start();
await alerts.open(water({ since: life.at - 52 * minute, at: life.at }));
await settled();
await alerts.open(water({ title: 'Water is pouring', worse: true, at: life.at + 1 }));
await settled();
const last = { title: 'Over: the water stopped', text: '23 L.', at: life.at + 2 };
await alerts.resolve(home, water().key, last);
await settled();
await alerts.stop();
await store.close();
