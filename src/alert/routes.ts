/** Routes as they are set up, and what they would do. */
import { randomUUID } from 'node:crypto';
import { TomteError } from '@tomte/sdk/errors';
import type { ParsedInput } from '@tomte/sdk/operations';
import type { Route } from '@tomte/sdk/types-people';
import { getHome } from '../store/homes.ts';
import { listPersons } from '../store/persons.ts';
import * as store from '../store/routes.ts';
import type { Db } from '../store/tables.ts';
import { mustBeThere } from './persons.ts';
import { spanOf } from './quiet-hours.ts';

export const routeOf = (row: Omit<store.RouteRow, 'created_at'>): Route => ({
  id: row.id,
  name: row.name,
  home: row.home_id,
  position: row.position,
  enabled: row.enabled,
  severities: row.severities as Route['severities'],
  areas: row.areas,
  hours: spanOf(row.hours_from, row.hours_to),
  presence: row.presence,
  steps: row.steps,
});

export const listRoutes = async (db: Db): Promise<Route[]> =>
  (await store.listRoutes(db)).map(routeOf);

/** Throws api.invalid, home.not_found, person.not_found, channel.not_found, route.not_found. */
export async function saveRoute(db: Db, input: ParsedInput<'saveRoute'>): Promise<Route> {
  await check(db, input);
  const { id, name, home, hours, position, enabled, severities, areas, presence, steps } = input;
  const given = {
    name,
    ...(home === undefined ? {} : { home_id: home }),
    ...(hours === undefined
      ? {}
      : { hours_from: hours?.from ?? null, hours_to: hours?.to ?? null }),
    ...(position === undefined ? {} : { position }),
    ...(enabled === undefined ? {} : { enabled }),
    ...(severities === undefined ? {} : { severities }),
    ...(areas === undefined ? {} : { areas }),
    ...(presence === undefined ? {} : { presence }),
    ...(steps === undefined ? {} : { steps }),
  };
  if (id !== undefined) {
    const changed = await store.changeRoute(db, id, given);
    if (!changed) throw unknown(id);
    return routeOf(changed);
  }
  const last = (await store.listRoutes(db)).at(-1)?.position ?? -1;
  const everybody = [{ persons: [], channels: [], afterMinutes: 0 }];
  const defaults = { home_id: null, hours_from: null, hours_to: null, position: last + 1 };
  return routeOf(
    await store.addRoute(db, { steps: everybody, ...defaults, ...given, id: randomUUID() }),
  );
}

/** Throws route.not_found. */
export async function removeRoute(db: Db, id: string): Promise<void> {
  if (!(await store.removeRoute(db, id))) throw unknown(id);
}

async function check(db: Db, { home, steps, hours }: ParsedInput<'saveRoute'>): Promise<void> {
  if (home && !(await getHome(db, home))) {
    throw new TomteError('home.not_found', `There is no home ${home}`);
  }
  if (hours && hours.from === hours.to)
    throw invalid('hours', 'Hours begin and end at different times');
  if (!steps) return;
  const known = new Set((await listPersons(db)).map((person) => person.id));
  const missing = steps.flatMap((step) => step.persons).find((person) => !known.has(person));
  if (missing !== undefined) {
    throw new TomteError('person.not_found', `There is no person ${missing}`);
  }
  await mustBeThere(
    db,
    steps.flatMap((step) => step.channels),
  );
  const minutes = steps.map((step) => step.afterMinutes);
  if (minutes[0] !== 0) throw invalid('steps', 'The first step is at once: afterMinutes 0');
  if (minutes.some((after, at) => at > 0 && after <= minutes[at - 1]!)) {
    throw invalid('steps', 'Each step comes later than the one before');
  }
}

const invalid = (field: string, message: string) =>
  new TomteError('api.invalid', message, { details: { field } });
const unknown = (id: string) => new TomteError('route.not_found', `There is no route ${id}`);
