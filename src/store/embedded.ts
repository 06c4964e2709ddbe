import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { open, readFile, realpath, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TomteError } from '@tomte/sdk/errors';
import type { PoolConfig } from 'pg';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { type Account, accountFor, barrierFor, makeDataFolder, spawnAs } from './account.ts';
import { type Binaries, findBinaries } from './binaries.ts';
import { clusterExists, databaseUser, makeCluster, makeSocketFolder } from './cluster.ts';
import { endOrphans, isAlive, readPidFile, removeLeftovers, runsOn } from './processes.ts';
import { letGo, postWarden } from './warden.ts';

export interface Embedded {
  /** Unix socket, no password: the folder of the socket admits only this account. */
  readonly pool: PoolConfig;
  readonly url: string;
  /** Resolves when the server ended although nobody asked it to; never after `stop()`. */
  readonly died: Promise<Error>;
  readonly pid: number;
  /** True when a server that outlived its Tomte was taken over. */
  readonly reused: boolean;
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  readonly dataDir: string;
  readonly log: Log;
  readonly clock: Clock;
  /** How long the server outlives a Tomte that was killed. */
  readonly graceSeconds?: number;
  /** False only for databases of tests: nothing is synced to disk. */
  readonly durable?: boolean;
}

/** Small enough for a Raspberry Pi, and none of the parts that one machine does not need. */
const settings = (durable: boolean): Record<string, string> => ({
  listen_addresses: '',
  unix_socket_permissions: '0700',
  max_connections: '60',
  shared_buffers: '48MB',
  work_mem: '4MB',
  maintenance_work_mem: '32MB',
  max_wal_size: '96MB',
  min_wal_size: '32MB',
  wal_level: 'minimal',
  max_wal_senders: '0',
  wal_compression: 'pglz',
  checkpoint_timeout: '15min',
  io_method: 'sync',
  jit: 'off',
  max_worker_processes: '2',
  max_parallel_workers: '0',
  max_parallel_workers_per_gather: '0',
  autovacuum_worker_slots: '2',
  autovacuum_max_workers: '2',
  // Index-only scans of readings need the visibility map, which inserts alone seldom renew.
  autovacuum_vacuum_insert_scale_factor: '0.05',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_messages: 'warning',
  log_checkpoints: 'off',
  // The text of a failed statement may hold what a person wrote; it is not for a log file.
  log_min_error_statement: 'panic',
  ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
});

const startPatienceMs = 300_000;
const logSizeMax = 1_000_000;

/**
 * Starts the PostgreSQL that came with npm on `<dataDir>/postgres`, or takes over the one that
 * still runs there. Throws store.folder_unreachable, store.platform_unsupported, store.start_failed.
 */
export async function startEmbedded(o: EmbeddedOptions): Promise<Embedded> {
  await makeDataFolder(o.dataDir);
  // The server knows its folder by the real path, and so do the checks below.
  const dataDir = await realpath(o.dataDir);
  const cluster = join(dataDir, 'postgres');
  const account = await accountFor(cluster);
  const barrier = await barrierFor(account, dataDir);
  if (barrier !== null) throw unreachable(o.dataDir, barrier);
  const name = createHash('sha256').update(dataDir).digest('hex').slice(0, 12);
  const socketDir = await makeSocketFolder(join(dataDir, 'socket'), `/tmp/tomte-${name}`, account);

  const running = await readPidFile(cluster);
  if (running && (await runsOn(cluster, running.pid))) {
    await untilReady(cluster, running.pid, null, o);
    return watch({ ...o, cluster, socketDir, account, pid: running.pid, child: null });
  }
  await endOrphans(cluster, o.clock, o.log);
  await removeLeftovers(cluster, socketDir);
  const binaries = await findBinaries({ dataDir, account, log: o.log });
  if (!(await clusterExists(cluster))) {
    o.log.info({ folder: cluster }, 'making the database');
    await makeCluster({ cluster, binaries, account, sync: o.durable !== false });
  }
  const child = await spawnServer({ ...o, dataDir, cluster, socketDir, account, binaries });
  await untilReady(cluster, child.pid!, child, { ...o, dataDir });
  return watch({ ...o, cluster, socketDir, account, pid: child.pid!, child });
}

const unreachable = (dataDir: string, barrier: string) =>
  new TomteError(
    'store.folder_unreachable',
    `As root the database runs as another user, who may not pass through ${barrier}`,
    {
      hint: `Choose another data folder with --data DIR, or let users pass: chmod o+x ${barrier}`,
      details: { folder: dataDir, barrier },
    },
  );

