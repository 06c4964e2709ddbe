import { type Db, json, type NewRow, type Row } from './tables.ts';

export type EpisodeRow = Row<'episodes'>;

/** Keeps an Episode as its newest finding says. True when it was not known before. */
export async function saveEpisode(db: Db, episode: NewRow<'episodes'>): Promise<boolean> {
  const known = await db
    .selectFrom('episodes')
    .select('id')
    .where('id', '=', episode.id)
    .executeTakeFirst();
  const row = { ...episode, finding: json(episode.finding) };
  const { state, cleared_at, since, finding } = row;
  await db
    .insertInto('episodes')
    .values(row)
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet({ state, cleared_at: cleared_at ?? null, since, finding }),
    )
    .execute();
  return known === undefined;
}

export async function endEpisode(
  db: Db,
  o: { id: string; clearedAt: number },
): Promise<EpisodeRow | undefined> {
  return db
    .updateTable('episodes')
    .set({ state: 'over', cleared_at: o.clearedAt })
    .where('id', '=', o.id)
    .where('state', '=', 'open')
    .returningAll()
    .executeTakeFirst();
}

/** Newest first. */
export function listEpisodes(
  db: Db,
  o: { home: string; state?: 'open' | 'over'; detector?: string; limit?: number },
): Promise<EpisodeRow[]> {
  let query = db.selectFrom('episodes').selectAll().where('home_id', '=', o.home);
  if (o.state !== undefined) query = query.where('state', '=', o.state);
  if (o.detector !== undefined) query = query.where('detector', '=', o.detector);
  return query
    .orderBy('raised_at', 'desc')
    .limit(o.limit ?? 100)
    .execute();
}

/** Retention: Episodes that were over before `before`, epoch ms. */
export async function dropEpisodes(db: Db, before: number): Promise<number> {
  const done = await db
    .deleteFrom('episodes')
    .where('state', '=', 'over')
    .where('cleared_at', '<', before)
    .executeTakeFirst();
  return Number(done.numDeletedRows);
}
