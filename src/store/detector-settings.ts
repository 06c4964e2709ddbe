import { sql } from 'kysely';
import { type Db, json } from './tables.ts';

/** What a person set, by detector; one without a row was never touched. */
export async function listDetectorSettings(
  db: Db,
  home: string,
): Promise<Record<string, Record<string, unknown>>> {
  const rows = await db
    .selectFrom('detector_settings')
    .select(['detector', 'settings'])
    .where('home_id', '=', home)
    .execute();
  return Object.fromEntries(
    rows.map(({ detector, settings }) => [detector, settings as Record<string, unknown>]),
  );
}

export async function saveDetectorSettings(
  db: Db,
  o: { home: string; detector: string; settings: Record<string, unknown> },
): Promise<void> {
  const settings = json(o.settings) ?? '{}';
  await db
    .insertInto('detector_settings')
    .values({ home_id: o.home, detector: o.detector, settings })
    .onConflict((conflict) =>
      conflict.columns(['home_id', 'detector']).doUpdateSet({ settings, changed_at: sql`now()` }),
    )
    .execute();
}
