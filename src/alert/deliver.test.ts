import { TomteError } from '@tomte/sdk/errors';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../lib/clock.ts';
import { json } from '../store/tables.ts';
import { type FreshStore, freshStore } from '../store/testing.ts';
import {
  handClock,
  home,
  night,
  openRoom,
  type Received,
  type Room,
  receiver,
  water,
} from './testing.ts';

const minute = 60_000;
let store: FreshStore;
let room: Room;
const opened: FreshStore[] = [];

beforeEach(async () => {
  store = await freshStore();
  opened.push(store);
  room = await openRoom(store);
});
afterAll(() => Promise.all(opened.map((one) => one.close())));

const lost = () => new TomteError('link.lost', 'The home does not answer');
const busy = () => new TomteError('channel.unreachable', 'The push service does not answer');

const addBell = (on: Room = room) =>
  on.alerts.saveChannel({ kind: 'persistent-notification', name: 'Bell', home, settings: {} });
const addWebhook = (url: string, on: Room = room) =>
  on.alerts.saveChannel({
    kind: 'webhook',
    name: 'Node-RED',
    settings: { url, secret: 'a-long-secret-of-mine' },
  });
const states = async () =>
  (await store.db.selectFrom('deliveries').selectAll().orderBy('created_at').execute()).map(
    ({ state }) => state,
  );
const idsOf = (received: readonly Received[]) =>
  received.map(({ headers }) => headers['tomte-delivery']);

