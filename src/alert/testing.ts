/** Test kit of this room: a clock that is set by hand, a home that listens, receivers on loopback. */

import { createSecretKey } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ChannelDefinition, HomeVoice } from '@tomte/sdk/define';
import type { Action } from '@tomte/sdk/home';
import { systemClock } from '../lib/clock.ts';
import { type Extensions, loadExtensions } from '../lib/extensions.ts';
import { silentLog } from '../lib/log.ts';
import { handClock as clockByHand, type HandClock } from '../lib/testing/hand-clock.ts';
import type { Store } from '../store/open.ts';
import type { Db } from '../store/tables.ts';
import { type Alerts, type AlertsOptions, openAlerts } from './alerts.ts';
import { channelFetch } from './reach.ts';

/** 21 November 2026, 02:41 in Oslo. */
export const night = Date.UTC(2026, 10, 21, 1, 41);

export type { HandClock };
export const handClock = (start: number = night): HandClock => clockByHand(start);

export interface FakeVoice extends HomeVoice {
  readonly told: Action[];
  readonly kept: Uint8Array[];
  /** Thrown at the next tellings, until it is null again. */
  failure: Error | null;
  keepFailure: Error | null;
}

export function fakeVoice(): FakeVoice {
  const voice: FakeVoice = {
    hearsButtons: false,
    told: [],
    kept: [],
    failure: null,
    keepFailure: null,
    async tell(action) {
      if (voice.failure) throw voice.failure;
      voice.told.push(action);
    },
    async keepPicture(png) {
      if (voice.keepFailure) throw voice.keepFailure;
      voice.kept.push(png);
      return `/api/image/serve/${voice.kept.length}/original`;
    },
  };
  return voice;
}

export interface Received {
  readonly method: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** An HTTP server; `answer` gives status and body for each request. */
export async function receiver(
  answer: (request: Received) => {
    status: number;
    body?: string;
    location?: string;
    retryAfter?: string;
  },
): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', headers } = request;
    const one = { method, headers, body: Buffer.concat(chunks) };
    received.push(one);
    const { status, body, location, retryAfter } = answer(one);
    const more = {
      ...(location && { location }),
      ...(retryAfter && { 'retry-after': retryAfter }),
    };
    response.writeHead(status, more).end(body ?? '');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export const channelsFolder = join(dirname(fileURLToPath(import.meta.url)), 'channels');

export const builtInChannels = (): Promise<Extensions<ChannelDefinition>> =>
  loadExtensions<ChannelDefinition>('channel', channelsFolder);

export const testKey = createSecretKey(Buffer.alloc(32, 7));
export const home = 'home-1';

export interface Room {
  readonly alerts: Alerts;
  readonly clock: HandClock;
  readonly voice: FakeVoice;
  readonly changes: string[];
}

/** The room over a store, with a linked home in Oslo and nothing started: `drain()` sends. */
export async function openRoom(
  store: Store,
  o: Partial<AlertsOptions> & { clock?: HandClock; voice?: never } = {},
): Promise<Room> {
  const clock = o.clock ?? handClock();
  const voice = fakeVoice();
  const changes: string[] = [];
  await keepHome(store.db);
  const alerts = openAlerts({
    store,
    key: testKey,
    log: silentLog,
    worker: 'tomte',
    random: () => 0.5,
    channels: await builtInChannels(),
    fetch: channelFetch(systemClock),
    voice: () => voice,
    picture: async () => new Uint8Array([137, 80, 78, 71]),
    homeName: () => 'Villa Berg',
    sight: { presence: () => null, areas: () => [] },
    digestAt: () => '07:30',
    publicUrl: () => null,
    held: false,
    onChanged: ({ state }) => changes.push(state),
    choose: async () => {},
    ...o,
    clock,
  } as AlertsOptions);
  return { alerts, clock, voice, changes };
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

/** The water alert of the guide, as a workflow asks for it. */
export const water = (over: Partial<Parameters<Alerts['open']>[0]> = {}) => ({
  home,
  workflow: 'water-watch',
  key: 'water:sensor.water_flow',
  title: 'Water has run for 52 minutes',
  text: '0.4 L/min since 01:49, 21 L so far. At this hour it is usually 0.',
  lines: ['Highest at this hour in 60 days: 0.05 L/min'],
  severity: 'now' as const,
  since: night - 52 * 60_000,
  at: night,
  entities: ['sensor.water_flow'],
  ...over,
});
