import { type Db, json, type Row } from './tables.ts';

export type EnergySettingsRow = Row<'energy_settings'>;

export const getEnergySettings = (db: Db, home: string): Promise<EnergySettingsRow | undefined> =>
  db.selectFrom('energy_settings').selectAll().where('home_id', '=', home).executeTakeFirst();

export type EnergyChange = Partial<
  Pick<EnergySettingsRow, 'tariff' | 'settings' | 'secrets_sealed' | 'markup' | 'peak' | 'answers'>
>;

/** Changes what is given; the rest stays. */
export async function saveEnergySettings(
  db: Db,
  { home, at }: { home: string; at: Date },
  change: EnergyChange,
): Promise<void> {
  const columns = {
    ...change,
    ...('settings' in change ? { settings: json(change.settings) ?? '{}' } : {}),
    ...('markup' in change ? { markup: json(change.markup) } : {}),
    ...('peak' in change ? { peak: json(change.peak) } : {}),
    ...('answers' in change ? { answers: json(change.answers) ?? '{}' } : {}),
    changed_at: at,
  };
  await db
    .insertInto('energy_settings')
    .values({ home_id: home, ...columns })
    .onConflict((conflict) => conflict.column('home_id').doUpdateSet(columns))
    .execute();
}
