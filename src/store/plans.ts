import { type Db, json, type Row } from './tables.ts';

export type PlanPinRow = Row<'plan_pins'>;
export type EnergyPlanRow = Row<'energy_plans'>;

/** Those that hold at `now`. */
export const listPins = (db: Db, home: string, now: Date): Promise<PlanPinRow[]> =>
  db
    .selectFrom('plan_pins')
    .selectAll()
    .where('home_id', '=', home)
    .where((e) => e.or([e('until', 'is', null), e('until', '>', now)]))
    .orderBy('load')
    .execute();

export async function savePin(db: Db, row: PlanPinRow): Promise<void> {
  const { home_id: _home, load: _load, ...columns } = row;
  await db
    .insertInto('plan_pins')
    .values(row)
    .onConflict((conflict) => conflict.columns(['home_id', 'load']).doUpdateSet(columns))
    .execute();
}

export async function dropPin(db: Db, o: { home: string; load: string }): Promise<void> {
  await db
    .deleteFrom('plan_pins')
    .where('home_id', '=', o.home)
    .where('load', '=', o.load)
    .execute();
}

export const getPlan = (db: Db, home: string): Promise<EnergyPlanRow | undefined> =>
  db.selectFrom('energy_plans').selectAll().where('home_id', '=', home).executeTakeFirst();

export async function savePlan(db: Db, row: EnergyPlanRow): Promise<void> {
  const columns = {
    made_at: row.made_at,
    made_of: row.made_of,
    asked: json(row.asked),
    plan: json(row.plan),
  };
  await db
    .insertInto('energy_plans')
    .values({ home_id: row.home_id, ...columns })
    .onConflict((conflict) => conflict.column('home_id').doUpdateSet(columns))
    .execute();
}