const logFile = (dataDir: string) => join(dataDir, 'postgres.log');

async function spawnServer(o: {
  dataDir: string;
  cluster: string;
  socketDir: string;
  account: Account;
  binaries: Binaries;
  durable?: boolean;
}): Promise<ChildProcess> {
  const args = ['-D', o.cluster, '-k', o.socketDir];
  for (const [key, value] of Object.entries(settings(o.durable !== false))) {
    args.push('-c', `${key}=${value}`);
  }
  const path = logFile(o.dataDir);
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  const output = await open(path, size > logSizeMax ? 'w' : 'a', 0o600);
  try {
    const child = spawn(o.binaries.postgres, args, {
      ...spawnAs(o.account),
      cwd: '/',
      detached: true,
      // A file, not a pipe: the server may outlive us and must never wait for a reader.
      stdio: ['ignore', output.fd, output.fd],
      env: { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin' },
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    letGo(child);
    return child;
  } catch (cause) {
    throw new TomteError('store.start_failed', 'The database server cannot be run', { cause });
  } finally {
    await output.close();
  }
}

/** Until the server takes connections. A recovery after a crash may take minutes on a slow disk. */
async function untilReady(
  cluster: string,
  pid: number,
  child: ChildProcess | null,
  o: { dataDir: string; clock: Clock; log: Log },
): Promise<void> {
  const began = o.clock.ticks();
  let told = false;
  for (;;) {
    const found = await readPidFile(cluster);
    if (found?.pid === pid && found.ready) return;
    const ended = child ? child.exitCode !== null || child.signalCode !== null : !isAlive(pid);
    const waitedMs = o.clock.ticks() - began;
    if (ended || waitedMs > startPatienceMs) {
      const message = ended ? 'The database ended at its start' : 'The database does not get ready';
      throw new TomteError('store.start_failed', message, {
        details: { log: await lastLines(logFile(o.dataDir)) },
      });
    }
    if (waitedMs > 5_000 && !told) {
      told = true;
      o.log.warn({}, 'the database is recovering; this may take a minute');
    }
    await o.clock.sleep(5);
  }
}

async function lastLines(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.trim().split('\n').slice(-10);
}

async function watch(o: {
  cluster: string;
  socketDir: string;
  account: Account;
  pid: number;
  child: ChildProcess | null;
  clock: Clock;
  log: Log;
  graceSeconds?: number;
}): Promise<Embedded> {
  const { pid, child, clock, cluster } = o;
  const warden = await postWarden({
    ...o,
    owner: randomUUID(),
    graceSeconds: o.graceSeconds ?? 60,
  });
  // Not by the number alone: where nobody collects dead processes it stays taken.
  const alive = async () =>
    child ? child.exitCode === null && child.signalCode === null : runsOn(cluster, pid);
  let stopping = false;
  let quitWatching = () => {};
  const died = new Promise<Error>((resolve) => {
    const tell = () => {
      quitWatching();
      if (!stopping) resolve(new TomteError('store.unavailable', 'The database server ended'));
    };
    child?.once('exit', tell);
    // A server taken over is no child of ours: the system tells us nothing, so we look.
    if (!child) {
      quitWatching = clock.every(500, () => {
        alive().then((lives) => lives || tell(), tell);
      });
    }
  });
  return {
    pool: { host: o.socketDir, port: 5432, user: databaseUser, database: 'postgres' },
    url: `postgresql://${databaseUser}@localhost/postgres?host=${encodeURIComponent(o.socketDir)}`,
    died,
    pid,
    reused: child === null,
    async stop() {
      if (stopping) return;
      stopping = true;
      quitWatching();
      if (await alive()) await stopServer(pid, alive, clock, o.log);
      await warden.dismiss();
      if (!o.socketDir.startsWith(dirname(cluster))) await removeIfEmpty(o.socketDir);
    },
  };
}

async function removeIfEmpty(folder: string): Promise<void> {
  await rmdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (!['ENOENT', 'ENOTEMPTY'].includes(error.code ?? '')) throw error;
  });
}

/** Fast (rolls open transactions back), then immediate: the next start recovers from the log. */
async function stopServer(
  pid: number,
  alive: () => Promise<boolean>,
  clock: Clock,
  log: Log,
): Promise<void> {
  const began = clock.ticks();
  process.kill(pid, 'SIGINT');
  let pressed = false;
  while (await alive()) {
    if (clock.ticks() - began > 15_000 && !pressed) {
      pressed = true;
      log.warn({}, 'the database does not stop; ending it at once');
      process.kill(pid, 'SIGQUIT');
    }
    await clock.sleep(3);
  }
}
