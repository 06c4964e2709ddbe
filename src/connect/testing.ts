/** Test kit of this room: a home that answers, and the room over a store with a clock set by hand. */
import { createSecretKey } from 'node:crypto';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AskedHome, ConnectorDefinition } from '@tomte/sdk/connector';
import type { EntityState } from '@tomte/sdk/home';
import { systemClock } from '../lib/clock.ts';
import { guardedFetch } from '../lib/egress.ts';
import { loadExtensions } from '../lib/extensions.ts';
import { silentLog } from '../lib/log.ts';
import { handClock } from '../lib/testing/hand-clock.ts';
import type { Store } from '../store/open.ts';
import type { Db } from '../store/tables.ts';
import { type Connectors, type FactsParts, openFacts } from './facts.ts';

/** 21 November 2026, 10:20 in Oslo. */
export const morning = Date.UTC(2026, 10, 21, 9, 20);
export const home = 'home-1';
export const testKey = createSecretKey(Buffer.alloc(32, 7));

/** 127.0.0.1 stands for the outside. */
export const outsideFetch = guardedFetch({ clock: systemClock, allow: ['127.0.0.1'] });

export const builtInConnectors = (): Promise<Connectors> =>
  loadExtensions<ConnectorDefinition>(
    'connector',
    join(dirname(fileURLToPath(import.meta.url)), 'connectors'),
  );

export const stateOf = (entityId: string, attributes: object = {}): EntityState => ({
  entityId,
  state: 'on',
  attributes: { ...attributes },
  lastChanged: morning,
  lastUpdated: morning,
  contextId: null,
  contextUserId: null,
});

export function fakeHome(
  o: Partial<AskedHome> & { entities?: readonly EntityState[] } = {},
): AskedHome & { asked: unknown[] } {
  const asked: unknown[] = [];
  return {
    zone: 'Europe/Oslo',
    place: { latitude: 59.91386, longitude: 10.75224 },
    states: (domain) => (o.entities ?? []).filter((s) => s.entityId.startsWith(`${domain}.`)),
    ask: async () => ({}),
    asked,
    ...o,
    ...(o.ask && {
      ask: (action, entities, data) => {
        asked.push({ action, entities, data });
        return o.ask!(action, entities, data);
      },
    }),
  };
}

/** Asks a Connector by itself, as the room would. */
export const fetchOf = (
  definition: ConnectorDefinition,
  settings: object,
  o: { query?: object; home?: AskedHome; now?: number } = {},
) =>
  definition.fetch(
    {
      settings: definition.settings.parse(settings),
      fetch: outsideFetch,
      home: o.home ?? fakeHome(),
      signal: new AbortController().signal,
      now: () => o.now ?? morning,
    },
    definition.query.parse(o.query ?? {}),
  );

/** The room over a store, with one linked home. */
export async function openRoom(
  store: Store,
  o: Partial<FactsParts> & Pick<FactsParts, 'connectors'>,
) {
  const clock = handClock(morning);
  await keepHome(store.db);
  const parts: FactsParts = {
    store,
    key: testKey,
    clock,
    log: silentLog,
    random: () => 1,
    fetch: outsideFetch,
    home: () => fakeHome(),
    ...o,
  };
  return { ...openFacts(parts), clock, parts };
}

const keepHome = (db: Db) =>
  db
    .insertInto('homes')
    .values({
      id: home,
      name: 'Villa Berg',
      instance: null,
      address: 'http://192.168.1.20:8123',
      version: '2026.11.0',
      time_zone: 'Europe/Oslo',
      currency: 'NOK',
      user_name: 'Maja',
      user_id: 'u1',
      user_admin: false,
      token_sealed: Buffer.from('x'),
      pinned_certificate: null,
    })
    .onConflict((c) => c.doNothing())
    .execute();
