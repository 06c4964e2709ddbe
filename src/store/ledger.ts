/** What was saved, day by day and by device, and the habits it is held against. */
import { type Db, json, type Row } from './tables.ts';

export interface Habit {
  readonly device: string;
  /** Times of day at which it began, ms since midnight. */
  readonly starts: readonly number[];
  /** Local dates. */
  readonly firstDay: string;
  readonly lastDay: string;
}

export async function listHabits(db: Db, home: string): Promise<Habit[]> {
  const rows = await db
    .selectFrom('energy_habits')
    .selectAll()
    .where('home_id', '=', home)
    .execute();
  return rows.map((row) => ({
    ...{ device: row.device, starts: row.starts as number[] },
    ...{ firstDay: row.first_day, lastDay: row.last_day },
  }));
}

/** The first habit of a device stands: what is saved is held against how it was before. */
export async function keepHabit(db: Db, home: string, habit: Habit): Promise<void> {
  await db
    .insertInto('energy_habits')
    .values({
      ...{ home_id: home, device: habit.device, starts: json(habit.starts) ?? '[]' },
      ...{ first_day: habit.firstDay, last_day: habit.lastDay },
    })
    .onConflict((conflict) => conflict.columns(['home_id', 'device']).doNothing())
    .execute();
}

export type LedgerEntry = Omit<Row<'energy_ledger'>, 'home_id' | 'day'>;

/** A day that was told once is not told differently later. */
export async function keepLedgerDay(
  db: Db,
  { home, day, at }: { home: string; day: string; at: Date },
  entries: readonly LedgerEntry[],
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const { numInsertedOrUpdatedRows: isNew } = await tx
      .insertInto('energy_ledger_days')
      .values({ home_id: home, day, kept_at: at })
      .onConflict((conflict) => conflict.columns(['home_id', 'day']).doNothing())
      .executeTakeFirst();
    if (!isNew || entries.length === 0) return;
    await tx
      .insertInto('energy_ledger')
      .values(entries.map((entry) => ({ home_id: home, day, ...entry })))
      .execute();
  });
}

/** Newest first. */
export async function listLedgerDays(db: Db, home: string, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('energy_ledger_days')
    .select('day')
    .where('home_id', '=', home)
    .orderBy('day', 'desc')
    .limit(limit)
    .execute();
  return rows.map(({ day }) => day);
}

/** From a local date on, in order of time. */
export const listLedger = (db: Db, home: string, since: string): Promise<Row<'energy_ledger'>[]> =>
  db
    .selectFrom('energy_ledger')
    .selectAll()
    .where('home_id', '=', home)
    .where('day', '>=', since)
    .orderBy('day')
    .orderBy('device')
    .execute();

/** Begun anew: the next days are held against the weeks just before them. */
export async function dropLedger(db: Db, home: string): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await tx.deleteFrom('energy_ledger_days').where('home_id', '=', home).execute();
    await tx.deleteFrom('energy_habits').where('home_id', '=', home).execute();
  });
}
