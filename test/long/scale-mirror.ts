/** A Link alone in its process, so that memory and event loop are its own; prints what it measured. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { openLink } from '../../src/home/link.ts';
import { systemClock as clock } from '../../src/lib/clock.ts';
import { openLog } from '../../src/lib/log.ts';
import { Secret } from '../../src/lib/secret.ts';

const [address, token, seconds] = process.argv.slice(2) as [string, string, string];
const link = openLink({
  home: 'big',
  address,
  token: new Secret(token),
  pin: null,
  clock,
  log: openLog('warn'),
  random: Math.random,
  position: 0,
});
let told = 0;
let newest = 0;
let outOfOrder = 0;
let late = 0;
link.onChanges((batch) => {
  for (const change of batch) {
    if (!change.entityId.startsWith('sensor.crowd_')) continue;
    const n = Number(change.to?.state);
    if (newest !== 0 && n !== newest + 1) outOfOrder++;
    newest = n;
    told++;
    if (change.late) late++;
  }
});
await link.ready();
const lag = monitorEventLoopDelay({ resolution: 5 });
process.stdout.write('ready\n');
let rssMax = 0;
await clock.sleep(2_000);
lag.enable();
const began = clock.ticks();
const first = told;
while (clock.ticks() - began < Number(seconds) * 1000) {
  await clock.sleep(500);
  rssMax = Math.max(rssMax, process.memoryUsage().rss);
}
const tookSeconds = (clock.ticks() - began) / 1000;
lag.disable();
console.log(
  JSON.stringify({
    entities: link.mirror.size,
    seconds: Math.round(tookSeconds),
    changesPerSecond: Math.round((told - first) / tookSeconds),
    outOfOrder,
    late,
    state: link.state.kind,
    generation: link.mirror.generation,
    lagP99Ms: Number((lag.percentile(99) / 1e6 - 5).toFixed(1)),
    lagMaxMs: Number((lag.max / 1e6 - 5).toFixed(1)),
    rssMaxMB: Math.round(rssMax / 2 ** 20),
  }),
);
await link.close();
