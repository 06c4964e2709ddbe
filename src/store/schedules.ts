import type { Db, Row } from './tables.ts';

export type ScheduleRow = Row<'schedules'>;

export const listSchedules = (db: Db, home: string): Promise<ScheduleRow[]> =>
  db.selectFrom('schedules').selectAll().where('home_id', '=', home).execute();

/** Where it stands after a due time, or at its beginning. */
export async function saveSchedule(db: Db, row: ScheduleRow): Promise<void> {
  const { last_due, next_due } = row;
  await db
    .insertInto('schedules')
    .values(row)
    .onConflict((conflict) =>
      conflict.columns(['home_id', 'workflow', 'spec']).doUpdateSet({ last_due, next_due }),
    )
    .execute();
}

/** A spec that is no more: should it come back, it begins anew. */
export async function dropSchedule(
  db: Db,
  o: Pick<ScheduleRow, 'home_id' | 'workflow' | 'spec'>,
): Promise<void> {
  await db
    .deleteFrom('schedules')
    .where('home_id', '=', o.home_id)
    .where('workflow', '=', o.workflow)
    .where('spec', '=', o.spec)
    .execute();
}

/** The soonest due time of a workflow, epoch ms. */
export async function nextDueOf(
  db: Db,
  o: { home: string; workflow: string },
): Promise<number | null> {
  const row = await db
    .selectFrom('schedules')
    .select((rows) => rows.fn.min('next_due').as('next'))
    .where('home_id', '=', o.home)
    .where('workflow', '=', o.workflow)
    .executeTakeFirst();
  return row?.next ?? null;
}