describe('a delivery', () => {
  test('waits longer after each failed try and arrives in the end', async () => {
    await addBell();
    room.voice.failure = busy();
    await room.alerts.open(water());
    await room.alerts.drain();
    expect(await states()).toEqual(['pending']);
    room.clock.pass(2_000);
    await room.alerts.drain();
    expect((await deliveriesOf())[0]?.attempts).toBe(1);
    room.clock.pass(2_000);
    room.voice.failure = null;
    await room.alerts.drain();
    expect(await states()).toEqual(['sent']);
    expect(room.voice.told).toHaveLength(1);
  });

  test('that is refused for good is shown, and told once through another channel', async () => {
    await addBell();
    await using hook = await receiver(() => ({ status: 410 }));
    await addWebhook(hook.url);
    await room.alerts.open(water());
    await room.alerts.drain();
    expect(room.voice.told.map(({ data }) => data.title)).toEqual([
      'Water has run for 52 minutes',
      'Could not reach Node-RED',
    ]);
    const [alert] = await room.alerts.list();
    const failed = alert?.deliveries.find(({ channel }) => channel === 'Node-RED');
    expect(failed).toMatchObject({ state: 'failed', error: { code: 'channel.refused' } });
    await room.alerts.open(water({ key: 'water:second', title: 'Another' }));
    await room.alerts.drain();
    const notes = room.voice.told.filter(({ data }) => String(data.title).startsWith('Could not'));
    expect(notes).toHaveLength(1);
  });

  test('to a channel that takes no more waits as long as that says, and so does what is behind it', async () => {
    let busyNow = true;
    await using hook = await receiver(() =>
      busyNow ? { status: 429, retryAfter: '90' } : { status: 204 },
    );
    await addWebhook(hook.url);
    for (const key of ['a', 'b', 'c']) await room.alerts.open(water({ key }));
    await room.alerts.drain();
    expect(hook.received).toHaveLength(1);
    const [first] = await deliveriesOf();
    expect(first).toMatchObject({ state: 'pending', error: { code: 'channel.rate_limited' } });
    busyNow = false;
    room.clock.pass(89_000);
    await room.alerts.drain();
    expect(hook.received).toHaveLength(1);
    room.clock.pass(1_000);
    await room.alerts.drain();
    expect(await states()).toEqual(['sent', 'sent', 'sent']);
  });

  test('to a channel that takes nothing for an hour has failed', async () => {
    await using hook = await receiver(() => ({ status: 429, retryAfter: '600' }));
    await addWebhook(hook.url);
    await room.alerts.open(water());
    for (let tries = 0; tries < 8; tries++) {
      await room.alerts.drain();
      room.clock.pass(600_000);
    }
    expect(await states()).toEqual(['failed']);
    expect(hook.received).toHaveLength(7);
  });

  test('of an alert comes before a note of the same moment about another channel', async () => {
    const { id: bell } = await addBell();
    await room.alerts.open(water());
    const [news] = await deliveriesOf();
    await store.db
      .insertInto('deliveries')
      .values({
        id: 'note',
        alert_id: null,
        channel_id: bell,
        kind: 'open',
        state: 'pending',
        message: json({
          ...(news!.message as object),
          tag: 'tomte-note',
          title: 'Could not reach Node-RED',
        }),
        next_at: news!.next_at,
        created_at: news!.created_at,
      })
      .execute();
    await room.alerts.drain();
    expect(room.voice.told.map(({ data }) => data.title)).toEqual([
      'Water has run for 52 minutes',
      'Could not reach Node-RED',
    ]);
  });

  test('through a home that is away waits for it a day, not half an hour', async () => {
    await addBell();
    room.voice.failure = lost();
    await room.alerts.open(water());
    for (let hour = 0; hour < 12; hour++) {
      await room.alerts.drain();
      room.clock.pass(60 * minute);
    }
    room.voice.failure = null;
    await room.alerts.drain();
    expect(await states()).toEqual(['sent']);
  });

  test('gives up after half an hour of trying', async () => {
    await addBell();
    room.voice.failure = busy();
    await room.alerts.open(water());
    for (let n = 0; n < 12; n++) {
      await room.alerts.drain();
      room.clock.pass(10 * minute);
    }
    expect(await states()).toEqual(['failed']);
  });

  test('of a fault in a channel’s own file is a failed delivery, not the end of the worker', async () => {
    await addBell();
    room.voice.failure = new TypeError('cannot read x of undefined');
    await room.alerts.open(water());
    await room.alerts.drain();
    const [delivery] = await deliveriesOf();
    expect(delivery).toMatchObject({ state: 'failed', error: { code: 'app.internal' } });
  });

  test('that failed is replaced by newer news, which still rings', async () => {
    await addBell();
    room.voice.failure = busy();
    await room.alerts.open(water());
    await room.alerts.drain();
    const title = 'Water has run for 60 minutes';
    await room.alerts.open(water({ title, at: night + 8 * minute }));
    room.voice.failure = null;
    room.clock.pass(minute);
    await room.alerts.drain();
    expect(room.voice.told.map(({ data }) => data.title)).toEqual([title]);
    expect(await deliveriesOf()).toMatchObject([{ kind: 'open', silent: false, state: 'sent' }]);
  });

  test('without its picture still brings the text', async () => {
    const bad = await openRoom(store, {
      picture: async () => {
        throw new Error('no font');
      },
    });
    await addBell(bad);
    await bad.alerts.open(water());
    await bad.alerts.drain();
    expect(bad.voice.told).toHaveLength(1);
    expect(bad.voice.kept).toHaveLength(0);
  });

  test('of one turn to three phones uploads the picture once', async () => {
    for (const name of ['maja', 'ola', 'tablet']) {
      const settings = { action: `notify.mobile_app_${name}` };
      await room.alerts.saveChannel({ kind: 'companion-app', name, home, settings });
    }
    const { id } = await room.alerts.open(water());
    await room.alerts.drain();
    expect(room.voice.told).toHaveLength(3);
    expect(room.voice.kept).toHaveLength(1);
    await room.alerts.acknowledge(id, 'Maja');
    await room.alerts.drain();
    expect(room.voice.told).toHaveLength(6);
    expect(room.voice.kept).toHaveLength(1);
  });
});

const deliveriesOf = () =>
  store.db.selectFrom('deliveries').selectAll().orderBy('created_at').orderBy('turn').execute();

