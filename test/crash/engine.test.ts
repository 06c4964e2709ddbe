import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addHome, setMode } from '../../src/engine/testing.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { makeDataFolder } from '../../src/store/account.ts';
import { startEmbedded } from '../../src/store/embedded.ts';
import { openStore } from '../../src/store/open.ts';
import { freshStore } from '../../src/store/testing.ts';
import type { Life } from './engine-child.ts';
import { killPlaces, patienceMs } from './places.ts';
import { home } from './story.ts';

const child = fileURLToPath(new URL('./engine-child.ts', import.meta.url));
let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tomte-crash-'));
  // The database runs as another user when we are root, and must pass through.
  await chmod(folder, 0o711);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** One life, which complains of nothing; answers its exit code (null when it was killed) and what it printed. */
async function live(life: Life): Promise<{ code: number | null; printed: string }> {
  const running: ChildProcess = spawn(
    process.execPath,
    ['--conditions=tomte-source', child, JSON.stringify(life)],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let printed = '';
  running.stdout!.setEncoding('utf8').on('data', (part: string) => {
    printed += part;
  });
  let complaint = '';
  running.stderr!.setEncoding('utf8').on('data', (part: string) => {
    complaint += part;
  });
  const code = await new Promise<number | null>((resolve) => {
    running.once('close', (value) => resolve(value));
  });
  expect(complaint, life.boot).toBe('');
  return { code, printed };
}

/** The same story whatever was cut: every Run done, one alert, over, and each effect in its order. */
async function expectTheStory(
  pool: Pick<pg.Client, 'query'>,
  effectsFile: string,
  where: string,
): Promise<void> {
  const runs = await pool.query('select workflow, state from tomte.runs order by workflow');
  expect(
    runs.rows.map(({ workflow, state }) => `${workflow} ${state}`),
    where,
  ).toEqual(['three-steps done', 'water-watch done', 'water-watch done', 'water-watch done']);
  const alerts = await pool.query('select title, state from tomte.alerts');
  expect(alerts.rows, where).toEqual([{ title: 'Over: it stopped', state: 'resolved' }]);
  const engine = await pool.query(
    'select status, count(*)::int from dbos.workflow_status group by 1',
  );
  expect(engine.rows, where).toEqual([{ status: 'SUCCESS', count: 4 }]);
  const lines = (await readFile(effectsFile, 'utf8')).trim().split('\n');
  // A step under way may be done twice (its key is the same), but never after a later one.
  const once = (part: string[]) => part.filter((line, index) => line !== part[index - 1]);
  const water = lines.filter((line) => /^(alert|over)/.test(line));
  expect(once(water), where).toEqual([
    'alert Water runs',
    'alert Water still runs',
    'over Over: it stopped',
  ]);
  const three = once(lines.filter((line) => /^(one|act)/.test(line)));
  expect(three.length, where).toBe(2);
  expect(three[1], where).toMatch(/^act [0-9a-f]{24}\/act 1$/);
}

async function prepared(connection: pg.PoolConfig): Promise<void> {
  const store = await openStore({ connection, schema: 'tomte', log: silentLog });
  await addHome(store.db, home);
  await setMode(store.db, 'water-watch', 'on');
  await setMode(store.db, 'three-steps', 'on');
  await store.close();
}

/** Kills a life at the query, then lets others live until one reaches the end. */
async function liveThrough(life: Omit<Life, 'boot'>, where: string): Promise<void> {
  const first = await live({ ...life, boot: `${where}-1` });
  for (let boot = 2, last = first; last.code !== 0; boot++) {
    expect(boot, `${where}: no life came to its end`).toBeLessThan(6);
    last = await live({ ...life, killAt: 0, boot: `${where}-${boot}` });
  }
}

test('killed before and after any query, the story is the same', {
  timeout: patienceMs,
}, async () => {
  await using whole = await freshStore();
  await prepared(whole.connection);
  const effectsFile = join(folder, 'whole');
  const base = { connection: whole.connection, effectsFile, killAt: 0, kill: 'before' } as const;
  const { printed } = await live({ ...base, boot: 'whole' });
  await expectTheStory(whole.pool, effectsFile, 'whole');
  const queries = Number(printed);
  expect(queries).toBeGreaterThan(30);
  for (const killAt of killPlaces(queries, 5)) {
    const kill = killAt % 2 === 0 ? 'before' : 'after';
    const where = `${kill} query ${killAt} of ${queries}`;
    await using store = await freshStore();
    await prepared(store.connection);
    const file = join(folder, `${killAt}`);
    await liveThrough({ connection: store.connection, effectsFile: file, killAt, kill }, where);
    await expectTheStory(store.pool, file, where);
  }
});

test.each(['database', 'both'] as const)(
  'with the %s killed too',
  { timeout: 600_000 },
  async (kill) => {
    for (const killAt of [4, 15, 27, 40, 55, 70]) {
      const dataDir = join(folder, `${kill}-${killAt}`);
      await makeDataFolder(dataDir);
      const where = `${kill} at query ${killAt}`;
      const effectsFile = join(folder, `${kill}-${killAt}.effects`);
      const started = await startEmbedded({ dataDir, clock: systemClock, log: silentLog });
      await prepared(started.pool);
      await started.stop();
      await liveThrough({ dataDir, effectsFile, killAt, kill }, where);
      const again = await startEmbedded({ dataDir, clock: systemClock, log: silentLog });
      const client = new pg.Client(again.pool);
      await client.connect();
      await expectTheStory(client, effectsFile, where);
      await client.end();
      await again.stop();
    }
  },
);
