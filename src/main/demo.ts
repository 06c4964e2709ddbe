import type { ChannelDefinition } from '@tomte/sdk/define';
import { sql } from 'kysely';
import type { PoolConfig } from 'pg';
import type { Extensions } from '../lib/extensions.ts';
import { openSim } from '../sim/sim.ts';
import { openStore, type Store } from '../store/open.ts';
import type { PlaceParts } from './parts.ts';
import { openPlace, type Place } from './place.ts';
import { version } from './version.ts';

/** The demo home behind its own door: a simulated Home Assistant, its own schema, never on real channels. */
export interface Demo {
  readonly place: Place;
  close(): Promise<void>;
}

export interface DemoOptions extends Omit<PlaceParts, 'store' | 'place' | 'publish'> {
  readonly connection: PoolConfig | string;
  readonly channels: Extensions<ChannelDefinition>;
  readonly startedAt: number;
}

export async function openDemo(o: DemoOptions): Promise<Demo> {
  const log = o.log.child({ demo: true });
  const sim = await openSim({ clock: o.clock, days: 60 });
  // Long enough to be unusual at any hour of the day, so that a newcomer meets an alert at once.
  sim.fault('leak', { minutesAgo: 97 });
  const first = await openStore({ connection: o.connection, schema: 'demo', log });
  // Yesterday's demo would contradict today's simulated past: it begins anew at every start.
  await dropDemo(first);
  await o.engine.forget('demo');
  await first.close();
  const store = await openStore({ connection: o.connection, schema: 'demo', log });
  const place = await openPlace({
    parts: { ...o, log, store, place: 'demo' },
    channels: o.channels,
    version,
    startedAt: o.startedAt,
    demoDoor: () => true,
    retentionDays: 60,
    publicUrl: null,
    passwordChanged: () => {},
  });
  const answer = await place.tomte.linkHome({
    address: sim.url,
    token: sim.tokens.admin,
    name: 'Villa Berg',
  });
  if (!answer.ok) log.error({ error: answer.error }, 'the demo home did not open');
  else await place.tomte.setWorkflow({ home: answer.home.id, name: 'water-watch', mode: 'on' });
  return {
    place,
    async close() {
      await place.close();
      await o.engine.forget('demo');
      await store.close();
      await sim.close();
    },
  };
}

/** Removes all that the demo kept. */
export async function dropDemo(store: Store): Promise<void> {
  await sql`drop schema if exists demo cascade`.execute(store.db);
}
