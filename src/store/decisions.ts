import { sql } from 'kysely';
import type { Db, NewRow, Row } from './tables.ts';

export type DecisionRow = Row<'decisions'>;
export type ChainRow = Row<'decision_chains'>;

export const decisionByKey = (
  db: Db,
  home: string,
  key: string,
): Promise<DecisionRow | undefined> =>
  db
    .selectFrom('decisions')
    .selectAll()
    .where('home_id', '=', home)
    .where('key', '=', key)
    .executeTakeFirst();

export const getDecision = (db: Db, id: string): Promise<DecisionRow | undefined> =>
  db.selectFrom('decisions').selectAll().where('id', '=', id).executeTakeFirst();

/** The newest with this prompt, newest first. */
export const decisionsByPrompt = (db: Db, home: string, hash: string): Promise<DecisionRow[]> =>
  db
    .selectFrom('decisions')
    .selectAll()
    .where('home_id', '=', home)
    .where('prompt_hash', '=', hash)
    .orderBy('seq', 'desc')
    .limit(5)
    .execute();

/** Newest first. */
export function listDecisions(
  db: Db,
  o: { home?: string; by?: string; key?: string; since?: number; before?: number; limit: number },
): Promise<DecisionRow[]> {
  let query = db.selectFrom('decisions').selectAll();
  if (o.home !== undefined) query = query.where('home_id', '=', o.home);
  if (o.by !== undefined) query = query.where('asked_by', '=', o.by);
  if (o.key !== undefined)
    query = query.where('key', 'like', `${o.key.replace(/[\\%_]/g, '\\$&')}%`);
  if (o.since !== undefined) query = query.where('at', '>=', o.since);
  if (o.before !== undefined) query = query.where('at', '<', o.before);
  return query.orderBy('at', 'desc').orderBy('seq', 'desc').limit(o.limit).execute();
}

/** In the order of the chain, after `after`, `upTo` included. */
export function chainPart(
  db: Db,
  o: { home: string; after: number; limit: number; upTo?: number | undefined },
): Promise<DecisionRow[]> {
  let query = db.selectFrom('decisions').selectAll().where('home_id', '=', o.home);
  if (o.upTo !== undefined) query = query.where('seq', '<=', o.upTo);
  return query.where('seq', '>', o.after).orderBy('seq').limit(o.limit).execute();
}

export const getChain = (db: Db, home: string): Promise<ChainRow | undefined> =>
  db.selectFrom('decision_chains').selectAll().where('home_id', '=', home).executeTakeFirst();

/** One writer of a home's chain at a time, until the transaction ends. */
export async function lockChain(db: Db, home: string): Promise<ChainRow | undefined> {
  await sql`select pg_advisory_xact_lock(hashtext('tomte.decisions'), hashtext(${home}))`.execute(
    db,
  );
  return getChain(db, home);
}

export async function addDecision(db: Db, row: NewRow<'decisions'>): Promise<void> {
  await db.insertInto('decisions').values(row).execute();
}

export async function saveChain(db: Db, row: NewRow<'decision_chains'>): Promise<void> {
  const { home_id: _home, ...rest } = row;
  await db
    .insertInto('decision_chains')
    .values(row)
    .onConflict((conflict) => conflict.column('home_id').doUpdateSet(rest))
    .execute();
}

/**
 * The last of those at the front that are all older; undefined without any. One that was written while
 * the clock stood wrong takes no younger one with it.
 */
export async function lastOfOlder(
  db: Db,
  home: string,
  at: number,
): Promise<DecisionRow | undefined> {
  const younger = await db
    .selectFrom('decisions')
    .select(({ fn }) => fn.min('seq').as('seq'))
    .where('home_id', '=', home)
    .where('at', '>=', at)
    .executeTakeFirst();
  let query = db.selectFrom('decisions').selectAll().where('home_id', '=', home);
  if (younger && younger.seq !== null) query = query.where('seq', '<', younger.seq);
  return query.orderBy('seq', 'desc').limit(1).executeTakeFirst();
}

export async function dropDecisions(db: Db, home: string, upTo: number): Promise<void> {
  await db.deleteFrom('decisions').where('home_id', '=', home).where('seq', '<=', upTo).execute();
}
