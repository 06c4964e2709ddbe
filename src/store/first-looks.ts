import type { FirstLook } from '@tomte/sdk/types';
import { sql } from 'kysely';
import { type Db, json } from './tables.ts';

export async function readFirstLook(db: Db, home: string): Promise<FirstLook | undefined> {
  const row = await db
    .selectFrom('first_looks')
    .select('look')
    .where('home_id', '=', home)
    .executeTakeFirst();
  return row?.look as FirstLook | undefined;
}

export async function saveFirstLook(db: Db, look: FirstLook): Promise<void> {
  const text = json(look);
  await db
    .insertInto('first_looks')
    .values({ home_id: look.home, look: text })
    .onConflict((conflict) =>
      conflict.column('home_id').doUpdateSet({ look: text, updated_at: sql`now()` }),
    )
    .execute();
}
