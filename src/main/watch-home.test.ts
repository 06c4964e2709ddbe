import { tellFinding } from '@tomte/sdk/tell-finding';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { handClock, home, openRoom, type Room } from '../alert/testing.ts';
import { type Link, openLink } from '../home/link.ts';
import { systemClock } from '../lib/clock.ts';
import { silentLog } from '../lib/log.ts';
import { Secret } from '../lib/secret.ts';
import { openSim, type Sim } from '../sim/sim.ts';
import { type FreshStore, freshStore } from '../store/testing.ts';
import { watchHome } from './watch-home.ts';

const minute = 60_000;
let store: FreshStore;
let sim: Sim;
let link: Link;
let room: Room;
let watch: ReturnType<typeof watchHome>;

beforeEach(async () => {
  store = await freshStore();
  sim = await openSim({ living: false, days: 1, pastToilet: false });
  link = openLink({
    ...{ home, address: sim.url, token: new Secret(sim.tokens.admin), pin: null },
    ...{ clock: systemClock, log: silentLog, random: () => 0, position: 0 },
    options: { backoff: { firstMs: 10, maxMs: 50 } },
  });
  await link.ready();
  // Ahead of the Link’s, which goes by the computer’s.
  room = await openRoom(store, { clock: handClock(systemClock.now() + 60 * minute) });
  await room.alerts.saveChannel({
    ...{ kind: 'companion-app', name: 'Maja', home },
    settings: { action: 'notify.mobile_app_maja' },
  });
  watch = begin();
});
afterEach(async () => {
  await watch.close();
  await link.close();
  await sim.close();
});
afterAll(() => store.close());

const begin = () =>
  watchHome(
    { home, name: 'Villa Berg', zone: 'Europe/Oslo', link },
    { alerts: room.alerts, clock: { ...room.clock, every: repeatedly }, log: silentLog },
  );
/** By the room’s clock, at most once for each time it is moved on. */
function repeatedly(ms: number, call: () => void): () => void {
  let stop = () => {};
  const wait = () => {
    stop = room.clock.after(ms, () => {
      wait();
      call();
    });
  };
  wait();
  return () => stop();
}
const told = () => room.voice.told.map(({ data }) => String(data.title));
async function later(ms: number): Promise<void> {
  room.clock.pass(ms);
  await room.alerts.drain();
}
const kinds = async () =>
  (await store.db.selectFrom('alerts').select(['key', 'state']).orderBy('key').execute()).map(
    ({ key, state }) => `${key} ${state}`,
  );
const turns = async () =>
  (await store.db.selectFrom('alerts').select('turns').where('key', '=', 'link').execute())[0]
    ?.turns.length ?? 0;

/** Down, until it is known; then up, until that is known too. */
async function restart(n: number): Promise<void> {
  let up = () => {};
  const downUntil = new Promise<void>((resolve) => {
    up = resolve;
  });
  const restarted = sim.restart({ downUntil, startMs: 0 });
  await expect.poll(turns, { timeout: 20_000 }).toBe(Math.min(n, 20));
  up();
  await restarted;
  await link.ready();
  await watch.close();
}

/** As the workflow of silent sensors tells it. */
const silent = (n: number) =>
  tellFinding(
    {
      trigger: {
        kind: 'anomaly',
        finding: {
          ...{ kind: 'raised', episode: `e${n}`, detector: 'silence', entities: [`sensor.s${n}`] },
          ...{ at: room.clock.now(), since: room.clock.now(), severity: 'today', probability: 1 },
          ...{ title: `Sensor ${n} is silent`, text: 'Unavailable.', lines: [] },
          facts: {
            is: '',
            usually: '',
            since: '',
            around: [],
            probably: null,
            check: null,
            numbers: {},
          },
        },
      },
      home: { id: home, name: 'Villa Berg', zone: 'Europe/Oslo' },
      alert: (request: object) => room.alerts.open({ home, ...request } as never),
    } as never,
    { tell: 'as found', ringWhenWorse: true },
    { kind: 'silence', over: 'heard again', lasted: 'It was silent for' },
  );

test('a storm of restarts, silent sensors and a recorder that is down is one alert, over when it rests', async () => {
  for (let n = 1; n <= 20; n++) {
    await restart(n);
    if (n === 7) {
      for (let s = 0; s < 300; s++) await silent(s);
    }
    // In the middle of it Tomte is restarted too: what was told stands in the journal.
    if (n === 11) {
      const clock = room.clock;
      const before = room.voice.told;
      room = await openRoom(store, { clock });
      room.voice.told.push(...before);
    }
    // Its disk is full of what the storm wrote.
    if (n === 14) sim.recorder({ records: false });
    if (n < 20) watch = begin();
    await later(minute);
    if (n === 15) {
      await later(4 * minute);
      await expect.poll(kinds).toContain('recorder open');
      await later(12 * minute);
    }
  }
  // One message, that rang once; later it only counts on, in place.
  const messages = room.voice.told.map(({ data }) => data.data as { tag: string });
  expect(new Set(messages.map(({ tag }) => tag)).size).toBe(1);
  const loud = (await store.db.selectFrom('deliveries').select('silent').execute()).filter(
    ({ silent }) => !silent,
  );
  expect(loud).toHaveLength(1);
  expect(told()[0]).toMatch(/^I lost Home Assistant at /);
  expect(room.voice.told[0]!.data.message).toMatch(/^Comes and goes: 4 times since /);
  watch = begin();
  for (let s = 0; s < 300; s++) {
    const last = { title: 'Over', text: 'Heard again.', at: room.clock.now() };
    await room.alerts.resolve(home, `silence:sensor.s${s}`, last);
  }
  await expect.poll(kinds).toContain('link open');
  sim.recorder({ records: true });
  await later(5 * minute);
  await expect.poll(kinds).toContain('recorder resolved');
  await later(26 * minute);
  await later(minute);
  await later(11 * minute);
  expect(
    told()
      .slice(1)
      .every((title) => !title.includes('silent')),
  ).toBe(true);
  expect(told().at(-1)).toMatch(/^Over: Home Assistant is back/);
  expect(new Set((await kinds()).map((kind) => kind.split(' ')[1]))).toEqual(new Set(['resolved']));
}, 120_000);

test('a recorder that stops is told once, after a while, and over when it records again; one that answers late is no news', async () => {
  const looks = async (answer: object) => {
    sim.recorder(answer);
    await later(5 * minute);
  };
  await looks({ records: true });
  expect(await kinds()).toEqual([]);
  await looks({ records: false });
  await expect.poll(kinds).toEqual(['recorder open']);
  await later(9 * minute);
  expect(told()).toEqual([]);
  await later(2 * minute);
  await later(minute);
  expect(told()).toEqual(['Home Assistant records nothing']);
  // It is still asked when the home goes, and answers into nothing.
  await looks({ records: true, answersAfterMs: 3_600_000 });
  const restarted = sim.restart({ downMs: 50, startMs: 0 });
  await restarted;
  await link.ready();
  await later(minute);
  expect(await kinds()).toContain('recorder open');
  await looks({ answersAfterMs: 20 });
  await expect.poll(kinds).toContain('recorder resolved');
  await later(minute);
  expect(told().filter((title) => title.includes('record'))).toEqual([
    'Home Assistant records nothing',
    'Over: Home Assistant records again',
  ]);
}, 60_000);
