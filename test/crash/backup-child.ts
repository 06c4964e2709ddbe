/** A backup or a restore that kills itself, and its database if told so, at a point it is told. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { loadConfig } from '../../src/config.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { openOffline } from '../../src/main/offline.ts';
import { restore } from '../../src/main/restore.ts';
import { saveBackup } from '../../src/main/save-backup.ts';

export interface Point {
  readonly what: 'backup' | 'restore';
  readonly dataDir: string;
  readonly file: string;
  /** With so many rows done, or around the statement that makes it hold. */
  readonly at: number | 'before commit' | 'after commit';
  readonly database: boolean;
}

const point = JSON.parse(process.argv[2]!) as Point;

function cut(): void {
  if (point.database) {
    const file = join(point.dataDir, 'postgres', 'postmaster.pid');
    process.kill(Number(readFileSync(file, 'utf8').split('\n')[0]), 'SIGKILL');
  }
  process.kill(process.pid, 'SIGKILL');
}

type Query = (this: pg.Client, ...args: unknown[]) => unknown;
const query = pg.Client.prototype.query as unknown as Query;
pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
  // A backup of what is there goes before; it commits too, and is not what is tried here.
  const mine = args[0] === 'commit' && restoring;
  if (mine && point.at === 'before commit') cut();
  const answer = query.apply(this, args);
  if (mine && point.at === 'after commit') void (answer as Promise<unknown>).finally(cut);
  return answer;
} as typeof pg.Client.prototype.query;

let restoring = false;
const config = loadConfig({ flags: { data: point.dataDir }, env: {} });
const common = { config, clock: systemClock, log: silentLog };
const reached = (done: number) => {
  if (typeof point.at === 'number' && done >= point.at) cut();
};

if (point.what === 'restore') {
  await restore({
    ...{ ...common, file: point.file, replace: true },
    onRows(phase, done) {
      restoring = phase === 'restoring';
      if (restoring) reached(done);
    },
  });
} else {
  const pieces = openOffline(config, silentLog).backup(new AbortController().signal);
  await saveBackup(config, pieces, point.file, reached);
}
process.exit(0);
