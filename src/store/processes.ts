import { readdir, readFile, readlink, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';

/** What the server writes about itself, and who really runs on its folder. */

const isGone = (error: unknown) =>
  ['ENOENT', 'ESRCH', 'EACCES', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');

async function textOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}

export interface PidFile {
  readonly pid: number;
  readonly socketDir: string;
  readonly ready: boolean;
}

/** `postmaster.pid`: line 1 process id, line 5 socket folder, line 8 status. */
export async function readPidFile(cluster: string): Promise<PidFile | null> {
  const text = await textOrNull(join(cluster, 'postmaster.pid'));
  const lines = text?.split('\n') ?? [];
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 1) return null;
  return { pid, socketDir: lines[4] ?? '', ready: lines[7]?.trim() === 'ready' };
}

/**
 * True when that process is a PostgreSQL working in this folder. A dead process, a zombie, and a
 * stranger that got the number after a crash are not: the number alone says nothing.
 */
export async function runsOn(cluster: string, pid: number): Promise<boolean> {
  if (process.platform !== 'linux') return isAlive(pid);
  try {
    const folder = await readlink(`/proc/${pid}/cwd`);
    const program = await readlink(`/proc/${pid}/exe`);
    return folder === cluster && isPostgres(program);
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

// After an update the file is gone from the disk, and Linux says so behind its name.
const isPostgres = (program: string) =>
  basename(program.replace(/ \(deleted\)$/, '')) === 'postgres';

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, as somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * After kill -9 of the server a busy backend lives on and holds the shared memory; the next server
 * refuses to start as long as it runs. Ends every PostgreSQL process working in this folder.
 */
export async function endOrphans(cluster: string, clock: Clock, log: Log): Promise<number> {
  if (process.platform !== 'linux') return 0;
  let ended = 0;
  for (let round = 0; round < 100; round++) {
    const orphans = await processesOn(cluster);
    if (orphans.length === 0) return ended;
    if (round === 0) log.warn({ processes: orphans }, 'ending what a killed database left behind');
    for (const pid of orphans) {
      try {
        process.kill(pid, 'SIGKILL');
        ended++;
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    }
    await clock.sleep(10);
  }
  return ended;
}

async function processesOn(cluster: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const ours = await Promise.all(pids.map((pid) => runsOn(cluster, pid)));
  return pids.filter((_, index) => ours[index]);
}

/** Removes what a killed server left, so that a stranger with its number does not block the start. */
export async function removeLeftovers(cluster: string, socketDir: string): Promise<void> {
  await rm(join(cluster, 'postmaster.pid'), { force: true });
  await rm(join(socketDir, '.s.PGSQL.5432'), { force: true });
  await rm(join(socketDir, '.s.PGSQL.5432.lock'), { force: true });
}
