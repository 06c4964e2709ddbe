/** A Tomte that gets killed: starts the server of a folder, says so, and waits for its end. */
import { systemClock } from '../lib/clock.ts';
import { silentLog } from '../lib/log.ts';
import { startEmbedded } from './embedded.ts';

const [dataDir = '', graceSeconds = '60'] = process.argv.slice(2);
const embedded = await startEmbedded({
  dataDir,
  clock: systemClock,
  log: silentLog,
  graceSeconds: Number(graceSeconds),
  durable: false,
});
process.stdout.write(`${embedded.pid}\n`);
process.stdin.resume();
