import { sql } from 'kysely';
import { type Change, type Db, json, type NewRow, type Row } from './tables.ts';

export type AlertRow = Row<'alerts'>;
export type AlertState = AlertRow['state'];

/**
 * Opens the Alert of this key, or answers the open one untouched: `opened` tells which. Two at
 * once, or one after a crash, get the same row.
 */
export async function openAlert(
  db: Db,
  alert: NewRow<'alerts'>,
): Promise<{ row: AlertRow; opened: boolean }> {
  for (;;) {
    const opened = await db
      .insertInto('alerts')
      .values(written(alert))
      // The word stands in the statement: planned once, with a value left open, it fits no partial index.
      .onConflict((conflict) =>
        conflict
          .columns(['home_id', 'key'])
          .where(sql.ref('state'), '<>', sql.lit('resolved'))
          .doNothing(),
      )
      .returningAll()
      .executeTakeFirst();
    if (opened) return { row: opened, opened: true };
    const row = await findOpenAlert(db, { home: alert.home_id, key: alert.key });
    // It was resolved between the two statements: then this is a new one after all.
    if (row) return { row, opened: false };
  }
}

export const findOpenAlert = (
  db: Db,
  o: { home: string; key: string },
): Promise<AlertRow | undefined> =>
  db
    .selectFrom('alerts')
    .selectAll()
    .where('home_id', '=', o.home)
    .where('key', '=', o.key)
    .where('state', '<>', 'resolved')
    .executeTakeFirst();

export const getAlert = (db: Db, id: string): Promise<AlertRow | undefined> =>
  db.selectFrom('alerts').selectAll().where('id', '=', id).executeTakeFirst();

/** For a change that depends on what is there: holds the row until the transaction ends. */
export const lockAlert = (tx: Db, id: string): Promise<AlertRow | undefined> =>
  tx.selectFrom('alerts').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();

/** The newest of this key, over or not, held until the transaction ends. */
export const lockLatestAlert = (
  tx: Db,
  o: { home: string; key: string },
): Promise<AlertRow | undefined> =>
  tx
    .selectFrom('alerts')
    .selectAll()
    .where('home_id', '=', o.home)
    .where('key', '=', o.key)
    .orderBy('created_at', 'desc')
    .limit(1)
    .forUpdate()
    .executeTakeFirst();

/** Two openings of one key wait for each other, also while no row is there yet to lock. */
export async function lockAlertKey(tx: Db, o: { home: string; key: string }): Promise<void> {
  const name = `${o.home}\n${o.key}`;
  await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(tx);
}

/** The same for many keys, in an order that two who hold some of the same never wait for each other. */
export async function lockAlertKeys(
  tx: Db,
  keys: readonly { readonly home: string; readonly key: string }[],
): Promise<void> {
  const names = keys.map(({ home, key }) => `${home}\n${key}`);
  await sql`
    select pg_advisory_xact_lock(hash) from (
      select distinct hashtextextended(name, 0) as hash from unnest(${names}::text[]) as name
      order by hash
    ) as ordered`.execute(tx);
}

/** Of these keys those that an alert has or had, as places in the list. */
export async function knownAlertKeys(
  tx: Db,
  keys: readonly { readonly home: string; readonly key: string }[],
): Promise<Set<number>> {
  const { rows } = await sql<{ place: number }>`
    select asked.place from unnest(
      ${keys.map(({ home }) => home)}::text[], ${keys.map(({ key }) => key)}::text[]
    ) with ordinality as asked (home, key, place)
    where exists (select from alerts where home_id = asked.home and alerts.key = asked.key)`.execute(
    tx,
  );
  return new Set(rows.map(({ place }) => Number(place) - 1));
}

export async function changeAlert(
  db: Db,
  id: string,
  change: Omit<Change<'alerts'>, 'id' | 'home_id'>,
): Promise<AlertRow | undefined> {
  return db
    .updateTable('alerts')
    .set(written(change))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
}

/** With the columns that hold JSON as the text they are written as. */
function written<T extends object>(row: T): T {
  const given = jsonColumns.filter((name) => name in row);
  const texts = given.map((name) => [name, json((row as Partial<NewRow<'alerts'>>)[name])]);
  return { ...row, ...(Object.fromEntries(texts) as Partial<T>) };
}

const jsonColumns = ['facts', 'choices', 'turns', 'last_words', 'action'] as const;

/** How many alerts each of these explains; those without any are left out. */
export async function countChildren(
  db: Db,
  alerts: readonly string[],
): Promise<Map<string, number>> {
  if (alerts.length === 0) return new Map();
  const rows = await db
    .selectFrom('alerts')
    .select(['parent', (eb) => eb.fn.countAll<string>().as('children')])
    .where('parent', 'in', [...alerts])
    .groupBy('parent')
    .execute();
  return new Map(rows.map(({ parent, children }) => [parent!, Number(children)]));
}

/**
 * Newest first. A question told like an alert is none, nor is what nobody was told of, unless it is
 * asked for by the alert that explains it.
 */
export function listAlerts(
  db: Db,
  o: {
    home?: string | undefined;
    state?: AlertState | undefined;
    parent?: string | undefined;
    /** All that are not over. */
    unresolved?: boolean;
    limit?: number | undefined;
  },
): Promise<AlertRow[]> {
  let query = db.selectFrom('alerts').selectAll().where('approval', 'is', null);
  query =
    o.parent === undefined
      ? query.where('told_at', 'is not', null)
      : query.where('parent', '=', o.parent);
  if (o.home !== undefined) query = query.where('home_id', '=', o.home);
  if (o.state !== undefined) query = query.where('state', '=', o.state);
  if (o.unresolved) query = query.where('state', '<>', 'resolved');
  return query
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(o.limit ?? 100)
    .execute();
}

/** Retention: Alerts that were over before `before`, with their Deliveries. */
export async function dropAlerts(db: Db, before: Date): Promise<number> {
  const done = await db
    .deleteFrom('alerts')
    .where('state', '=', 'resolved')
    .where('resolved_at', '<', before)
    .executeTakeFirst();
  return Number(done.numDeletedRows);
}

/** Retention: that a morning had its digest. */
export async function dropDigests(db: Db, before: Date): Promise<void> {
  await db.deleteFrom('digests').where('at', '<', before).execute();
}

/** Those not over that tell of one episode. */
export const openAlertsOfEpisode = (
  db: Db,
  o: { home: string; episode: string },
): Promise<AlertRow[]> =>
  db
    .selectFrom('alerts')
    .selectAll()
    .where('home_id', '=', o.home)
    .where('episode', '=', o.episode)
    .where('state', '<>', 'resolved')
    .execute();

/** Open alerts that this workflow told. */
export const openAlertsOf = (db: Db, o: { home: string; workflow: string }): Promise<AlertRow[]> =>
  db
    .selectFrom('alerts')
    .selectAll()
    .where('home_id', '=', o.home)
    .where('workflow', '=', o.workflow)
    .where('approval', 'is', null)
    .where('state', '<>', 'resolved')
    .execute();
