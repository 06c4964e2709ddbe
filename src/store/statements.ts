import { createHash } from 'node:crypto';
import type { PoolClient } from 'pg';

/** Distinct texts that get a name; lists of any length make more of them, and those are not worth one. */
const namesMax = 300;

type Query = (...args: unknown[]) => unknown;

/**
 * Statements with parameters get a name, so that each connection's server process reads and plans them once: a
 * third off the time of a short one. Those without stay nameless, because several commands in one text
 * (migrations) cannot have one. `names` is shared by the connections of a pool; `keep` changes parameters.
 */
export function nameStatements(
  client: PoolClient,
  names: Map<string, string>,
  keep: (value: unknown) => unknown = (value) => value,
): void {
  const query = client.query.bind(client) as Query;
  const named: Query = (text, given, ...rest) => {
    const values = Array.isArray(given) ? given.map(keep) : given;
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
