/** Runs once for the whole test run: opens the door behind which the database server is started. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { systemClock } from '../lib/clock.ts';
import { silentLog } from '../lib/log.ts';
import { makeDataFolder } from './account.ts';
import { type Embedded, startEmbedded } from './embedded.ts';
import { openStore } from './open.ts';
import { templateDatabase } from './testing-names.ts';

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'tomte-test-'));
  const door = join(folder, 'door');
  let started: Promise<Embedded> | undefined;
  const server = createServer((socket) => {
    started ??= start(join(tmpdir(), `tomte-test-db-${process.pid}`));
    started.then(
      ({ pool }) => socket.end(JSON.stringify(pool)),
      (error: Error) => socket.end(JSON.stringify({ failed: error.message })),
    );
  });
  await new Promise<void>((resolve) => server.listen(door, resolve));
  project.provide('testDatabaseDoor', door);
  return async () => {
    server.close();
    await (await started)?.stop();
    await rm(folder, { recursive: true, force: true });
    await rm(join(tmpdir(), `tomte-test-db-${process.pid}`), { recursive: true, force: true });
  };
}

async function start(dataDir: string): Promise<Embedded> {
  await makeDataFolder(dataDir);
  const embedded = await startEmbedded({
    dataDir,
    clock: systemClock,
    log: silentLog,
    graceSeconds: 1,
    durable: false,
  });
  const client = new pg.Client(embedded.pool);
  await client.connect();
  await client.query(`create database ${templateDatabase}`);
  await client.end();
  const store = await openStore({
    connection: { ...embedded.pool, database: templateDatabase },
    schema: 'tomte',
    log: silentLog,
  });
  await store.close();
  return embedded;
}
