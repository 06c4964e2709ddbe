import { sql } from 'kysely';
import type { Db, Row } from './tables.ts';

export type SeriesRow = Row<'series'>;

/** Numbers of these entities' series, made where missing; a changed unit is kept. */
export async function seriesOf(
  db: Db,
  home: string,
  entities: readonly { readonly id: string; readonly unit: string | null }[],
): Promise<Map<string, number>> {
  if (entities.length === 0) return new Map();
  const ids = entities.map(({ id }) => id);
  const units = entities.map(({ unit }) => unit);
  const { rows } = await sql<{ id: number; entity_id: string }>`
    insert into series (home_id, entity_id, unit)
    select ${home}, entity_id, unit from unnest(${ids}::text[], ${units}::text[]) as u (entity_id, unit)
    on conflict (home_id, entity_id) do update set unit = excluded.unit
    returning id, entity_id`.execute(db);
  return new Map(rows.map((row) => [row.entity_id, row.id]));
}

export const listSeries = (db: Db, home: string): Promise<SeriesRow[]> =>
  db.selectFrom('series').selectAll().where('home_id', '=', home).orderBy('entity_id').execute();
