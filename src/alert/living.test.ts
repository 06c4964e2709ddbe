import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { type FreshStore, freshStore } from '../store/testing.ts';
import { savePerson } from './persons.ts';
import { saveRoute } from './routes.ts';
import { home, night, openRoom, type Room, water } from './testing.ts';

const minute = 60_000;
const hour = 60 * minute;
let store: FreshStore;
let room: Room;

beforeEach(async () => {
  await store?.close();
  store = await freshStore();
  room = await openRoom(store);
});
afterAll(() => store.close());

const phone = (name: string, o: object = {}) =>
  room.alerts.saveChannel({
    ...{ kind: 'companion-app', name, home },
    settings: { action: `notify.mobile_app_${name.toLowerCase()}` },
    ...o,
  });
/** Whom each message went to, with its title. */
const told = () =>
  room.voice.told
    // A message that is over is taken away before its last word is laid down.
    .filter(({ data }) => data.title !== undefined)
    .map(({ action, data }) => `${action}: ${data.title}`);
const news = (text: string, key = 'water:sensor.water_flow') => ({ key, title: text });
const again = (over: Parameters<typeof water>[0] = {}) =>
  room.alerts.open(water({ at: room.clock.now(), since: room.clock.now(), ...over }));
const ends = (key = 'water:sensor.water_flow') =>
  room.alerts.resolve(home, key, { title: 'Over', text: 'It is over.', at: room.clock.now() });
async function later(ms: number): Promise<void> {
  room.clock.pass(ms);
  await room.alerts.drain();
}

describe('one after another', () => {
  test('the next person is told when nobody saw it in time, and not when somebody did', async () => {
    const maja = await savePerson(store.db, { name: 'Maja', channels: [(await phone('Maja')).id] });
    const ola = await savePerson(store.db, { name: 'Ola', channels: [(await phone('Ola')).id] });
    await saveRoute(store.db, {
      name: 'One after another',
      steps: [
        { persons: [maja.id], channels: [], afterMinutes: 0 },
        { persons: [ola.id], channels: [], afterMinutes: 5 },
      ],
    });
    const { id } = await room.alerts.open(water());
    await room.alerts.drain();
    expect(told()).toEqual(['mobile_app_maja: Water has run for 52 minutes']);
    expect((await room.alerts.page(id)).next).toMatchObject([{ channels: ['Ola'] }]);
    await later(4 * minute);
    expect(told()).toHaveLength(1);
    await later(2 * minute);
    expect(told()[1]).toBe('mobile_app_ola: Water has run for 52 minutes');
    expect((await room.alerts.page(id)).next).toEqual([]);
    await ends();
    await room.alerts.drain();
    room.clock.pass(2 * hour);
    const second = await again();
    await room.alerts.drain();
    await room.alerts.acknowledge(second.id, 'Maja');
    const before = told().length;
    await later(10 * minute);
    expect(
      told()
        .slice(before)
        .filter((one) => one.includes('ola')),
    ).toEqual([]);
  });
});

describe('one after another, over quiet hours', () => {
  const quiet = { from: '22:00', to: '07:00' };
  const person = async (name: string, o: object) =>
    (await savePerson(store.db, { name, channels: [(await phone(name)).id], ...o })).id;
  const oneAfterAnother = async (ids: readonly string[]) =>
    saveRoute(store.db, {
      name: 'One after another',
      steps: ids.map((id, n) => ({ persons: [id], channels: [], afterMinutes: n * 5 })),
    });
  const door = () =>
    room.alerts.open(water({ ...news('Door open', 'door'), severity: 'today', lines: [] }));
  /** Minutes after seven at which each was told. */
  async function morning(): Promise<string[]> {
    const seen: string[] = [];
    // 02:41 in the test's night.
    room.clock.pass(4 * hour + 14 * minute);
    for (let past = -5; past < 30; past++) {
      await room.alerts.drain();
      for (const one of told().slice(seen.length)) seen.push(`${past} ${one}`);
      room.clock.pass(minute);
    }
    return seen;
  }

  test('the next is not told before the first could see it', async () => {
    await oneAfterAnother([await person('Maja', { quiet }), await person('Ola', {})]);
    const { id } = await door();
    await room.alerts.drain();
    expect((await room.alerts.page(id)).next).toMatchObject([{ at: '2026-11-21T06:05:00.000Z' }]);
    expect(await morning()).toEqual([
      '0 mobile_app_maja: Door open',
      '5 mobile_app_ola: Door open',
    ]);
  });

  test('nor is the one after a next who sleeps', async () => {
    const ids = [await person('Maja', {}), await person('Ola', { quiet }), await person('Kai', {})];
    await oneAfterAnother(ids);
    await door();
    await room.alerts.drain();
    expect(told()).toEqual(['mobile_app_maja: Door open']);
    expect((await morning()).slice(1)).toEqual([
      '0 mobile_app_ola: Door open',
      '5 mobile_app_kai: Door open',
    ]);
  });
});

