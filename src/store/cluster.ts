import { execFile } from 'node:child_process';
import { chmod, chown, lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { TomteError } from '@tomte/sdk/errors';
import { type Account, spawnAs, statOrNull } from './account.ts';
import type { Binaries } from './binaries.ts';

const run = promisify(execFile);

/** The only database user; its socket folder admits nobody else, so it has no password. */
export const databaseUser = 'tomte';

/**
 * Makes the cluster: in a folder beside, without syncing each file, then one sync and a rename.
 * The version file is written early, so a half-made cluster under its final name would look whole.
 */
export async function makeCluster(o: {
  cluster: string;
  binaries: Binaries;
  account: Account;
  /** False only for databases of tests, which are thrown away. */
  sync: boolean;
}): Promise<void> {
  const unfinished = `${o.cluster}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished);
  await chmod(unfinished, 0o700);
  if (o.account.other) await chown(unfinished, o.account.uid, o.account.gid);
  // The built-in locale sorts the same on every system, also after the system's library changed.
  await initdb(o, [
    ...['-D', unfinished, '-U', databaseUser, '--auth=trust', '--no-sync', '--no-instructions'],
    ...['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'],
  ]);
  if (o.sync) await initdb(o, ['-D', unfinished, '--sync-only']);
  await rename(unfinished, o.cluster);
  if (o.sync) await syncFolder(dirname(o.cluster));
}

async function initdb(o: { binaries: Binaries; account: Account }, args: string[]): Promise<void> {
  try {
    await run(o.binaries.initdb, args, {
      ...spawnAs(o.account),
      cwd: '/',
      env: { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin' },
    });
  } catch (cause) {
    const { stderr = '' } = cause as { stderr?: string };
    throw new TomteError('store.start_failed', 'The database could not be made', {
      cause,
      ...(/user does not exist/.test(stderr)
        ? {
            hint: `PostgreSQL wants its user (${o.account.uid}) to be in /etc/passwd. Add it, or set DATABASE_URL to a PostgreSQL of yours.`,
          }
        : {}),
      details: { log: stderr.trim().split('\n').slice(-10) },
    });
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export const clusterExists = async (cluster: string): Promise<boolean> =>
  (await statOrNull(join(cluster, 'PG_VERSION'))) !== null;

/**
 * Folder of the socket, 0700: whoever may enter may be the database user. A path of more than 107
 * bytes is refused by the system, so a deep data folder gets a short one elsewhere.
 */
export async function makeSocketFolder(
  preferred: string,
  short: string,
  account: Account,
): Promise<string> {
  const folder = Buffer.byteLength(join(preferred, '.s.PGSQL.5432.lock')) > 107 ? short : preferred;
  await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  const found = await lstat(folder);
  const ours = [account.uid, process.getuid?.()].includes(found.uid) && found.isDirectory();
  // The short folder lies where everybody may write: one that a stranger made is not used.
  if (!ours) {
    throw new TomteError('store.start_failed', `${folder} belongs to somebody else`, {
      details: { folder },
    });
  }
  await chmod(folder, 0o700);
  if (account.other) await chown(folder, account.uid, account.gid);
  return folder;
}
