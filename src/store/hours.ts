import type { HourRow } from '@tomte/sdk/home';
import { sql } from 'kysely';
import type { Db } from './tables.ts';

const batchMax = 5_000;

/** Keeps hourly statistics; an hour that is there is replaced (Home Assistant corrects the last one). */
export async function keepHours(db: Db, series: number, hours: readonly HourRow[]): Promise<void> {
  for (let from = 0; from < hours.length; from += batchMax) {
    const batch = hours.slice(from, from + batchMax);
    await sql`
      insert into hours (series_id, at, mean, min, max, change)
      select ${series}, * from unnest(
        ${batch.map((h) => h.start)}::bigint[], ${batch.map((h) => h.mean)}::double precision[],
        ${batch.map((h) => h.min)}::double precision[], ${batch.map((h) => h.max)}::double precision[],
        ${batch.map((h) => h.change)}::double precision[])
      on conflict (series_id, at) do update set
        mean = excluded.mean, min = excluded.min, max = excluded.max, change = excluded.change`.execute(
      db,
    );
  }
}

/** Hours of one series that begin in `[from, to)`, oldest first. */
export const readHours = (
  db: Db,
  o: { series: number; from: number; to: number },
): Promise<HourRow[]> =>
  db
    .selectFrom('hours')
    .select(['at as start', 'mean', 'min', 'max', 'change'])
    .where('series_id', '=', o.series)
    .where('at', '>=', o.from)
    .where('at', '<', o.to)
    .orderBy('at')
    .execute();

/** Start of the newest hour kept of any series of a home, epoch ms; null where none is. */
export async function newestHour(db: Db, home: string): Promise<number | null> {
  const row = await db
    .selectFrom('hours')
    .innerJoin('series', 'series.id', 'hours.series_id')
    .select((q) => q.fn.max('hours.at').as('at'))
    .where('series.home_id', '=', home)
    .executeTakeFirst();
  return row?.at ?? null;
}

/** Hours of several series that begin in `[from, to)`, oldest first, by series. */
export async function readManyHours(
  db: Db,
  o: { series: readonly number[]; from: number; to: number },
): Promise<Map<number, HourRow[]>> {
  const bySeries = new Map<number, HourRow[]>();
  if (o.series.length === 0) return bySeries;
  const rows = await db
    .selectFrom('hours')
    .select(['series_id', 'at as start', 'mean', 'min', 'max', 'change'])
    .where('series_id', 'in', o.series)
    .where('at', '>=', o.from)
    .where('at', '<', o.to)
    .orderBy('at')
    .execute();
  for (const { series_id: id, ...hour } of rows) {
    const kept = bySeries.get(id);
    if (kept) kept.push(hour);
    else bySeries.set(id, [hour]);
  }
  return bySeries;
}
