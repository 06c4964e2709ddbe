import { TomteError } from '@tomte/sdk/errors';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { type FreshStore, freshStore } from '../store/testing.ts';
import { home, night, openRoom, type Room, water } from './testing.ts';

const minute = 60_000;
let store: FreshStore;
let room: Room;
const opened: FreshStore[] = [];

beforeEach(async () => {
  store = await freshStore();
  opened.push(store);
  room = await openRoom(store);
  await room.alerts.saveChannel({
    kind: 'persistent-notification',
    name: 'Bell',
    home,
    settings: {},
  });
});
afterAll(() => Promise.all(opened.map((one) => one.close())));

const titles = () => room.voice.told.map(({ data }) => data.title);
const texts = () => room.voice.told.map(({ data }) => String(data.message));
const over = (at: number) => ({
  title: 'Over: the water stopped at 02:47',
  text: '23 L in 58 min.',
  at,
});
const deliveries = () => store.db.selectFrom('deliveries').selectAll().orderBy('turn').execute();

describe('an alert', () => {
  test('is told once, however often the same is said', async () => {
    const first = await room.alerts.open(water());
    await room.alerts.drain();
    const second = await room.alerts.open(water());
    await room.alerts.drain();
    expect(second).toEqual(first);
    expect(titles()).toEqual(['Water has run for 52 minutes']);
  });

  test('opened twice in the same moment is one alert', async () => {
    const both = await Promise.all([room.alerts.open(water()), room.alerts.open(water())]);
    await room.alerts.drain();
    expect(both[0]).toEqual(both[1]);
    expect(await room.alerts.list()).toHaveLength(1);
    expect(titles()).toHaveLength(1);
  });

  test('replaces its message in place and silently, at most every ten minutes', async () => {
    await room.alerts.open(water());
    await room.alerts.drain();
    for (const n of [1, 2, 3]) {
      room.clock.pass(3 * minute);
      const at = room.clock.now();
      await room.alerts.open(water({ title: `Water has run for ${52 + 3 * n} minutes`, at }));
      await room.alerts.drain();
    }
    expect(titles()).toEqual(['Water has run for 52 minutes']);
    room.clock.pass(2 * minute);
    await room.alerts.drain();
    expect(titles().slice(1)).toEqual(['Water has run for 61 minutes']);
    const ids = room.voice.told.map(({ data }) => data.notification_id);
    expect(new Set(ids).size).toBe(1);
    expect((await deliveries()).map(({ silent }) => silent)).toEqual([false, true]);
  });

  test('rings again at once when it gets worse, also while it is quiet', async () => {
    const { id } = await room.alerts.open(water());
    await room.alerts.drain();
    await room.alerts.quiet(id, night + 4 * 60 * minute);
    await room.alerts.drain();
    room.clock.pass(minute);
    const at = room.clock.now();
    await room.alerts.open(water({ title: 'Water has run for 53 minutes', at }));
    await room.alerts.drain();
    await room.alerts.open(water({ title: 'Water is pouring: 18 L/min', worse: true, at }));
    await room.alerts.drain();
    expect(titles()).toEqual([
      'Water has run for 52 minutes',
      'Water has run for 52 minutes',
      'Water is pouring: 18 L/min',
    ]);
    expect(texts()[1]).toMatch(/^Quiet until 06:41\\?\. /);
    expect((await deliveries()).at(-1)).toMatchObject({ silent: false, state: 'sent' });
    expect((await room.alerts.page(id)).state).toBe('open');
  });

  test('says who saw it on every channel that was told', async () => {
    const { id } = await room.alerts.open(water());
    await room.alerts.drain();
    room.clock.pass(3 * minute);
    await room.alerts.acknowledge(id, 'Maja');
    await room.alerts.acknowledge(id, 'Ola');
    await room.alerts.drain();
    expect(texts()).toHaveLength(2);
    expect(texts()[1]).toContain('Seen by Maja 02:44');
    expect(await room.alerts.page(id)).toMatchObject({ state: 'acknowledged', seenBy: 'Maja' });
  });

  test('ends with one silent over, and only where it was told', async () => {
    await room.alerts.open(water());
    await room.alerts.drain();
    await room.alerts.saveChannel({
      kind: 'companion-app',
      name: 'Late phone',
      home,
      settings: { action: 'notify.mobile_app_late' },
    });
    room.clock.pass(6 * minute);
    await room.alerts.resolve(home, 'water:sensor.water_flow', over(room.clock.now()));
    await room.alerts.resolve(home, 'water:sensor.water_flow', over(room.clock.now()));
    await room.alerts.drain();
    expect(titles()).toEqual(['Water has run for 52 minutes', 'Over: the water stopped at 02:47']);
    const [alert] = await room.alerts.list();
    expect(alert).toMatchObject({ state: 'resolved', resolvedAt: '2026-11-21T01:47:00.000Z' });
  });

  test('that ends before it could be told is not told at all', async () => {
    await room.alerts.open(water());
    await room.alerts.resolve(home, 'water:sensor.water_flow', over(night + minute));
    await room.alerts.drain();
    expect(titles()).toEqual([]);
    expect((await deliveries()).map(({ state }) => state)).toEqual(['held']);
  });

  test('comes back as the same alert within half an hour and rings, later as a new one', async () => {
    const first = await room.alerts.open(water());
    await room.alerts.drain();
    room.clock.pass(6 * minute);
    await room.alerts.resolve(home, 'water:sensor.water_flow', over(room.clock.now()));
    await room.alerts.drain();
    room.clock.pass(20 * minute);
    const at = room.clock.now();
    const again = await room.alerts.open(water({ since: at - minute, at }));
    await room.alerts.drain();
    expect(again).toEqual(first);
    const page = await room.alerts.page(again.id);
    expect(page).toMatchObject({ state: 'open', resolvedAt: null });
    expect(Date.parse(page.since)).toBe(at - minute);
    expect(titles()).toHaveLength(3);
    await room.alerts.resolve(home, 'water:sensor.water_flow', over(at + minute));
    room.clock.pass(60 * minute);
    const later = await room.alerts.open(water({ at: room.clock.now() }));
    expect(later).not.toEqual(first);
  });

  test('comes back and rings also when the one before was to be quiet until the morning', async () => {
    const { id } = await room.alerts.open(water());
    await room.alerts.drain();
    await room.alerts.acknowledge(id, 'Maja');
    await room.alerts.quiet(id, night + 5 * 60 * minute);
    room.clock.pass(6 * minute);
    await room.alerts.resolve(home, 'water:sensor.water_flow', over(room.clock.now()));
    await room.alerts.drain();
    room.clock.pass(3 * minute);
    const title = 'Water is pouring: 20 L/min';
    await room.alerts.open(water({ title, at: room.clock.now() }));
    await room.alerts.drain();
    expect(titles().at(-1)).toBe(title);
    expect((await deliveries()).at(-1)).toMatchObject({ silent: false, state: 'sent' });
    const nobody = { seenBy: null, seenAt: null, quietUntil: null };
    expect(await room.alerts.page(id)).toMatchObject({ state: 'open', ...nobody });
  });

  test('is not changed by news older than what it says, nor opened again by a repeated step', async () => {
    const { id } = await room.alerts.open(water({ at: night }));
    await room.alerts.open(water({ title: 'Water has run for 40 minutes', at: night - minute }));
    expect((await room.alerts.page(id)).title).toBe('Water has run for 52 minutes');
    await room.alerts.resolve(home, 'water:sensor.water_flow', over(night + minute));
    await room.alerts.open(water({ at: night }));
    expect((await room.alerts.page(id)).state).toBe('resolved');
  });

  test('is not ended by the late end of an earlier story', async () => {
    const { id } = await room.alerts.open(water({ since: night - minute }));
    await room.alerts.resolve(home, 'water:sensor.water_flow', over(night - 5 * minute));
    expect((await room.alerts.page(id)).state).toBe('open');
  });

  test('speaks once more when the quiet time ends and it is still true', async () => {
    const { id } = await room.alerts.open(water());
    await room.alerts.drain();
    await room.alerts.quiet(id, night + 60 * minute);
    await room.alerts.drain();
    room.clock.pass(61 * minute);
    await room.alerts.drain();
    expect(titles()).toHaveLength(3);
    expect((await room.alerts.page(id)).state).toBe('open');
    expect(room.changes).toContain('snoozed');
  });

  test('of the demo home is journalled as held and told to nobody', async () => {
    const demo = await openRoom(store, { held: true });
    await demo.alerts.open(water());
    await demo.alerts.drain();
    const [alert] = await demo.alerts.list();
    expect(alert?.deliveries.map(({ state }) => state)).toEqual(['held']);
    expect(demo.voice.told).toEqual([]);
    await expect(
      demo.alerts.testChannel((await demo.alerts.channels())[0]!.id),
    ).rejects.toMatchObject({ code: 'api.invalid' });
  });

  test('that nobody knows is not found', async () => {
    await expect(room.alerts.page('nope')).rejects.toMatchObject({ code: 'alert.not_found' });
    await expect(room.alerts.acknowledge('nope', null)).rejects.toBeInstanceOf(TomteError);
  });
});
