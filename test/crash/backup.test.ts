/** Backup and restore killed in the middle, with and without the database: nothing is ever half. */
import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { makeDataFolder } from '../../src/store/account.ts';
import { startEmbedded } from '../../src/store/embedded.ts';
import { openStore } from '../../src/store/open.ts';
import { inspectBackup } from '../../src/store/restore.ts';
import { tomte } from '../kit/tomte.ts';
import type { Point } from './backup-child.ts';

const child = fileURLToPath(new URL('./backup-child.ts', import.meta.url));
const rows = { old: 60_000, new: 90_000 };
let folder = '';
const at = (name: string) => join(folder, name);

/** A data folder with one home, named as the folder, and so many readings. */
async function fill(name: 'old' | 'new'): Promise<void> {
  await makeDataFolder(at(name));
  const embedded = await startEmbedded({
    ...{ dataDir: at(name), clock: systemClock, log: silentLog },
  });
  const store = await openStore({ connection: embedded.pool, schema: 'tomte', log: silentLog });
  await store.pool.query(
    `insert into homes (id, name, address, version, time_zone, currency, user_name, user_id, user_admin, token_sealed)
     values ('h', '${name}', 'http://127.0.0.1:1', '1', 'UTC', 'EUR', 'u', 'u', true, 'x');
     insert into series (home_id, entity_id) values ('h', 'sensor.water');
     insert into readings (series_id, at, value)
       select 1, g, random() from generate_series(1, ${rows[name]}) g`,
  );
  await store.close();
  await embedded.stop();
}

/** Begins, and dies at that point. */
async function die(point: Point): Promise<void> {
  const args = ['--conditions=tomte-source', child, JSON.stringify(point)];
  const life = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  const by = await new Promise((resolve) => {
    life.once('close', (_, signal) => resolve(signal));
  });
  expect(by, 'it came to its end').toBe('SIGKILL');
}

/** Name of the home and number of readings, by a backup of what is there. */
async function content(name: string): Promise<[string, number]> {
  const ran = await tomte(['backup', at('content.backup')], { dataDir: at(name) });
  expect(ran.code, ran.err).toBe(0);
  const { header } = await inspectBackup(at('content.backup'));
  const homes = await tomte(['homes', '--json'], { dataDir: at(name) });
  const [home] = homes.json() as { name: string }[];
  return [home!.name, header.tables.find((table) => table.name === 'readings')!.rows];
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tomte-crash-backup-'));
  await chmod(folder, 0o755);
  await fill('old');
  await fill('new');
  const ran = await tomte(['backup', at('new.backup')], { dataDir: at('new') });
  expect(ran.code, ran.err).toBe(0);
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each([
  [1, false],
  [50_000, true],
  [90_000, false],
] as const)('a backup killed after %i rows', { timeout: 120_000 }, async (rowsDone, database) => {
  const earlier = await readFile(at('new.backup'));
  const point = { what: 'backup', dataDir: at('new'), at: rowsDone, database } as const;
  await die({ ...point, file: at('new.backup') });
  // Under the name there still is the one before, whole; what was begun lies beside it.
  expect(await readFile(at('new.backup'))).toEqual(earlier);
  await die({ ...point, file: at('fresh.backup') });
  await expect(stat(at('fresh.backup'))).rejects.toMatchObject({ code: 'ENOENT' });
  const again = await tomte(['backup', at('fresh.backup')], { dataDir: at('new') });
  expect(again.code, again.err).toBe(0);
  await inspectBackup(at('fresh.backup'));
  await expect(stat(at('fresh.backup.part'))).rejects.toMatchObject({ code: 'ENOENT' });
  await rm(at('fresh.backup'));
});

test.each([
  [1, false],
  [40_000, true],
  [90_000, false],
  ['before commit', true],
  ['before commit', false],
] as const)('a restore killed at %s', { timeout: 120_000 }, async (where, database) => {
  const file = at('new.backup');
  await die({ what: 'restore', dataDir: at('old'), file, at: where, database });
  expect(await content('old')).toEqual(['old', rows.old]);
});

test('killed when it is done, it is done', { timeout: 120_000 }, async () => {
  const point = {
    what: 'restore',
    dataDir: at('old'),
    at: 'after commit',
    database: true,
  } as const;
  await die({ ...point, file: at('new.backup') });
  expect(await content('old')).toEqual(['new', rows.new]);
});
