/**
 * Test kit: one database server a test run, started at the first wish, and a database a call, copied
 * from a migrated template (25 ms). The server belongs to the run (`testing.setup.ts`).
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import pg from 'pg';
import { inject } from 'vitest';
import { silentLog } from '../lib/log.ts';
import { openStore, type Store } from './open.ts';
import { templateDatabase } from './testing-names.ts';

declare module 'vitest' {
  interface ProvidedContext {
    testDatabaseDoor: string;
  }
}

export interface FreshStore extends Store {
  /** For rooms that make a pool of their own. */
  readonly connection: pg.PoolConfig;
  /** Opens a second schema, such as `demo`, or a second pool on the same one. */
  another(schema?: string): Promise<Store>;
  [Symbol.asyncDispose](): Promise<void>;
}

let server: Promise<pg.PoolConfig> | undefined;
let made = 0;

/** An empty store with schema `tomte`; `close()` also drops its database. */
export async function freshStore(): Promise<FreshStore> {
  server ??= askForServer();
  const base = await server;
  const database = `test_${process.pid}_${++made}`;
  await administer(base, `create database ${database} template ${templateDatabase}`);
  const connection = { ...base, database };
  const opened: Store[] = [];
  const open = async (schema: string) => {
    const store = await openStore({ connection, schema, log: silentLog });
    opened.push(store);
    return store;
  };
  const store = await open('tomte');
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= (async () => {
      await Promise.all(opened.map((one) => one.close()));
      await administer(base, `drop database ${database} with (force)`);
    })();
    return closed;
  };
  const another = (schema = 'tomte') => open(schema);
  return { ...store, connection, another, close, [Symbol.asyncDispose]: close };
}

async function administer(base: pg.PoolConfig, statement: string): Promise<void> {
  const client = new pg.Client({ ...base, database: 'postgres' });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

async function askForServer(): Promise<pg.PoolConfig> {
  const socket = connect(inject('testDatabaseDoor'));
  let text = '';
  socket.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  await once(socket, 'close');
  const answer = JSON.parse(text) as pg.PoolConfig & { failed?: string };
  if (answer.failed) throw new Error(answer.failed);
  return answer;
}
