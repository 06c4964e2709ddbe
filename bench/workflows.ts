/**
 * What durable Runs cost: how many a second, how soon the first step runs, how late timers are, how fast
 * Runs go on after a kill -9, and what thousands of Runs that wait take. Usage: node bin/tomte.js --node
 * bench/workflows.ts [waiting Runs]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addHome, home, setMode } from '../src/engine/testing-home.ts';
import { systemClock as clock } from '../src/lib/clock.ts';
import { silentLog as log } from '../src/lib/log.ts';
import { makeDataFolder } from '../src/store/account.ts';
import { startEmbedded } from '../src/store/embedded.ts';
import { openStore } from '../src/store/open.ts';
import { keepResult } from './result.ts';
import type { BenchLife } from './workflows-child.ts';

const waiting = Number(process.argv[2] ?? 10_000);
const child = fileURLToPath(new URL('./workflows-child.ts', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'tomte-bench-'));
await chmod(folder, 0o711);
const dataDir = join(folder, 'data');
await makeDataFolder(dataDir);
const embedded = await startEmbedded({ dataDir, clock, log });
const store = await openStore({ connection: embedded.pool, schema: 'tomte', log });
await addHome(store.db, home);
for (const workflow of ['two', 'timer', 'patient', 'slow']) await setMode(store.db, workflow, 'on');

/** One life; answers its figures, and a way to end it with no warning. */
async function live(
  what: BenchLife['what'],
  count: number,
): Promise<{ figures: Record<string, unknown>; kill9(): Promise<void> }> {
  const life: BenchLife = { connection: embedded.pool, what, count, startedAt: clock.now() };
  const running = spawn(
    process.execPath,
    ['--expose-gc', '--conditions=tomte-source', child, JSON.stringify(life)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let printed = '';
  running.stdout.setEncoding('utf8').on('data', (part: string) => {
    printed += part;
  });
  const ended = once(running, 'close');
  const told = async () => {
    while (!printed.includes('\n')) await clock.sleep(20);
  };
  await Promise.race([told(), ended]);
  if (!printed.includes('\n')) throw new Error(`${what} ended without figures`);
  if (what !== 'hold' && what !== 'busy') await ended;
  return {
    figures: JSON.parse(printed) as Record<string, unknown>,
    async kill9() {
      running.kill('SIGKILL');
      await ended;
    },
  };
}

const speed = (await live('speed', 1_000)).figures;
const timers = (await live('timers', 300)).figures;
const busy = await live('busy', 100);
await busy.kill9();
const resumed = (await live('resume', 0)).figures;
const held = await live('hold', waiting);
await held.kill9();
const woken = (await live('wake', waiting)).figures;

const result = {
  speed,
  timers,
  afterKill9: { runs: 100, ...resumed },
  waiting: { runs: waiting, ...held.figures, afterKill9: woken },
};
await store.close();
await embedded.stop();
await rm(folder, { recursive: true, force: true });
await keepResult('workflows', result);
