import { createHash } from 'node:crypto';
import { Pool, type PoolClient, type PoolConfig } from 'pg';
import type { Log } from '../lib/log.ts';

const namesMax = 300;

/**
 * The durable engine's own connections. Statements with parameters get a name, so that the server
 * plans each once: a quarter off the time of a Run. Those without stay nameless, because several
 * commands in one text (the engine's migrations) cannot have one.
 */
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

type Query = (...args: unknown[]) => unknown;

function nameStatements(client: PoolClient, names: Map<string, string>): void {
  const query = client.query.bind(client) as Query;
  const named: Query = (text, values, ...rest) => {
    if (typeof text !== 'string' || !Array.isArray(values) || values.length === 0) {
      return query(text, values, ...rest);
    }
    const name = nameOf(text, names);
    return name ? query({ name, text, values }, ...rest) : query(text, values, ...rest);
  };
  client.query = named as typeof client.query;
}

function nameOf(text: string, names: Map<string, string>): string | null {
  let name = names.get(text);
  if (!name && names.size < namesMax) {
    name = createHash('sha1').update(text).digest('base64url');
    names.set(text, name);
  }
  return name ?? null;
}
