import type { ChannelDefinition } from '@tomte/sdk/define';
import { sql } from 'kysely';
import type { PoolConfig } from 'pg';
import type { Extensions } from '../lib/extensions.ts';
import type { Log } from '../lib/log.ts';
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

async function openDemo(o: DemoOptions): Promise<Demo> {
  const log = o.log.child({ demo: true });
  const sim = await openSim({ clock: o.clock, days: 60, options: { richEnergy: true } });
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
    shared: false,
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
async function dropDemo(store: Store): Promise<void> {
  await sql`drop schema if exists demo cascade`.execute(store.db);
}

export interface DemoDoor {
  isOpen(): boolean;
  /** The demo while its door is open; waits while it is being opened. */
  demo(): Promise<Demo | null>;
  /** Begins to open, beside everything else: the first page does not wait for sixty simulated days. */
  open(options: DemoOptions): void;
  /** A home is linked. Nobody waits until the demo is put away; `told` is called when it is. */
  shut(told: () => void): void;
  close(): Promise<void>;
}

export function demoDoor(o: { log: Log; store: Store }): DemoDoor {
  let demo: Promise<Demo | null> | null = null;
  let leaving: Promise<void> | null = null;

  async function putAway(opening: Promise<Demo | null>, told: () => void): Promise<void> {
    const gone = await opening;
    // Told on both sides of the door: here to whoever is in the demo, below to who looks at the door.
    gone?.place.parts.publish({ type: 'demoGone' });
    try {
      await gone?.close();
      await dropDemo(o.store);
    } catch (error) {
      // What is left of it goes at the next start.
      o.log.error({ err: error }, 'the demo home did not close well');
    }
    told();
  }

  return {
    isOpen: () => demo !== null,
    demo: async () => demo,
    open(options) {
      demo = openDemo(options).catch((error: unknown) => {
        o.log.error({ err: error }, 'the demo home did not open');
        return null;
      });
    },
    shut(told) {
      if (demo) leaving = putAway(demo, told);
      demo = null;
    },
    async close() {
      await (await demo)?.close();
      await leaving;
    },
  };
}