describe('quiet hours', () => {
  beforeEach(async () => {
    const { id } = await phone('Maja');
    await savePerson(store.db, {
      ...{ name: 'Maja', channels: [id], quiet: { from: '22:00', to: '07:00' } },
    });
  });

  test('let through what needs somebody now, and hold the rest until they end', async () => {
    await room.alerts.open(water());
    await room.alerts.open(water({ ...news('Door open', 'door'), severity: 'today' }));
    await room.alerts.drain();
    expect(told()).toEqual(['mobile_app_maja: Water has run for 52 minutes']);
    await later(4 * hour + 20 * minute);
    expect(told()[1]).toBe('mobile_app_maja: Door open');
  });

  test('that see something end are told of it in the morning, once', async () => {
    await room.alerts.open(water({ ...news('Door open', 'door'), severity: 'today' }));
    await room.alerts.drain();
    room.clock.pass(hour);
    await ends('door');
    await later(minute);
    expect(told()).toEqual([]);
    await later(4 * hour);
    expect(told()).toEqual(['mobile_app_maja: Since yesterday: 1 thing']);
    expect(String(room.voice.told[0]!.data.message)).toContain('1 while it was quiet');
    await later(hour);
    expect(told()).toHaveLength(1);
  });
});

test('what is small comes in the morning, in one message', async () => {
  await phone('Maja', { severities: ['now', 'today', 'digest'] });
  for (const key of ['a', 'b', 'c'])
    await room.alerts.open(water({ ...news(`Small ${key}`, key), severity: 'digest' }));
  await room.alerts.drain();
  expect(told()).toEqual([]);
  expect(await room.alerts.list()).toHaveLength(3);
  await later(5 * hour);
  expect(told()).toEqual(['mobile_app_maja: Since yesterday: 3 things']);
  await later(24 * hour);
  expect(told()).toHaveLength(1);
});

describe('the order of the morning’s news', () => {
  const groups = {
    roomOf: (_home: string, [first]: readonly string[]) => first?.split('.')[1] ?? null,
    kindOf: (detector: string | null) => detector,
  };
  const three = async (alerts: Room['alerts']) => {
    for (const [key, room] of [
      ['a', 'Hall'],
      ['b', 'Attic'],
      ['c', 'Hall'],
    ])
      await alerts.open(
        water({ ...news(`Small ${key}`, key), severity: 'digest', entities: [`sensor.${room}`] }),
      );
  };
  const lines = async () => {
    const rows = await store.db.selectFrom('deliveries').select('message').execute();
    const messages = rows.map(({ message }) => message as { tag: string; lines: string[] });
    return messages.find(({ tag }) => tag.startsWith('tomte-digest'))?.lines ?? null;
  };

  test('is asked once, and waited for by nothing else', async () => {
    const answer = Promise.withResolvers<'room'>();
    const asked: unknown[] = [];
    const order = (o: unknown) => {
      asked.push(o);
      return answer.promise;
    };
    const one = await openRoom(store, { digest: { ...groups, order } });
    await phone('Maja', { severities: ['now', 'today', 'digest'] });
    await three(one.alerts);
    one.clock.pass(5 * hour);
    await one.alerts.drain();
    await one.alerts.open(water({ at: one.clock.now(), since: one.clock.now() }));
    await one.alerts.drain();
    expect(one.voice.told.map(({ data }) => data.title)).toEqual(['Water has run for 52 minutes']);
    expect(asked).toMatchObject([{ day: '2026-11-21', news: [{}, {}, {}] }]);
    answer.resolve('room');
    await answer.promise;
    expect(await lines()).toBeNull();
    await one.alerts.drain();
    expect(await lines()).toEqual([
      'Hall: 01:49 Small a',
      'Hall: 01:49 Small c',
      'Attic: 01:49 Small b',
    ]);
    expect(asked).toHaveLength(1);
  });

  test('is by time where the asking fails', async () => {
    const order = async () => {
      throw new Error('no database');
    };
    const one = await openRoom(store, { digest: { ...groups, order } });
    await phone('Maja', { severities: ['now', 'today', 'digest'] });
    await three(one.alerts);
    one.clock.pass(5 * hour);
    await one.alerts.drain();
    await one.alerts.drain();
    expect(await lines()).toEqual(['01:49 Small a', '01:49 Small b', '01:49 Small c']);
  });
});

