import { type Db, json, type NewRow, type Row } from './tables.ts';

export type EpisodeRow = Row<'episodes'>;

/** Keeps an Episode as its newest finding says. Answers whether it was told until now; null when it is new. */
export async function saveEpisode(
  db: Db,
  episode: NewRow<'episodes'> & { hidden: boolean },
): Promise<{ hidden: boolean } | null> {
  const known = await db
    .selectFrom('episodes')
    .select('hidden')
    .where('id', '=', episode.id)
    .executeTakeFirst();
  // What was told once stays told: people hear of its end.
  const hidden = known ? known.hidden && episode.hidden : episode.hidden;
  const row = { ...episode, hidden, finding: json(episode.finding) };
  const { state, cleared_at, since, finding } = row;
  await db
    .insertInto('episodes')
    .values(row)
    .onConflict((conflict) =>
      conflict
        .column('id')
        .doUpdateSet({ state, cleared_at: cleared_at ?? null, since, finding, hidden }),
    )
    .execute();
  return known ?? null;
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

export const getEpisode = (
  db: Db,
  o: { home: string; id: string },
): Promise<EpisodeRow | undefined> =>
  db
    .selectFrom('episodes')
    .selectAll()
    .where('home_id', '=', o.home)
    .where('id', '=', o.id)
    .executeTakeFirst();

/** From now on it is told. */
export async function tellEpisode(db: Db, id: string): Promise<void> {
  await db.updateTable('episodes').set({ hidden: false }).where('id', '=', id).execute();
}

/** Newest first; `since` (epoch ms) leaves out what was found before. */
export function listEpisodes(
  db: Db,
  o: {
    home: string;
    state?: 'open' | 'over';
    detector?: string | undefined;
    since?: number;
    limit?: number;
  },
): Promise<EpisodeRow[]> {
  let query = db.selectFrom('episodes').selectAll().where('home_id', '=', o.home);
  if (o.state !== undefined) query = query.where('state', '=', o.state);
  if (o.since !== undefined) query = query.where('raised_at', '>=', o.since);
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
