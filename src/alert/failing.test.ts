/** Receivers that hang, refuse, break off or are not who they say: nothing is lost, and somebody is told. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { type FreshStore, freshStore } from '../store/testing.ts';
import { home, openRoom, type Room, receiver, water } from './testing.ts';

const minute = 60_000;
let store: FreshStore;
let room: Room;

beforeEach(async () => {
  await store?.close();
  store = await freshStore();
  room = await openRoom(store);
});
afterAll(() => store.close());

const webhook = (name: string, url: string) =>
  room.alerts.saveChannel({
    ...{ kind: 'webhook', name },
    settings: { url, secret: 'a-long-secret-of-mine' },
  });
const bell = () =>
  room.alerts.saveChannel({
    ...{ kind: 'persistent-notification', name: 'Bell', home, severities: [] },
    settings: {},
  });
const bellTitles = () => room.voice.told.map(({ data }) => data.title);

/** A TCP server that does this to each connection. */
async function rough(
  meet: (socket: Socket) => void,
): Promise<{ url: string; [Symbol.asyncDispose](): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => sockets.delete(socket));
    meet(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `//127.0.0.1:${port}/`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

const faults: readonly (readonly [string, string, (socket: Socket) => void])[] = [
  ['closes at once', 'http:', (socket) => socket.destroy()],
  [
    'breaks off in the middle of its answer',
    'http:',
    (socket) =>
      void socket.once('data', () =>
        socket.end('HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{"half":'),
      ),
  ],
  [
    'speaks no TLS where it should',
    'https:',
    (socket) => void socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
  ],
  [
    'answers 500',
    'http:',
    (socket) =>
      void socket.once('data', () =>
        socket.end('HTTP/1.1 500 Oh\r\ncontent-length: 0\r\nconnection: close\r\n\r\n'),
      ),
  ],
];

describe('a receiver that', () => {
  test.each(faults)(
    '%s is tried again, and what rings is told another way at once',
    async (_, scheme, meet) => {
      await using server = await rough(meet);
      await webhook('Broken', scheme + server.url);
      await bell();
      await room.alerts.open(water());
      await room.alerts.drain();
      expect(bellTitles()).toEqual(['Water has run for 52 minutes']);
      const [alert] = await room.alerts.list();
      const states = alert!.deliveries.map(({ channel, state, error }) => [
        channel,
        state,
        error?.code,
      ]);
      expect(states).toEqual([
        ['Broken', 'pending', 'channel.unreachable'],
        ['Bell', 'sent', undefined],
      ]);
      expect(alert!.deliveries[0]!.waitsUntil).not.toBeUndefined();
    },
  );
});

test('what makes no sound is told another way when its own has failed for good', async () => {
  await using gone = await receiver(() => ({ status: 410 }));
  await webhook('Gone', gone.url);
  await bell();
  await room.alerts.open(water({ severity: 'today' }));
  await room.alerts.drain();
  expect(bellTitles().toSorted()).toEqual(['Could not reach Gone', 'Water has run for 52 minutes']);
});

test('what somebody has already is not told another way', async () => {
  await using fine = await receiver(() => ({ status: 204 }));
  await using broken = await receiver(() => ({ status: 500 }));
  await webhook('Fine', fine.url);
  await webhook('Broken', broken.url);
  await bell();
  await room.alerts.open(water());
  await room.alerts.drain();
  room.clock.pass(minute);
  await room.alerts.drain();
  expect(fine.received).toHaveLength(1);
  expect(bellTitles()).toEqual([]);
});

test('too many at once are held back: none lost, the channel not flooded, and it says so', async () => {
  await using hook = await receiver(() => ({ status: 204 }));
  await webhook('Node-RED', hook.url);
  const many = 300;
  const at = room.clock.now();
  for (let n = 0; n < many; n++) {
    await room.alerts.open(water({ key: `k${n}`, title: `Alert ${n}`, at, severity: 'today' }));
  }
  await room.alerts.open(water({ key: 'now', title: 'Water is pouring', at }));
  await room.alerts.drain();
  const titles = hook.received.map(({ body }) => String(JSON.parse(body.toString()).title));
  expect(titles[0]).toBe('Water is pouring');
  expect(titles).toHaveLength(11);
  const held = many - 9;
  expect(titles.at(-1)).toBe(`Held back: ${held} alerts`);
  expect(await room.alerts.list({ limit: 1000 })).toHaveLength(many + 1);
  const states = await store.db
    .selectFrom('deliveries')
    .select(['state', (eb) => eb.fn.countAll<string>().as('count')])
    .groupBy('state')
    .orderBy('state')
    .execute();
  expect(states.map(({ state, count }) => [state, Number(count)])).toEqual([
    ['held', held],
    ['sent', 11],
  ]);
  // In the morning it names them once more, and the next day's news come as ever.
  room.clock.pass(5 * 60 * minute);
  await room.alerts.drain();
  expect(JSON.parse(hook.received.at(-1)!.body.toString())).toMatchObject({
    title: `Since yesterday: ${held} things`,
    text: expect.stringContaining('held back, too many at once'),
  });
  await room.alerts.open(water({ key: 'later', title: 'Another', at: room.clock.now() }));
  await room.alerts.drain();
  expect(JSON.parse(hook.received.at(-1)!.body.toString()).title).toBe('Another');
});
