/**
 * The whole service on a large home: 5,000 entities, 2,000 changes a second for a minute. Event-loop lag and
 * memory are those of the service's own process; the simulated home runs in this one.
 * Usage: node bin/tomte.js --node bench/scale.ts [seconds]
 */
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { connect } from '@tomte/sdk/client';
import { systemClock as clock } from '../src/lib/clock.ts';
import { openSim } from '../src/sim/sim.ts';
import { startService } from '../test/crash/harness.ts';
import { keepResult } from './result.ts';

const seconds = Number(process.argv[2] ?? 60);
const entities = 5_000;
const perSecond = 2_000;
const limits = { lagP99Ms: 50, rssMb: 250 };

const dataDir = await mkdtemp(join(tmpdir(), 'tomte-scale-'));
await chmod(dataDir, 0o755);
const lagFile = join(dataDir, 'lag.json');
const hook = pathToFileURL(join(import.meta.dirname, 'lag.js')).href;
const sim = await openSim({ days: 10, entities });
const service = await startService({
  dataDir,
  env: { TOMTE_LAG_FILE: lagFile, NODE_OPTIONS: `--import=${hook}` },
});
const tomte = connect({ base: `${service.url}api/`, credential: service.credential });
const linked = await tomte.linkHome({ address: sim.url, token: sim.tokens.admin });
if (!linked.ok) throw new Error(linked.error.message);
const home = linked.home.id;
while ((await tomte.firstLook({ home })).state === 'running') await clock.sleep(200);

/** What the service says of itself since it was asked last. */
async function asked(): Promise<{
  lagMs: { p50: number; p99: number; max: number };
  rssMb: number;
}> {
  await rm(lagFile, { force: true });
  process.kill(service.pid, 'SIGUSR2');
  for (;;) {
    const text = await readFile(lagFile, 'utf8').catch(() => '');
    if (text.endsWith('}')) return JSON.parse(text) as Awaited<ReturnType<typeof asked>>;
    await clock.sleep(20);
  }
}

await asked();
const stop = sim.changes({ perSecond });
await clock.sleep(seconds * 1_000);
stop();
const busy = await asked();
const [summary] = await tomte.listHomes({});
await clock.sleep(2_000);
const shown = new Map((await tomte.listEntities({ home })).map((row) => [row.id, row.state]));
const wrong = [...shown].filter(([id, state]) => sim.state(id)?.state !== state).length;
await service.stop();
await sim.close();
await rm(dataDir, { recursive: true, force: true });

const result = {
  entities: shown.size,
  changesPerSecond: perSecond,
  seconds,
  service: busy,

  /** One Link generation means it was never lost and never overflowed. */
  generation: summary?.link.generation,
  statesThatDifferAfterwards: wrong,
  limits,
  holds: busy.lagMs.p99 < limits.lagP99Ms && busy.rssMb < limits.rssMb && wrong === 0,
};
await keepResult('scale', result);
process.exit(0);