describe('after a crash', () => {
  test('between sending and marking the same delivery is sent again with the same id', async () => {
    await using hook = await receiver(() => ({ status: 204 }));
    await addWebhook(hook.url);
    await room.alerts.open(water());
    await room.alerts.drain();
    // As if the machine had stopped after the receiver's answer, before the mark.
    await store.db
      .updateTable('deliveries')
      .set({ state: 'sending', sent_at: null, next_at: new Date(room.clock.now() + 40_000) })
      .execute();
    const next = await openRoom(await store.another(), { clock: handClock(room.clock.now()) });
    await next.alerts.drain();
    expect(hook.received).toHaveLength(1);
    next.clock.pass(41_000);
    await next.alerts.drain();
    expect(new Set(idsOf(hook.received)).size).toBe(1);
    expect(hook.received).toHaveLength(2);
    expect(await states()).toEqual(['sent']);
  });

  test('what was on its way is taken up as soon as the worker starts', async () => {
    await using hook = await receiver(() => ({ status: 204 }));
    await addWebhook(hook.url);
    await room.alerts.open(water());
    await store.db
      .updateTable('deliveries')
      .set({ state: 'sending', attempts: 1, next_at: new Date(night + 3_600_000) })
      .execute();
    const arrived = Promise.withResolvers<void>();
    const clock = { ...systemClock, now: () => night, pass() {} };
    const next = await openRoom(store, { clock, onChanged: () => arrived.resolve() });
    next.alerts.start();
    await arrived.promise;
    await next.alerts.stop();
    expect(hook.received).toHaveLength(1);
    expect(await states()).toEqual(['sent']);
  });

  test('what another worker is sending is left alone by one that starts', async () => {
    const reached = Promise.withResolvers<void>();
    const answered = Promise.withResolvers<void>();
    const ids: string[] = [];
    const slowly: typeof fetch = async (_, init) => {
      ids.push(new Headers(init?.headers).get('tomte-delivery') ?? '');
      reached.resolve();
      await answered.promise;
      return new Response(null, { status: 204 });
    };
    const clock = () => ({ ...systemClock, now: () => night, pass() {} });
    const first = await openRoom(store, { clock: clock(), fetch: slowly, worker: 'first' });
    const swept = Promise.withResolvers<void>();
    const second = await openRoom(await store.another(), {
      ...{ clock: clock(), fetch: slowly, worker: 'second' },
      // Asked each time it looks, after it took up what was its own.
      digestAt: () => {
        swept.resolve();
        return '07:30';
      },
    });
    await addWebhook('http://127.0.0.1:9');
    await first.alerts.open(water());
    first.alerts.start();
    await reached.promise;
    second.alerts.start();
    await swept.promise;
    await second.alerts.drain();
    answered.resolve();
    await first.alerts.drain();
    await Promise.all([first.alerts.stop(), second.alerts.stop()]);
    expect(ids).toHaveLength(1);
    expect(await states()).toEqual(['sent']);
  });

  test('nothing is lost and nothing doubled by two workers at once', async () => {
    await using hook = await receiver(() => ({ status: 204 }));
    await addWebhook(hook.url);
    const other = await openRoom(await store.another(), { clock: room.clock });
    const keys = Array.from({ length: 12 }, (_, n) => `water:${n}`);
    await Promise.all(keys.map((key) => room.alerts.open(water({ key }))));
    while ((await states()).some((state) => state !== 'sent')) {
      await Promise.all([room.alerts.drain(), other.alerts.drain()]);
    }
    expect(hook.received).toHaveLength(12);
    expect(new Set(idsOf(hook.received)).size).toBe(12);
  });

  test('the end follows a message whose arrival is not known', async () => {
    await addBell();
    room.voice.failure = busy();
    await room.alerts.open(water());
    await room.alerts.drain();
    room.voice.failure = null;
    const last = { title: 'Over: the water stopped', text: '23 L.', at: night + minute };
    await room.alerts.resolve(home, 'water:sensor.water_flow', last);
    room.clock.pass(minute);
    await room.alerts.drain();
    expect(room.voice.told.map(({ data }) => data.title)).toEqual(['Over: the water stopped']);
  });
});

test('a receiver that does not answer does not hold up another channel', async () => {
  await addBell();
  await using slow = await receiver(() => ({ status: 503 }));
  await addWebhook(slow.url);
  await room.alerts.open(water());
  await room.alerts.open(water({ key: 'freezer', title: 'The freezer is warming: -11 °C' }));
  await room.alerts.drain();
  expect(room.voice.told).toHaveLength(2);
});
