import { sql } from 'kysely';
import type { Db } from './tables.ts';

export interface Usage {
  readonly calls: number;
  readonly tokens: number;
  readonly cost: number;
}

/** What was asked on this day (such as `2026-11-26`) by one, and by all. */
export async function usageOf(
  db: Db,
  o: { day: string; by: string },
): Promise<{ own: Usage; all: Usage }> {
  const rows = await db.selectFrom('decision_usage').selectAll().where('day', '=', o.day).execute();
  const sum = (some: typeof rows): Usage => ({
    calls: some.reduce((total, { calls }) => total + calls, 0),
    tokens: some.reduce((total, { tokens }) => total + tokens, 0),
    cost: some.reduce((total, { cost }) => total + cost, 0),
  });
  return { own: sum(rows.filter(({ asked_by }) => asked_by === o.by)), all: sum(rows) };
}

/**
 * Counts one more request, with what it may come to, unless `refuses` what was asked so far. Askers take turns for it, in every worker, so
 * that no two of them count on the same rest.
 */
export async function takeUsage(
  db: Db,
  o: { day: string; by: string; tokens: number; cost: number },
  refuses: (used: { own: Usage; all: Usage }) => boolean,
): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtext('tomte.decision-usage'))`.execute(tx);
    if (refuses(await usageOf(tx, o))) return false;
    await addUsage(tx, { ...o, calls: 1 });
    return true;
  });
}

/** Adds to the day of one who asks; answers how often it was refused today. */
export async function addUsage(
  db: Db,
  o: { day: string; by: string } & Partial<Usage> & { refused?: number },
): Promise<number> {
  const { calls = 0, tokens = 0, cost = 0, refused = 0 } = o;
  const { rows } = await sql<{ refused: number }>`
    insert into decision_usage as u (day, asked_by, calls, tokens, cost, refused)
    values (${o.day}, ${o.by}, ${calls}, ${tokens}, ${cost}, ${refused})
    on conflict (day, asked_by) do update set calls = u.calls + excluded.calls,
      tokens = u.tokens + excluded.tokens, cost = u.cost + excluded.cost,
      refused = u.refused + excluded.refused
    returning refused`.execute(db);
  return rows[0]!.refused;
}

export async function dropUsage(db: Db, beforeDay: string): Promise<void> {
  await db.deleteFrom('decision_usage').where('day', '<', beforeDay).execute();
}
