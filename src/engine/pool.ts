import { Pool, type PoolConfig } from 'pg';
import type { Log } from '../lib/log.ts';
import { nameStatements } from '../store/statements.ts';

/** The durable engine's own connections. */
export function openPool(config: PoolConfig, log: Log): Pool {
  const pool = new Pool({
    max: 10,
    connectionTimeoutMillis: 5_000,
    // Kept: a home where little happens would pay for a new connection at each thing that does.
    idleTimeoutMillis: 0,
    ...config,
  });
  pool.on('error', (error) => {
    // One that is being closed may see the server go first.
    if (!pool.ending) log.warn({ error: String(error) }, 'a database connection ended');
  });
  const names = new Map<string, string>();
  pool.on('connect', (client) => {
    // The pool stops listening before a connection it ends is closed; a server that stops in that
    // moment would otherwise bring the program down.
    client.on('error', (error) => log.debug({ error: String(error) }, 'a connection ended'));
    nameStatements(client, names);
  });
  return pool;
}
