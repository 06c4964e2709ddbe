import type { Db, Row } from './tables.ts';

export type ClockJumpRow = Row<'clock_jumps'>;

/** `byMs` is positive when the clock went ahead, as after a sleep. */
export async function addClockJump(db: Db, o: { at: Date; byMs: number }): Promise<void> {
  await db
    .insertInto('clock_jumps')
    .values({ at: o.at, by_ms: Math.round(o.byMs) })
    .execute();
}

/** Jumps that touch `[from, to)`: the stretch that was jumped over counts. Oldest first. */
export async function listClockJumps(db: Db, o: { from: Date; to: Date }): Promise<ClockJumpRow[]> {
  const rows = await db
    .selectFrom('clock_jumps')
    .selectAll()
    .where('at', '>=', o.from)
    .orderBy('at')
    .limit(200)
    .execute();
  return rows.filter((row) => row.at.getTime() - Math.max(0, row.by_ms) < o.to.getTime());
}

export async function dropClockJumps(db: Db, before: Date): Promise<void> {
  await db.deleteFrom('clock_jumps').where('at', '<', before).execute();
}
