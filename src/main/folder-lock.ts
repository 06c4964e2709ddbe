import { randomBytes } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TomteError } from '@tomte/sdk/errors';

/** Who owns the data folder; `started` tells a re-used pid from the owner. */
interface Owner {
  readonly pid: number;
  readonly started: string;
}

export interface FolderLock {
  release(): Promise<void>;
}

/**
 * One owner a data folder. A lock whose owner is dead is taken over; a pid that now belongs to
 * another program is told by its start time (Linux). Throws store.folder_in_use.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const path = join(folder, 'lock');
  const own: Owner = { pid: process.pid, started: await startOf(process.pid) };
  for (let attempt = 0; attempt < 3; attempt++) {
    if (await create(path, own)) return { release: () => rm(path, { force: true }) };
    const owner = await readOwner(path);
    if (owner && (await alive(owner))) {
      throw new TomteError(
        'store.folder_in_use',
        `${folder} belongs to a running Tomte (pid ${owner.pid})`,
      );
    }
    await clear(path, owner);
  }
  throw new TomteError(
    'store.folder_in_use',
    `${folder} is being taken by another Tomte right now`,
  );
}

const aside = (path: string) => `${path}.${randomBytes(6).toString('hex')}`;

/** Whole or not at all: an empty lock would look like nobody's to who reads it in that moment. */
async function create(path: string, own: Owner): Promise<boolean> {
  const part = aside(path);
  await writeFile(part, JSON.stringify(own), { mode: 0o600, flag: 'wx' });
  try {
    await link(part, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(part, { force: true });
  }
}

/** Takes a dead owner's lock away. Two may see it dead at once, and the slower must not take the faster's new one. */
async function clear(path: string, dead: Owner | null): Promise<void> {
  const taken = aside(path);
  try {
    await rename(path, taken);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const found = await readOwner(taken);
  const another = found !== null && (found.pid !== dead?.pid || found.started !== dead.started);
  if (another) await link(taken, path).catch(ignoreTaken);
  await rm(taken, { force: true });
}

function ignoreTaken(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

async function readOwner(path: string): Promise<Owner | null> {
  try {
    const owner = JSON.parse(await readFile(path, 'utf8')) as Partial<Owner>;
    return typeof owner.pid === 'number' && typeof owner.started === 'string'
      ? (owner as Owner)
      : null;
  } catch (error) {
    // No lock of ours, or removed since: nobody owns it.
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT')
      return null;
    throw error;
  }
}

async function alive(owner: Owner): Promise<boolean> {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const started = await startOf(owner.pid);
  return started === '' || owner.started === '' || started === owner.started;
}

/** Start time of a process in clock ticks since boot (field 22 of /proc/PID/stat); empty where there is no /proc. */
async function startOf(pid: number): Promise<string> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
