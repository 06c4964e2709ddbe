import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { accountFor, spawnAs } from '../../src/store/account.ts';

const binaries = '/usr/lib/postgresql/15/bin';
const run = promisify(execFile);

/** Why there is none, for the name of a test that is skipped; null when there is one. */
export const noPostgres15 =
  process.env.TEST_DATABASE_URL15 || existsSync(join(binaries, 'postgres'))
    ? null
    : 'SKIPPED: no PostgreSQL 15 here (Debian 12: apt-get install postgresql), TEST_DATABASE_URL15 is not set';

export interface Postgres15 {
  /** As DATABASE_URL takes it. */
  readonly url: string;
  close(): Promise<void>;
}

/** The oldest PostgreSQL that DATABASE_URL supports: that of Debian 12, or the one TEST_DATABASE_URL15 names. */
export async function openPostgres15(): Promise<Postgres15> {
  const given = process.env.TEST_DATABASE_URL15;
  if (given) return { url: given, close: async () => {} };
  const folder = await mkdtemp(join(tmpdir(), 'tomte-pg15-'));
  const cluster = join(folder, 'data');
  const account = await accountFor(cluster);
  if (account.other) await chown(folder, account.uid, account.gid);
  const as = { ...spawnAs(account), cwd: '/' };
  const how = ['--auth=trust', '--no-sync', '--encoding=UTF8', '--locale=C'];
  await run(join(binaries, 'initdb'), ['-D', cluster, '-U', 'tomte', ...how], as);
  const child = spawn(
    join(binaries, 'postgres'),
    ['-D', cluster, '-k', folder, '-c', 'listen_addresses=', '-c', 'fsync=off'],
    { ...as, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
  });
  let log = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      log += part;
      if (log.includes('ready to accept connections')) resolve();
    });
    child.once('error', reject);
    child.once('close', () => reject(new Error(`PostgreSQL 15 ended:\n${log}`)));
  });
  return {
    url: `postgresql://tomte@localhost/postgres?host=${encodeURIComponent(folder)}`,
    async close() {
      child.kill('SIGINT');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
