import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isError, TomteError } from '@tomte/sdk/errors';
import type { Config } from '../config.ts';
import { engineTables } from '../engine/tables.ts';
import { type Clock, iso } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { connectPlain, dumpDatabase, holdsRows, migrationsIn } from '../store/backup.ts';
import { keepBackup } from '../store/keep-backup.ts';
import { readMigrations } from '../store/migrate.ts';
import { openStore, type Store } from '../store/open.ts';
import { fingerprintOf } from '../store/seal.ts';
import type { Base } from './base.ts';
import { version } from './version.ts';

/** The data folder while it is ours, with its database. */
export interface Ground {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly base: Base;
}

/** Whoever takes a backup from a running service may pause so long; then the database is let go. */
const pauseMaxMs = 300_000;
const automaticMax = 5;
const automaticName = /^\d{8}T\d{9}Z-before-(migration|restore)\.backup$/;

/** A backup of the whole database, piece by piece. */
export const dump = ({ base, clock }: Ground, signal?: AbortSignal): AsyncGenerator<Buffer> =>
  dumpDatabase({
    connection: base.connection,
    engine: engineTables,
    program: version,
    key: fingerprintOf(base.key),
    clock,
    ...(signal ? { signal } : {}),
  });

/** The same for a running service, which has other work: one at a time. Throws backup.running. */
export function oneDump(ground: Ground): () => AsyncGenerator<Buffer> {
  let current: AbortController | null = null;
  return async function* () {
    if (current) throw new TomteError('backup.running', 'A backup is being made already');
    const mine = new AbortController();
    current = mine;
    const end = () => {
      if (current === mine) current = null;
    };
    const giveUp = () => {
      end();
      mine.abort(new TomteError('backup.interrupted', 'Nobody took the backup any more'));
    };
    try {
      for await (const piece of dump(ground, mine.signal)) {
        const cancel = ground.clock.after(pauseMaxMs, giveUp);
        try {
          yield piece;
        } finally {
          cancel();
        }
      }
    } finally {
      end();
    }
  };
}

/**
 * The person's store, brought up to this program's version; what it held before is backed up first.
 * Throws as openStore does, and names the last such backup where the tables are newer than the program.
 */
export async function openHomeStore(ground: Ground, o: { engineToo: boolean }): Promise<Store> {
  const { base, log, config } = ground;
  if (await isBehind(base, o.engineToo)) await keepAutomatic(ground, 'migration');
  try {
    return await openStore({ connection: base.connection, schema: 'tomte', log });
  } catch (error) {
    if (!isError(error, 'store.newer_than_program')) throw error;
    const last = (await automaticBackups(config)).at(-1);
    if (!last) throw error;
    throw new TomteError(error.code, error.message, {
      cause: error,
      details: { ...error.details, backup: last },
      hint: `Update Tomte, or go back to how it was before: tomte restore ${last} --replace`,
    });
  }
}

/** Whether there are rows in tables that are about to be changed. */
async function isBehind(base: Base, engineToo: boolean): Promise<boolean> {
  const client = await connectPlain(base.connection);
  try {
    const applied = (await migrationsIn(client)).at(-1)?.number ?? 0;
    const engine = engineToo ? await engineTables.versionIn(client) : null;
    const behind =
      applied < (await readMigrations()).length ||
      (engine !== null && engine < engineTables.version);
    return behind && (await holdsRows(client));
  } finally {
    await client.end();
  }
}

/** A backup in the data folder itself, beside the last few of its kind. Answers its path. */
export async function keepAutomatic(
  ground: Ground,
  before: 'migration' | 'restore',
): Promise<string> {
  const folder = join(ground.config.dataFolder, 'backups');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const stamp = iso(ground.clock.now()).replace(/[-:.]/g, '');
  const kept = await keepBackup(dump(ground), join(folder, `${stamp}-before-${before}.backup`));
  ground.log.info({ file: kept.path, bytes: kept.bytes }, `backed up before the ${before}`);
  for (const old of (await automaticBackups(ground.config)).slice(0, -automaticMax)) await rm(old);
  return kept.path;
}

/** Paths, oldest first. */
async function automaticBackups(config: Config): Promise<string[]> {
  const folder = join(config.dataFolder, 'backups');
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return [];
  });
  return names
    .filter((name) => automaticName.test(name))
    .sort()
    .map((name) => join(folder, name));
}
