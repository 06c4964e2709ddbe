import { sql } from 'kysely';
import { type Db, json, type NewRow, type Row } from './tables.ts';

export type ApprovalRow = Row<'approvals'>;

/** False when it is there already: a question is asked once, whatever crashes. */
export async function addApproval(db: Db, row: NewRow<'approvals'>): Promise<boolean> {
  const done = await db
    .insertInto('approvals')
    .values({ ...row, options: json(row.options), action: json(row.action) })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst();
  return (done.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export const getApproval = (db: Db, id: string): Promise<ApprovalRow | undefined> =>
  db.selectFrom('approvals').selectAll().where('id', '=', id).executeTakeFirst();

export const listApprovals = (
  db: Db,
  o: {
    home?: string | undefined;
    state?: ApprovalRow['state'] | undefined;
    limit: number;
  },
): Promise<ApprovalRow[]> =>
  db
    .selectFrom('approvals')
    .selectAll()
    .$if(o.home !== undefined, (q) => q.where('home_id', '=', o.home!))
    .$if(o.state !== undefined, (q) => q.where('state', '=', o.state!))
    .orderBy('asked_at', 'desc')
    .orderBy('id')
    .limit(o.limit)
    .execute();

/** The first answer in time counts: undefined when it was answered before, or its time is over. */
export const answerApproval = (
  db: Db,
  o: { id: string; answer: string; by: string | null; at: Date },
): Promise<ApprovalRow | undefined> =>
  db
    .updateTable('approvals')
    .set({ state: 'answered', answer: o.answer, answered_by: o.by, answered_at: o.at })
    .where('id', '=', o.id)
    .where('state', '=', 'open')
    .where('expires_at', '>', o.at)
    .returningAll()
    .executeTakeFirst();

/** Those whose time is over take their fallback. */
export const expireApprovals = (
  db: Db,
  o: { homes: readonly string[]; now: Date },
): Promise<ApprovalRow[]> =>
  o.homes.length === 0
    ? Promise.resolve([])
    : db
        .updateTable('approvals')
        .set({ state: 'expired', answer: sql<string>`fallback`, answered_at: o.now })
        .where('home_id', 'in', [...o.homes])
        .where('state', '=', 'open')
        .where('expires_at', '<=', o.now)
        .returningAll()
        .execute();

/** The Run ended, so nobody needs to answer any more. */
export const cancelApprovals = (
  db: Db,
  o: { homes: readonly string[]; now: Date },
): Promise<ApprovalRow[]> =>
  o.homes.length === 0
    ? Promise.resolve([])
    : db
        .updateTable('approvals')
        .set({ state: 'cancelled', answered_at: o.now })
        .from('runs')
        .whereRef('runs.id', '=', 'approvals.run')
        .where('approvals.home_id', 'in', [...o.homes])
        .where('approvals.state', '=', 'open')
        .where('runs.ended_at', 'is not', null)
        .returningAll('approvals')
        .execute();

/** Answers that the waiting Run has not taken yet: a crash may have come between. */
export const unheardAnswers = (db: Db, homes: readonly string[]): Promise<ApprovalRow[]> =>
  homes.length === 0
    ? Promise.resolve([])
    : db
        .selectFrom('approvals')
        .innerJoin('waits', (join) =>
          join
            .onRef('waits.run', '=', 'approvals.run')
            .onRef('waits.position', '=', 'approvals.position'),
        )
        .selectAll('approvals')
        .where('waits.home_id', 'in', [...homes])
        .where('waits.kind', '=', 'approval')
        .where('waits.settled_at', 'is', null)
        .where('approvals.state', 'in', ['answered', 'expired'])
        .execute();

/** A yes to a button of an alert that did nothing yet: a crash may have come between. */
export const unusedYeses = (
  db: Db,
  o: { homes: readonly string[]; since: Date },
): Promise<ApprovalRow[]> =>
  o.homes.length === 0
    ? Promise.resolve([])
    : db
        .selectFrom('approvals')
        .selectAll()
        .where('home_id', 'in', [...o.homes])
        .where('alert', 'is not', null)
        .where('state', '=', 'answered')
        .where('answer', '=', 'yes')
        .where('used_at', 'is', null)
        .where('answered_at', '>', o.since)
        .execute();

/**
 * Uses up a yes for the Action of this hash, if it was given after `since`. The key that used it may
 * use it again after a crash; no other may. False when any of it is otherwise.
 */
export async function spendApproval(
  db: Db,
  o: { id: string; home: string; hash: string; key: string; since: Date; now: Date },
): Promise<boolean> {
  const done = await db
    .updateTable('approvals')
    .set({ used_by: o.key, used_at: sql<Date>`coalesce(used_at, ${o.now}::timestamptz)` })
    .where('id', '=', o.id)
    .where('home_id', '=', o.home)
    .where('kind', '=', 'action')
    .where('state', '=', 'answered')
    .where('answer', '=', 'yes')
    .where('action_hash', '=', o.hash)
    .where('answered_at', '>', o.since)
    .where((eb) => eb.or([eb('used_by', 'is', null), eb('used_by', '=', o.key)]))
    .executeTakeFirst();
  return done.numUpdatedRows > 0n;
}
