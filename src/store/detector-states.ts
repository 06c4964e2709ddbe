import { type Db, json } from './tables.ts';

export interface DetectorState {
  /** What the detector's `save()` gave. */
  readonly state: unknown;
  /** Readings up to here are in it, epoch ms. */
  readonly position: number;
}

export const readDetectorState = (
  db: Db,
  o: { home: string; detector: string },
): Promise<DetectorState | undefined> =>
  db
    .selectFrom('detector_states')
    .select(['state', 'position'])
    .where('home_id', '=', o.home)
    .where('detector', '=', o.detector)
    .executeTakeFirst();

export async function saveDetectorState(
  db: Db,
  o: { home: string; detector: string; state: unknown; position: number },
): Promise<void> {
  const row = { state: json(o.state) ?? 'null', position: o.position };
  await db
    .insertInto('detector_states')
    .values({ home_id: o.home, detector: o.detector, ...row })
    .onConflict((conflict) => conflict.columns(['home_id', 'detector']).doUpdateSet(row))
    .execute();
}
