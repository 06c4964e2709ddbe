import type { RouteStep } from '@tomte/sdk/types-people';
import { type Change, type Db, json, type NewRow, type Row } from './tables.ts';

export type RouteRow = Row<'routes'>;
type Steps = { steps: readonly RouteStep[] };

/** In the order in which they are tried; those of one home with those of every home. */
export function listRoutes(db: Db, o: { home?: string } = {}): Promise<RouteRow[]> {
  const { home } = o;
  let query = db.selectFrom('routes').selectAll();
  if (home !== undefined) {
    query = query.where((eb) => eb.or([eb('home_id', '=', home), eb('home_id', 'is', null)]));
  }
  return query.orderBy('position').orderBy('created_at').orderBy('id').execute();
}

export const addRoute = (db: Db, row: Omit<NewRow<'routes'>, 'steps'> & Steps): Promise<RouteRow> =>
  db
    .insertInto('routes')
    .values({ ...row, steps: json(row.steps)! })
    .returningAll()
    .executeTakeFirstOrThrow();

export const changeRoute = (
  db: Db,
  id: string,
  { steps, ...change }: Omit<Change<'routes'>, 'id' | 'steps'> & Partial<Steps>,
): Promise<RouteRow | undefined> =>
  db
    .updateTable('routes')
    .set({ ...change, ...(steps === undefined ? {} : { steps: json(steps)! }) })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();

export async function removeRoute(db: Db, id: string): Promise<boolean> {
  const done = await db.deleteFrom('routes').where('id', '=', id).executeTakeFirst();
  return done.numDeletedRows > 0n;
}
