import { sql } from 'kysely';
import type { Db, Row } from './tables.ts';

/**
 * Who looks after a home. Times are the database's: workers on several machines have clocks of
 * their own, and a lease means the same to all of them.
 */

export type LeaseRow = Row<'leases'>;

/**
 * Takes the home when nobody holds it, its holder is late, or its holder was an earlier start of
 * this worker. Answers the new token, which rises at each gain, or null.
 */
export async function gainLease(
  db: Db,
  o: { home: string; worker: string; boot: string; ttlMs: number },
): Promise<number | null> {
  const { rows } = await sql<{ token: number }>`
    insert into leases (home_id, worker, boot, token, renewed_at, expires_at)
    values (${o.home}, ${o.worker}, ${o.boot}, 1, now(), now() + ${o.ttlMs} * interval '1 ms')
    on conflict (home_id) do update set
      worker = excluded.worker, boot = excluded.boot, token = leases.token + 1,
      renewed_at = excluded.renewed_at, expires_at = excluded.expires_at
    where leases.expires_at <= now() or leases.worker = excluded.worker
    returning token`.execute(db);
  return rows[0]?.token ?? null;
}

/** False when somebody else took the home meanwhile: stop looking after it at once. */
export async function renewLease(
  db: Db,
  o: { home: string; token: number; ttlMs: number },
): Promise<boolean> {
  const done = await db
    .updateTable('leases')
    .set({ renewed_at: sql`now()`, expires_at: sql`now() + ${o.ttlMs} * interval '1 ms'` })
    .where('home_id', '=', o.home)
    .where('token', '=', o.token)
    .executeTakeFirst();
  return done.numUpdatedRows > 0n;
}

/** Gives the home back, so that another may take it at once. The row stays: its token goes on rising. */
export async function giveUpLease(db: Db, o: { home: string; token: number }): Promise<void> {
  await db
    .updateTable('leases')
    .set({ expires_at: sql`now()` })
    .where('home_id', '=', o.home)
    .where('token', '=', o.token)
    .execute();
}

/** The worker that looks after this home; after the first home that anybody looks after where none is named. */
export async function holderOf(db: Db, home: string | null): Promise<string | null> {
  const held = db.selectFrom('leases').select('worker').where('expires_at', '>', sql<Date>`now()`);
  const row = await (home === null ? held : held.where('home_id', '=', home))
    .orderBy('home_id')
    .limit(1)
    .executeTakeFirst();
  return row?.worker ?? null;
}