describe('one cause', () => {
  const silent = (n: number) =>
    again({
      ...news(`Sensor ${n} is silent`, `silence:${n}`),
      dependsOn: ['link'],
      severity: 'today',
    });

  test('is told in place of all that hangs on it', async () => {
    await phone('Maja');
    const { id } = await again(news('I lost Home Assistant', 'link'));
    for (let n = 0; n < 30; n++) await silent(n);
    await room.alerts.drain();
    expect(told()).toEqual(['mobile_app_maja: I lost Home Assistant']);
    const [alert, ...others] = await room.alerts.list();
    expect(alert).toMatchObject({ id, children: 30 });
    expect(others).toEqual([]);
    expect(await room.alerts.list({ parent: id })).toHaveLength(30);
    room.clock.pass(5 * minute);
    await ends('link');
    for (let n = 1; n < 30; n++) await ends(`silence:${n}`);
    await later(minute);
    expect(told().slice(1)).toEqual(['mobile_app_maja: Over']);
    // What did not come back with the cause is told for itself.
    await later(10 * minute);
    expect(told().slice(2)).toEqual(['mobile_app_maja: Sensor 0 is silent']);
  });

  test('that was there a moment ago still explains what follows', async () => {
    await phone('Maja');
    await again(news('I lost Home Assistant', 'link'));
    await ends('link');
    await silent(1);
    await later(minute);
    await ends('silence:1');
    await later(20 * minute);
    expect(told()).toEqual([]);
  });
});

test('what is over before its time to be told is told to nobody', async () => {
  await phone('Maja');
  await again({ holdOff: '10m' });
  await later(9 * minute);
  expect(await room.alerts.list()).toEqual([]);
  await ends();
  await later(10 * minute);
  expect(told()).toEqual([]);
  room.clock.pass(hour);
  await again({ holdOff: '10m' });
  await later(11 * minute);
  expect(told()).toEqual(['mobile_app_maja: Water has run for 52 minutes']);
});

test('what comes and goes is told once so, and is over when it rests', async () => {
  await phone('Maja');
  for (let n = 0; n < 8; n++) {
    await again({ holdOff: '5m' });
    await later(minute);
    await ends();
    await later(minute);
  }
  expect(told()).toEqual(['mobile_app_maja: Water has run for 52 minutes']);
  expect(room.voice.told[0]!.data.message).toMatch(/^Comes and goes: 4 times since 02:41\. /);
  const [alert] = await room.alerts.list();
  expect(alert?.state).toBe('open');
  expect((await room.alerts.page(alert!.id)).comesAndGoes).toMatchObject({ times: 8 });
  await later(31 * minute);
  await later(minute);
  expect(told().at(-1)).toBe('mobile_app_maja: Over');
  expect((await room.alerts.list())[0]?.state).toBe('resolved');
});

describe('after a gap', () => {
  const found = { at: night - 3 * hour, since: night - 3 * hour };

  test('what is over comes in the morning', async () => {
    await phone('Maja');
    await room.alerts.open(water(found));
    await room.alerts.resolve(home, 'water:sensor.water_flow', {
      ...{ title: 'Over: the water stopped at 00:41', text: 'It ran.', at: night - 2 * hour },
    });
    await later(minute);
    expect(told()).toEqual([]);
    await later(5 * hour);
    expect(told()).toEqual(['mobile_app_maja: Since yesterday: 1 thing']);
    expect(String(room.voice.told[0]!.data.message)).toContain('1 while I was away');
  });

  test('what is still so rings, and says since when at least', async () => {
    await phone('Maja');
    await room.alerts.open(water(found));
    await later(30_000);
    expect(told()).toEqual(['mobile_app_maja: Water has run for 52 minutes']);
    expect(room.voice.told[0]!.data.message).toMatch(/^Since at least 20 Nov 23:41\. /);
  });
});

test('a later step and the digest are journalled: told once, also by two at once', async () => {
  const maja = await savePerson(store.db, { name: 'Maja', channels: [(await phone('Maja')).id] });
  const ola = await savePerson(store.db, { name: 'Ola', channels: [(await phone('Ola')).id] });
  await saveRoute(store.db, {
    name: 'One after another',
    steps: [
      { persons: [maja.id], channels: [], afterMinutes: 0 },
      { persons: [ola.id], channels: [], afterMinutes: 5 },
    ],
  });
  await room.alerts.open(water());
  await room.alerts.drain();
  room.clock.pass(6 * minute);
  const other = await openRoom(store, { clock: room.clock });
  await Promise.all([room.alerts.drain(), other.alerts.drain()]);
  const all = [...room.voice.told, ...other.voice.told].map(({ action }) => action);
  expect(all.toSorted()).toEqual(['mobile_app_maja', 'mobile_app_ola']);
});

test('what was seen, then quiet, can be seen again: while it is quiet, and when it speaks once more', async () => {
  await phone('Maja');
  const { id } = await room.alerts.open(water());
  await room.alerts.acknowledge(id, 'Maja');
  await room.alerts.quiet(id, room.clock.now() + hour);
  await room.alerts.acknowledge(id, 'Ola');
  expect(await room.alerts.page(id)).toMatchObject({ state: 'acknowledged', seenBy: 'Ola' });
  await room.alerts.quiet(id, room.clock.now() + hour);
  await later(2 * hour);
  expect((await room.alerts.page(id)).state).toBe('open');
  await room.alerts.acknowledge(id, 'Maja');
  expect(await room.alerts.page(id)).toMatchObject({ state: 'acknowledged', seenBy: 'Maja' });
});
