/** A home with a million readings, there and back: how far it is is told, and memory does not grow with it. */
import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { makeDataFolder } from '../../src/store/account.ts';
import { startEmbedded } from '../../src/store/embedded.ts';
import { openStore } from '../../src/store/open.ts';

const program = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const readings = 1_000_000;
/** MB; a command that does nothing needs about 90. */
const memoryMax = 200;
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tomte-million-'));
  await chmod(folder, 0o755);
  const dataDir = join(folder, 'from');
  await makeDataFolder(dataDir);
  const embedded = await startEmbedded({ dataDir, clock: systemClock, log: silentLog });
  const store = await openStore({ connection: embedded.pool, schema: 'tomte', log: silentLog });
  await store.pool.query(
    `insert into homes (id, name, address, version, time_zone, currency, user_name, user_id, user_admin, token_sealed)
       values ('h', 'Home', 'http://127.0.0.1:1', '1', 'UTC', 'EUR', 'u', 'u', true, 'x');
     insert into series (home_id, entity_id) select 'h', 'sensor.s' || n from generate_series(1, 50) n;
     insert into readings (series_id, at, value)
       select 1 + n % 50, 1700000000000 + n * 1000::bigint, round(random()::numeric * 100, 2)
       from generate_series(1, ${readings}) n`,
  );
  await store.close();
  await embedded.stop();
}, 300_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs a command; answers what it told and the most memory it had, MB. */
async function measured(args: readonly string[]): Promise<{ told: string[]; memory: number }> {
  const child = spawn(process.execPath, ['--conditions=tomte-source', program, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let err = '';
  let memory = 0;
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    err += part;
    // At each line that it tells, so while it works.
    readFile(`/proc/${child.pid}/status`, 'utf8').then(
      (status) => {
        memory = Math.max(memory, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
      },
      () => {
        // It has ended meanwhile.
      },
    );
  });
  const code = await new Promise((resolve) => {
    child.once('close', resolve);
  });
  expect(code, err).toBe(0);
  return { told: err.trim().split('\n'), memory };
}

test('a million readings', { timeout: 600_000 }, async () => {
  const file = join(folder, 'million.backup');
  const there = await measured(['backup', file, '--data', join(folder, 'from')]);
  expect(there.told.at(-1)).toContain(`100 %, ${readings + 51} of ${readings + 51} rows`);
  expect(there.told.length).toBeGreaterThan(15);
  const back = await measured(['restore', file, '--data', join(folder, 'to')]);
  expect(back.told.filter((line) => line.startsWith('checking')).length).toBeGreaterThan(15);
  expect(back.told.filter((line) => line.startsWith('restoring')).length).toBeGreaterThan(15);
  if (process.platform !== 'linux') return;
  for (const { memory } of [there, back]) {
    expect(memory).toBeGreaterThan(10);
    expect(memory).toBeLessThan(memoryMax);
  }
});
