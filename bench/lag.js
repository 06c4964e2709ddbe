// Loaded into the service by bench/scale.ts: writes its event-loop lag to the file that TOMTE_LAG_FILE names.
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const file = process.env.TOMTE_LAG_FILE;
if (file) {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  process.on('SIGUSR2', () => {
    const ms = (nanoseconds) => Number((nanoseconds / 1e6).toFixed(1));
    const mb = (bytes) => Math.round(bytes / 2 ** 20);
    const { rss, heapUsed, heapTotal, external } = process.memoryUsage();
    const lag = {
      p50: ms(delay.percentile(50)),
      p99: ms(delay.percentile(99)),
      max: ms(delay.max),
    };
    const memoryMb = { heapUsed: mb(heapUsed), heapTotal: mb(heapTotal), external: mb(external) };
    writeFileSync(file, JSON.stringify({ lagMs: lag, rssMb: mb(rss), memoryMb }));
    delay.reset();
  });
}
