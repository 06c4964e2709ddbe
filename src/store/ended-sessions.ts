import type { Db } from './tables.ts';

/** One setting each: two workers that end sessions at once do not undo each other's. */
const prefix = 'ended session ';

/** Until when each would have been good, epoch ms, by its id. */
export async function readEndedSessions(db: Db): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('settings')
    .select(['name', 'value'])
    .where('name', 'like', `${prefix}%`)
    .execute();
  return new Map(rows.map(({ name, value }) => [name.slice(prefix.length), Number(value)]));
}

export async function keepEndedSession(db: Db, id: string, until: number): Promise<void> {
  await db
    .insertInto('settings')
    .values({ name: prefix + id, value: JSON.stringify(until) })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Those that would be over by themselves need not be remembered. */
export async function dropEndedSessions(db: Db, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const names = ids.map((id) => prefix + id);
  await db.deleteFrom('settings').where('name', 'in', names).execute();
}
