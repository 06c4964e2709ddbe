/** Everybody an alert of a home may go to, as they are set up now. */
import { type EveryoneRow, readEveryone } from '../store/everyone.ts';
import type { Db } from '../store/tables.ts';
import type { Kinds } from './channels.ts';
import { personOf } from './persons.ts';
import type { Everyone, Resident } from './route.ts';
import { routeOf } from './routes.ts';

/** What the home knows of its people and rooms; nothing while it is not looked after. */
export interface HomeSight {
  /** Null where it is not known. */
  presence(home: string, entity: string): Resident['presence'];
  /** Ids and names of the areas these entities are in. */
  areas(home: string, entities: readonly string[]): string[];
}

export interface Told {
  readonly everyone: Everyone;
  readonly channels: EveryoneRow['channels'];
  readonly zone: string;
}

export async function everyoneOf(
  db: Db,
  home: string,
  o: { kinds: Kinds; sight: HomeSight; told: ReadonlyMap<string, unknown> },
): Promise<Told> {
  const { channels, persons, routes, zone } = await readEveryone(db, home);
  const listeners = channels.map((channel) => ({
    id: channel.id,
    home: channel.home_id,
    enabled: channel.enabled,
    severities: channel.severities,
    appends: o.kinds.get(channel.kind)?.appends === true,
    told: o.told.has(channel.id),
  }));
  const residents = persons.map((row) => ({
    ...personOf(row),
    presence: row.entity === null ? null : o.sight.presence(home, row.entity),
  }));
  return {
    everyone: { listeners, persons: residents, routes: routes.map(routeOf) },
    channels,
    zone: zone ?? 'UTC',
  };
}
