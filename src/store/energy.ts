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

export interface KeptRate {
  /** Epoch ms, both. */
  readonly start: number;
  readonly end: number;
  readonly buy: number;
  readonly sell: number | null;
}

const keptDays = 400;

/** Keeps rates in time order in place of all that stood in their time; what is older than a year and a month goes. */
export async function keepRates(db: Db, home: string, rates: readonly KeptRate[]): Promise<void> {
  const [first, last] = [rates[0], rates.at(-1)];
  if (!first || !last) return;
  const values = rates.map(({ start, end, buy, sell }) => ({
    home_id: home,
    starts_at: new Date(start),
    ends_at: new Date(end),
    ...{ buy, sell },
  }));
  await db.transaction().execute(async (tx) => {
    await tx
      .deleteFrom('energy_rates')
      .where('home_id', '=', home)
      .where((e) =>
        e.or([
          e('starts_at', '<', new Date(first.start - keptDays * 86_400_000)),
          e.and([
            e('starts_at', '>=', new Date(first.start)),
            e('starts_at', '<', new Date(last.end)),
          ]),
        ]),
      )
      .execute();
    // Another worker may keep the same hours at the same moment.
    await tx
      .insertInto('energy_rates')
      .values(values)
      .onConflict((conflict) =>
        conflict.columns(['home_id', 'starts_at']).doUpdateSet((row) => ({
          ends_at: row.ref('excluded.ends_at'),
          buy: row.ref('excluded.buy'),
          sell: row.ref('excluded.sell'),
        })),
      )
      .execute();
  });
}

/** Those that touch the window, in time order. */
export async function ratesBetween(
  db: Db,
  home: string,
  { start, end }: { start: number; end: number },
): Promise<KeptRate[]> {
  const rows = await db
    .selectFrom('energy_rates')
    .selectAll()
    .where('home_id', '=', home)
    .where('ends_at', '>', new Date(start))
    .where('starts_at', '<', new Date(end))
    .orderBy('starts_at')
    .execute();
  return rows.map((row) => ({
    ...{ start: row.starts_at.getTime(), end: row.ends_at.getTime() },
    ...{ buy: row.buy, sell: row.sell },
  }));
}

/** Mean W that a service foresaw of an hour, by its start; told before it began. */
export async function keepForeseen(
  db: Db,
  home: string,
  hours: ReadonlyMap<number, number>,
): Promise<void> {
  if (hours.size === 0) return;
  const values = [...hours].map(([start, watts]) => ({
    ...{ home_id: home, starts_at: new Date(start), watts },
  }));
  await db
    .insertInto('energy_foreseen')
    .values(values)
    .onConflict((c) =>
      c.columns(['home_id', 'starts_at']).doUpdateSet((e) => ({ watts: e.ref('excluded.watts') })),
    )
    .execute();
  const oldest = new Date(Math.min(...hours.keys()) - 90 * 86_400_000);
  await db
    .deleteFrom('energy_foreseen')
    .where('home_id', '=', home)
    .where('starts_at', '<', oldest)
    .execute();
}

export async function foreseenSince(
  db: Db,
  home: string,
  since: number,
): Promise<Map<number, number>> {
  const rows = await db
    .selectFrom('energy_foreseen')
    .select(['starts_at', 'watts'])
    .where('home_id', '=', home)
    .where('starts_at', '>=', new Date(since))
    .execute();
  return new Map(rows.map((row) => [row.starts_at.getTime(), row.watts]));
}

export type ForecastDayRow = Row<'forecast_days'>;

/** The first forecast of a day stands: a later one would have seen some of it. */
export async function keepForecastDay(
  db: Db,
  id: { home: string; series: 'load' | 'solar'; day: string },
  o: { at: Date; slots: unknown; baseline: unknown },
): Promise<void> {
  await db
    .insertInto('forecast_days')
    .values({
      ...{ home_id: id.home, series: id.series, day: id.day, made_at: o.at },
      ...{ slots: json(o.slots) ?? '[]', baseline: json(o.baseline) ?? '[]' },
    })
    .onConflict((conflict) => conflict.columns(['home_id', 'series', 'day']).doNothing())
    .execute();
}

/** Newest first. */
export const listForecastDays = (db: Db, home: string, limit: number): Promise<ForecastDayRow[]> =>
  db
    .selectFrom('forecast_days')
    .selectAll()
    .where('home_id', '=', home)
    .orderBy('day', 'desc')
    .orderBy('series')
    .limit(limit)
    .execute();

export async function scoreForecastDay(
  db: Db,
  id: { home: string; series: 'load' | 'solar'; day: string },
  score: { loss: number | null; baseline_loss: number | null; hours: number },
): Promise<void> {
  await db
    .updateTable('forecast_days')
    .set(score)
    .where('home_id', '=', id.home)
    .where('series', '=', id.series)
    .where('day', '=', id.day)
    .execute();
}
