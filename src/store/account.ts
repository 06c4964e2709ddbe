import { chmod, mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { TomteError } from '@tomte/sdk/errors';

/**
 * The account the database server runs as. PostgreSQL refuses to run as root, so root hands it to
 * an account without rights; everybody else runs it as themselves.
 */
export interface Account {
  readonly uid: number;
  readonly gid: number;
  /** True when it is another account than ours: files must be given to it, processes started as it. */
  readonly other: boolean;
}

const nobody = 65534;

/** Data that an ordinary user made stays that user's, also when root starts Tomte on it. */
export async function accountFor(cluster: string): Promise<Account> {
  const ours = { uid: process.getuid?.() ?? -1, gid: process.getgid?.() ?? -1 };
  if (ours.uid !== 0) return { ...ours, other: false };
  const owner = await statOrNull(cluster);
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid, other: true };
  return { uid: nobody, gid: nobody, other: true };
}

/** What `spawn` needs to start a program as that account. */
export const spawnAs = (account: Account): { uid?: number; gid?: number } =>
  account.other ? { uid: account.uid, gid: account.gid } : {};

/**
 * Makes the data folder where it is missing. Folders made here get the mode that lets the account
 * through; a folder that was there keeps its mode.
 */
export async function makeDataFolder(folder: string): Promise<void> {
  try {
    const first = await mkdir(folder, { recursive: true });
    if (first === undefined) return;
    const mode = process.getuid?.() === 0 ? 0o711 : 0o700;
    for (let made = resolve(folder); ; made = dirname(made)) {
      // mkdir obeys the umask; a umask of 077 would shut the server's account out.
      await chmod(made, mode);
      if (made === resolve(first)) break;
    }
  } catch (cause) {
    throw new TomteError(
      'store.folder_unreachable',
      `The data folder ${folder} cannot be made or used: ${(cause as Error).message}`,
      { cause, details: { folder } },
    );
  }
}

/** The first folder on the way that the account may not pass, or null. */
export async function barrierFor(account: Account, folder: string): Promise<string | null> {
  if (!account.other) return null;
  const steps: string[] = [];
  for (let at = resolve(folder); ; at = dirname(at)) {
    steps.unshift(at);
    if (at === dirname(at)) break;
  }
  for (const step of steps) {
    const found = await statOrNull(step);
    if (found && !may(account, found, 0o1)) return step;
  }
  return null;
}

/** Whether the account has the right `bit` (4 read, 1 pass or run) by the file's mode. */
export function may(
  account: Account,
  file: { uid: number; gid: number; mode: number },
  bit: number,
): boolean {
  const shift = file.uid === account.uid ? 6 : file.gid === account.gid ? 3 : 0;
  return ((file.mode >> shift) & bit) === bit;
}

export async function statOrNull(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}
