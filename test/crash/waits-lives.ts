/** Lives of the engine that tell the story of waits, and what has to be true of it whatever was cut. */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { expect } from 'vitest';
import { addHome, setMode } from '../../src/engine/testing.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { openStore } from '../../src/store/open.ts';
import { freshStore } from '../../src/store/testing.ts';
import { home } from './story.ts';
import type { WaitsLife } from './waits-child.ts';

const child = fileURLToPath(new URL('./waits-child.ts', import.meta.url));
export interface Lived {
  readonly code: number | null;
  readonly printed: string;
  readonly ms: number;
}

/** One life, ended after `killMs` if it lives so long. */
async function live(life: WaitsLife, killMs?: number): Promise<Lived> {
  const began = systemClock.ticks();
  const running = spawn(
    process.execPath,
    ['--conditions=tomte-source', child, JSON.stringify(life)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let printed = '';
  running.stdout.setEncoding('utf8').on('data', (part: string) => {
    printed += part;
  });
  const cancel =
    killMs === undefined ? () => {} : systemClock.after(killMs, () => running.kill('SIGKILL'));
  const code = await new Promise<number | null>((resolve) => running.once('close', resolve));
  cancel();
  return { code, printed, ms: systemClock.ticks() - began };
}

async function prepared(connection: pg.PoolConfig): Promise<void> {
  const store = await openStore({ connection, schema: 'tomte', log: silentLog });
  await addHome(store.db, home);
  for (const workflow of ['story', 'double']) await setMode(store.db, workflow, 'on');
  await store.close();
}

/** Every Run has ended once, as without a crash; nothing was switched twice; timers were on time. */
async function expectTheStory(
  pool: Pick<pg.Pool, 'query'>,
  effectsFile: string,
  where: string,
  lateMaxMs: number,
): Promise<void> {
  const { rows } = await pool.query(
    'select workflow, state, result, error from tomte.runs order by workflow',
  );
  expect(rows, where).toMatchObject([
    { workflow: 'double', state: 'done', result: { value: 42 } },
    { workflow: 'story', state: 'done' },
  ]);
  const [first, ...rest] = rows[1].result.value;
  expect(rest, where).toEqual([true, 'yes', 42, 2]);
  expect(['sent', 'unconfirmed'], where).toContain(first);
  const lines = (await readFile(effectsFile, 'utf8')).trim().split('\n');
  const toggles = lines.filter((line) => line.startsWith('toggle'));
  expect(new Set(toggles).size, `${where}: doubled`).toBe(toggles.length);
  expect(toggles.length, where).toBeLessThanOrEqual(2);
  for (const line of lines.filter((one) => one.startsWith('late'))) {
    expect(Number(line.slice(5)), `${where}: ${line}`).toBeLessThan(lateMaxMs);
  }
  const open = await pool.query('select 1 from tomte.waits where settled_at is null');
  expect(open.rowCount, where).toBe(0);
}

/** Ends one life at that query, or after `killMs`, lets others live until one comes to the end, and looks at what became of it. */
export async function throughOne(
  life: Pick<WaitsLife, 'killAt' | 'kill'>,
  o: { where: string; folder: string; killMs?: number; lateMaxMs: number },
): Promise<Lived> {
  const { where, folder, killMs } = o;
  await using store = await freshStore();
  await prepared(store.connection);
  const effectsFile = join(folder, where.replaceAll(' ', '-'));
  const base = { connection: store.connection, effectsFile };
  const first = await live({ ...base, ...life, boot: `${where}-1` }, killMs);
  for (let boot = 2, last = first; last.code !== 0; boot++) {
    expect(boot, `${where}: no life came to its end`).toBeLessThan(6);
    last = await live({ ...base, killAt: 0, kill: 'before', boot: `${where}-${boot}` });
  }
  await expectTheStory(store.pool, effectsFile, where, o.lateMaxMs);
  return first;
}
