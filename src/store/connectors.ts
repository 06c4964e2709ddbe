import { sql } from 'kysely';
import { type Db, json, type Row } from './tables.ts';

/** Requests of one day have a row of their own, which is no question. */
const requestsKey = 'requests';

export type ConnectorSettingsRow = Row<'connector_settings'>;
export type FactsRow = Row<'connector_cache'>;

/** A Connector of a home, as it was set up: its kind, or `kind:label` where there are several. */
export interface ConnectorId {
  readonly home: string;
  readonly connector: string;
}
/** One question to it. */
export interface FactsId extends ConnectorId {
  readonly key: string;
}

export const listConnectorSettings = (db: Db, home: string): Promise<ConnectorSettingsRow[]> =>
  db
    .selectFrom('connector_settings')
    .selectAll()
    .where('home_id', '=', home)
    .orderBy('connector')
    .execute();

export const getConnectorSettings = (
  db: Db,
  { home, connector }: ConnectorId,
): Promise<ConnectorSettingsRow | undefined> =>
  db
    .selectFrom('connector_settings')
    .selectAll()
    .where('home_id', '=', home)
    .where('connector', '=', connector)
    .executeTakeFirst();

export async function saveConnectorSettings(
  db: Db,
  { home, connector }: ConnectorId,
  row: { settings: unknown; secrets_sealed: Buffer | null },
): Promise<void> {
  const settings = json(row.settings) ?? '{}';
  const changed = { settings, secrets_sealed: row.secrets_sealed, changed_at: sql<Date>`now()` };
  await db
    .insertInto('connector_settings')
    .values({ home_id: home, connector, ...changed })
    .onConflict((conflict) => conflict.columns(['home_id', 'connector']).doUpdateSet(changed))
    .execute();
}

export async function removeConnectorSettings(db: Db, id: ConnectorId): Promise<boolean> {
  const done = await db
    .deleteFrom('connector_settings')
    .where('home_id', '=', id.home)
    .where('connector', '=', id.connector)
    .executeTakeFirst();
  return done.numDeletedRows > 0n;
}

export const readFacts = (db: Db, id: FactsId): Promise<FactsRow | undefined> =>
  db
    .selectFrom('connector_cache')
    .selectAll()
    .where('home_id', '=', id.home)
    .where('connector', '=', id.connector)
    .where('key', '=', id.key)
    .executeTakeFirst();

/** Keeps what was answered; whatever failed before is over. */
export async function keepFacts(
  db: Db,
  { home, connector, key }: FactsId,
  facts: { value: unknown; fetchedAt: Date; validUntil: Date },
): Promise<void> {
  const row = {
    value: json(facts.value) ?? 'null',
    fetched_at: facts.fetchedAt,
    valid_until: facts.validUntil,
    error: null,
    failed_at: null,
  };
  await db
    .insertInto('connector_cache')
    .values({ home_id: home, connector, key, ...row })
    .onConflict((c) => c.columns(['home_id', 'connector', 'key']).doUpdateSet(row))
    .execute();
}

/** Keeps why the newest attempt failed, beside the last good facts. */
export async function failFacts(
  db: Db,
  { home, connector, key }: FactsId,
  { error, at }: { error: unknown; at: Date },
): Promise<void> {
  const row = { error: json(error), failed_at: at };
  const never = { value: 'null', fetched_at: new Date(0), valid_until: new Date(0) };
  await db
    .insertInto('connector_cache')
    .values({ home_id: home, connector, key, ...never, ...row })
    .onConflict((c) => c.columns(['home_id', 'connector', 'key']).doUpdateSet(row))
    .execute();
}

/** Of all its questions the one that was asked last. */
export const newestFacts = (
  db: Db,
  { home, connector }: ConnectorId,
): Promise<FactsRow | undefined> =>
  db
    .selectFrom('connector_cache')
    .selectAll()
    .where('home_id', '=', home)
    .where('connector', '=', connector)
    .where('key', '!=', requestsKey)
    .orderBy(sql`greatest(fetched_at, failed_at)`, 'desc')
    .limit(1)
    .executeTakeFirst();

/** Forgets all answers, so that the next question is asked anew; the day's count stays. */
export async function forgetFacts(db: Db, id: ConnectorId): Promise<void> {
  await db
    .deleteFrom('connector_cache')
    .where('home_id', '=', id.home)
    .where('connector', '=', id.connector)
    .where('key', '!=', requestsKey)
    .execute();
}

/** Counts one request of this day (such as `2026-11-26`); answers how many there were with it. */
export async function countRequest(
  db: Db,
  { home, connector }: ConnectorId,
  { day, at }: { day: string; at: Date },
): Promise<number> {
  const first = { day, count: 1 };
  const counted = await db
    .insertInto('connector_cache')
    .values({
      home_id: home,
      connector,
      key: requestsKey,
      value: json(first),
      fetched_at: at,
      valid_until: at,
    })
    .onConflict((c) =>
      c.columns(['home_id', 'connector', 'key']).doUpdateSet({
        fetched_at: at,
        value: sql`case when connector_cache.value->>'day' = ${day}
          then jsonb_set(connector_cache.value, '{count}', to_jsonb((connector_cache.value->>'count')::int + 1))
          else ${json(first)}::jsonb end`,
      }),
    )
    .returning('value')
    .executeTakeFirstOrThrow();
  return (counted.value as { count: number }).count;
}
