import { sql } from 'kysely';
import type { Db } from './tables.ts';

export interface NewReading {
  readonly series: number;
  /** Epoch ms. */
  readonly at: number;
  /** Null where Home Assistant's text is no number; then `word` is it. */
  readonly value: number | null;
  readonly word: string | null;
  /** Rebuilt after a Gap. */
  readonly late: boolean;
}

const batchMax = 5_000;

/** Keeps readings; one that is there already stays. Answers how many were new. */
export async function keepReadings(db: Db, readings: readonly NewReading[]): Promise<number> {
  let kept = 0;
  for (let from = 0; from < readings.length; from += batchMax) {
    kept += await keepBatch(db, readings.slice(from, from + batchMax));
  }
  return kept;
}

async function keepBatch(db: Db, batch: readonly NewReading[]): Promise<number> {
  // Five arrays, whatever the size: one statement text, prepared once.
  const done = await sql`
    insert into readings (series_id, at, value, word, late)
    select * from unnest(
      ${batch.map((r) => r.series)}::integer[], ${batch.map((r) => r.at)}::bigint[],
      ${batch.map((r) => r.value)}::double precision[], ${batch.map((r) => r.word)}::text[],
      ${batch.map((r) => r.late)}::boolean[])
    on conflict (series_id, at) do nothing`.execute(db);
  return Number(done.numAffectedRows ?? 0n);
}

export interface KeptReading {
  readonly at: number;
  readonly value: number | null;
  readonly word: string | null;
}

/** Readings of one series in `[from, to)`, oldest first, at most `limit`. Times in epoch ms. */
export const readReadings = (
  db: Db,
  o: { series: number; from: number; to: number; limit?: number },
): Promise<KeptReading[]> =>
  db
    .selectFrom('readings')
    .select(['at', 'value', 'word'])
    .where('series_id', '=', o.series)
    .where('at', '>=', o.from)
    .where('at', '<', o.to)
    .orderBy('at')
    .limit(o.limit ?? 200_000)
    .execute();

/** Numbers alone, from the index alone: for charts over many readings. */
export const readNumbers = async (
  db: Db,
  o: { series: number; from: number; to: number },
): Promise<[number, number | null][]> => {
  const rows = await db
    .selectFrom('readings')
    .select(['at', 'value'])
    .where('series_id', '=', o.series)
    .where('at', '>=', o.from)
    .where('at', '<', o.to)
    .orderBy('at')
    .execute();
  return rows.map(({ at, value }) => [at, value]);
};

/** Times of those in `[from, to)` that were rebuilt after a Gap, epoch ms, oldest first. */
export const readLateTimes = async (
  db: Db,
  o: { series: number; from: number; to: number },
): Promise<number[]> => {
  const rows = await db
    .selectFrom('readings')
    .select('at')
    .where('series_id', '=', o.series)
    .where('at', '>=', o.from)
    .where('at', '<', o.to)
    .where('late', '=', true)
    .orderBy('at')
    .execute();
  return rows.map(({ at }) => at);
};

/** How many of a home's in `[from, to]` (epoch ms) became known only after a Gap. */
export async function countLateReadings(
  db: Db,
  o: { home: string; from: number; to: number },
): Promise<number> {
  const { n } = await db
    .selectFrom('readings')
    .innerJoin('series', 'series.id', 'readings.series_id')
    .select(({ fn }) => fn.countAll<string>().as('n'))
    .where('series.home_id', '=', o.home)
    .where('readings.at', '>=', o.from)
    .where('readings.at', '<=', o.to)
    .where('readings.late', '=', true)
    .executeTakeFirstOrThrow();
  return Number(n);
}

/** The newest reading at or before `at`: what held then, since no reading means unchanged. */
export const readingBefore = (
  db: Db,
  o: { series: number; at: number },
): Promise<KeptReading | undefined> =>
  db
    .selectFrom('readings')
    .select(['at', 'value', 'word'])
    .where('series_id', '=', o.series)
    .where('at', '<=', o.at)
    .orderBy('at', 'desc')
    .limit(1)
    .executeTakeFirst();

/**
 * Retention: drops readings older than `before`, series by series so that each delete walks the
 * key and holds few locks. Answers how many.
 */
export async function dropReadings(db: Db, before: number): Promise<number> {
  const series = await db.selectFrom('series').select('id').execute();
  let dropped = 0;
  for (const { id } of series) {
    const done = await db
      .deleteFrom('readings')
      .where('series_id', '=', id)
      .where('at', '<', before)
      .executeTakeFirst();
    dropped += Number(done.numDeletedRows);
  }
  return dropped;
}

/** Readings of several series in `[from, to)` in time order: the newest `limit` of them. Times in epoch ms. */
export async function readManyReadings(
  db: Db,
  o: { series: readonly number[]; from: number; to: number; limit: number },
): Promise<(KeptReading & { readonly series: number })[]> {
  if (o.series.length === 0) return [];
  const rows = await db
    .selectFrom('readings')
    .select(['series_id as series', 'at', 'value', 'word'])
    .where('series_id', 'in', o.series)
    .where('at', '>=', o.from)
    .where('at', '<', o.to)
    .orderBy('at', 'desc')
    .limit(o.limit)
    .execute();
  return rows.reverse();
}
