import { jsonArrayFrom } from 'kysely/helpers/postgres';
import type { PersonRow } from './persons.ts';
import type { RouteRow } from './routes.ts';
import type { Db, Row } from './tables.ts';

type Listening = Pick<
  Row<'channels'>,
  'id' | 'home_id' | 'name' | 'kind' | 'enabled' | 'severities'
>;

/** All whom an alert of a home may reach. */
export interface EveryoneRow {
  readonly zone: string | null;
  readonly channels: readonly Listening[];
  readonly persons: readonly Omit<PersonRow, 'created_at'>[];
  readonly routes: readonly Omit<RouteRow, 'created_at'>[];
}

/** In one statement: each alert of a storm asks anew, since any of it may have been changed by another worker. */
export async function readEveryone(db: Db, home: string): Promise<EveryoneRow> {
  return db
    .selectNoFrom((eb) => [
      eb.selectFrom('homes').select('time_zone').where('id', '=', home).as('zone'),
      jsonArrayFrom(
        eb
          .selectFrom('channels')
          .select(['id', 'home_id', 'name', 'kind', 'enabled', 'severities'])
          .where((or) => or.or([or('home_id', '=', home), or('home_id', 'is', null)]))
          .orderBy('created_at')
          .orderBy('id'),
      ).as('channels'),
      jsonArrayFrom(
        eb
          .selectFrom('persons')
          .select(['id', 'name', 'entity', 'channels', 'quiet_from', 'quiet_to'])
          .select(['may_say_yes', 'position'])
          .orderBy('position')
          .orderBy('created_at')
          .orderBy('id'),
      ).as('persons'),
      jsonArrayFrom(
        eb
          .selectFrom('routes')
          .select(['id', 'home_id', 'name', 'position', 'enabled', 'severities', 'areas'])
          .select(['hours_from', 'hours_to', 'presence', 'steps'])
          .where((or) => or.or([or('home_id', '=', home), or('home_id', 'is', null)]))
          .orderBy('position')
          .orderBy('created_at')
          .orderBy('id'),
      ).as('routes'),
    ])
    .executeTakeFirstOrThrow();
}
