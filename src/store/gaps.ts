import type { Db, NewRow, Row } from './tables.ts';

export type GapRow = Row<'gaps'>;

export async function addGap(db: Db, gap: NewRow<'gaps'>): Promise<void> {
  await db.insertInto('gaps').values(gap).execute();
}

/** Gaps that touch `[from, to)` (epoch ms), oldest first. */
export const listGaps = (
  db: Db,
  o: { home: string; from: number; to: number },
): Promise<GapRow[]> =>
  db
    .selectFrom('gaps')
    .selectAll()
    .where('home_id', '=', o.home)
    .where('ended_at', '>=', o.from)
    .where('began_at', '<', o.to)
    .orderBy('began_at')
    .execute();

/** Retention: Gaps that ended before `before`, epoch ms. */
export async function dropGaps(db: Db, before: number): Promise<number> {
  const done = await db.deleteFrom('gaps').where('ended_at', '<', before).executeTakeFirst();
  return Number(done.numDeletedRows);
}

/** A Gap as the Link tells it, of one home. */
export const gapRow = (
  home: string,
  gap: {
    readonly beganAt: number;
    readonly endedAt: number;
    readonly cause: string;
    readonly rebuilt: number;
    readonly unknownEntities: readonly string[];
  },
): NewRow<'gaps'> => ({
  home_id: home,
  began_at: gap.beganAt,
  ended_at: gap.endedAt,
  cause: gap.cause,
  rebuilt: gap.rebuilt,
  unknown_entities: gap.unknownEntities,
});
