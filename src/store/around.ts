/** What happened in a home around a time, for the question why. Newest first, each list bounded. */
import { sql } from 'kysely';
import type { Db, Row } from './tables.ts';

export interface Around {
  readonly home: string;
  readonly from: Date;
  readonly to: Date;
}

const most = 200;

/** Runs that began or ended within, or lasted over it. */
export const runsAround = (db: Db, o: Around): Promise<Row<'runs'>[]> =>
  db
    .selectFrom('runs')
    .selectAll()
    .where('home_id', '=', o.home)
    .where('created_at', '<=', o.to)
    .where(sql<Date>`coalesce(ended_at, now())`, '>=', o.from)
    .orderBy('created_at', 'desc')
    .limit(most)
    .execute();

export const actionsAround = (db: Db, o: Around): Promise<Row<'actions'>[]> =>
  db
    .selectFrom('actions')
    .selectAll()
    .where('home_id', '=', o.home)
    .where('asked_at', '>=', o.from)
    .where('asked_at', '<=', o.to)
    .orderBy('asked_at', 'desc')
    .limit(most)
    .execute();

/** Alerts that were open at some time within. */
export const alertsAround = (db: Db, o: Around): Promise<Row<'alerts'>[]> =>
  db
    .selectFrom('alerts')
    .selectAll()
    .where('home_id', '=', o.home)
    .where('since', '<=', o.to)
    .where(sql<Date>`coalesce(resolved_at, now())`, '>=', o.from)
    .orderBy('since', 'desc')
    .limit(most)
    .execute();

/** What was found, and was so at some time within. */
export const episodesAround = (db: Db, { home, from, to }: Around): Promise<Row<'episodes'>[]> =>
  db
    .selectFrom('episodes')
    .selectAll()
    .where('home_id', '=', home)
    .where('raised_at', '<=', to.getTime())
    .where((eb) => eb.or([eb('cleared_at', 'is', null), eb('cleared_at', '>=', from.getTime())]))
    .orderBy('raised_at', 'desc')
    .limit(most)
    .execute();

/** How these alerts went out. */
export const deliveriesOf = (db: Db, alerts: readonly string[]): Promise<Row<'deliveries'>[]> =>
  alerts.length === 0
    ? Promise.resolve([])
    : db.selectFrom('deliveries').selectAll().where('alert_id', 'in', alerts).limit(most).execute();

/** Which of these alerts waited for the morning, and why. */
export const keptForMorning = (
  db: Db,
  alerts: readonly string[],
): Promise<Pick<Row<'digest_items'>, 'alert_id' | 'why'>[]> =>
  alerts.length === 0
    ? Promise.resolve([])
    : db
        .selectFrom('digest_items')
        .select(['alert_id', 'why'])
        .where('alert_id', 'in', alerts)
        .limit(most)
        .execute();

/** Modes that held at some time within; of each the newest is known. */
export const modesAround = (db: Db, o: Around): Promise<Row<'modes'>[]> =>
  db
    .selectFrom('modes')
    .selectAll()
    .where('home_id', '=', o.home)
    .where('since', '<=', o.to)
    .where(sql<Date>`least(until, coalesce(ended_at, until))`, '>=', o.from)
    .execute();
