/** What only a simulator can be made to do: users, bans, cuts, faults, crowds. */
import { afterEach, expect, test } from 'vitest';
import { rawSocket, rest } from '../../test/kit/raw-home.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import { fastClock } from './fast-clock.ts';
import { live } from './furnish.ts';
import { openSim, type Sim, type SimOptions } from './sim.ts';

const opened: Sim[] = [];
afterEach(async () => {
  for (const sim of opened.splice(0)) await sim.close();
});
async function open(o: SimOptions = {}): Promise<Sim> {
  const sim = await openSim({ living: false, ...o });
  opened.push(sim);
  return sim;
}
const login = async (sim: Sim, token: string) => rawSocket({ url: sim.url, token });
const words = async (sim: Sim, token: string) => (await login(sim, token)).answer.message;
const rejected = 'Invalid access token or password';

test('tokens that are expired, deleted or of a deactivated user are refused alike', async () => {
  const sim = await open();
  const { resident } = sim.users;
  expect(await words(sim, sim.token({ user: resident, lifespanDays: -1 }))).toBe(rejected);
  const doomed = sim.token({ user: resident });
  const { socket } = await login(sim, doomed);
  sim.world.auth.deleteToken(sim.world.auth.tokenOf(doomed)!.id);
  expect(await socket.closed).toBe(1000);
  expect(await words(sim, doomed)).toBe(rejected);
  sim.world.auth.deactivate(resident);
  expect(await words(sim, sim.tokens.resident)).toBe(rejected);
  expect(await words(sim, `${sim.tokens.admin.slice(0, -4)}AAAA`)).toBe(rejected);
});

test('a user who is inactive but keeps tokens, and one who may log in only at home, have words of their own', async () => {
  const sim = await open();
  sim.world.auth.deactivate(sim.users.resident, { keepTokens: true });
  expect(await words(sim, sim.tokens.resident)).toBe('User is not active');
  for (const [seenFrom, said] of [
    ['remote', 'User cannot authenticate remotely'],
    ['cloud', 'User is local only'],
  ] as const) {
    const away = await open({ options: { seenFrom } });
    const user = away.world.auth.addUser({ name: 'Guest', localOnly: true });
    expect(await words(away, away.token({ user }))).toBe(said);
  }
});

test('the third failure bans the address, and then nothing answers but 403 from the web server', async () => {
  const sim = await open({ options: { banAfter: 3 } });
  for (const path of ['/api/', '/api/'])
    expect((await rest({ url: sim.url }, { path })).status).toBe(401);
  expect(await words(sim, 'x')).toBe(rejected);
  const answer = await rest({ url: sim.url, token: sim.tokens.admin }, { path: '/manifest.json' });
  expect([answer.status, answer.text]).toEqual([403, '403: Forbidden']);
  expect(answer.headers.get('server')).toMatch(/aiohttp/);
  await expect(login(sim, sim.tokens.admin)).rejects.toThrow('403');
});

test('a home that was never set up says so', async () => {
  const sim = await open({ options: { onboarded: false } });
  const answer = await rest({ url: sim.url }, { path: '/auth/providers' });
  expect([answer.status, answer.json]).toEqual([
    400,
    { message: 'Onboarding not finished', code: 'onboarding_required' },
  ]);
});

test('an integration that is not loaded is an unknown command', async () => {
  const sim = await open({ options: { without: ['energy'] } });
  const { socket } = await login(sim, sim.tokens.admin);
  expect((await socket.call('energy/get_prefs')).error).toMatchObject({ code: 'unknown_command' });
  const config = await socket.result<{ components: string[] }>('get_config');
  expect(config.components).not.toContain('energy');
});

test('who does not log in within ten seconds is closed', async () => {
  const sim = await open({ clock: fastClock({ factor: 200 }) });
  const { default: WebSocket } = await import('ws');
  const ws = new WebSocket(`${sim.url.replace('http', 'ws')}/api/websocket`);
  expect(await new Promise((resolve) => ws.on('close', resolve))).toBe(1000);
});

test('a reset ends the socket without a word, a silence delivers all in order, half-open never answers', async () => {
  const sim = await open();
  const reset = (await login(sim, sim.tokens.admin)).socket;
  sim.cut('reset');
  expect(await reset.closed).toBe(1006);

  const { socket } = await login(sim, sim.tokens.admin);
  await socket.result('subscribe_entities', { entity_ids: ['switch.dishwasher'] });
  sim.cut('silence', { ms: 50 });
  for (const state of ['on', 'off', 'on']) sim.set('switch.dishwasher', state);
  const states = () =>
    socket.events.all.flatMap((e) =>
      Object.values((e.event.c ?? {}) as Record<string, { '+': { s: string } }>).map(
        (c) => c['+'].s,
      ),
    );
  expect(states()).toEqual([]);
  await socket.events.until(() => states().length === 3);
  expect(states()).toEqual(['on', 'off', 'on']);

  sim.cut('half-open');
  let answered = false;
  void socket.call('ping').then(() => {
    answered = true;
  });
  const second = (await login(sim, sim.tokens.admin)).socket;
  await second.call('ping');
  await second.call('ping');
  expect(answered).toBe(false);
  socket.close();
});

test('a device that is stuck takes the Action and does not follow', async () => {
  const sim = await open();
  sim.world.stuck.add('switch.dishwasher');
  const { socket } = await login(sim, sim.tokens.admin);
  const asked = {
    domain: 'switch',
    service: 'turn_on',
    target: { entity_id: 'switch.dishwasher' },
  };
  expect((await socket.call('call_service', asked)).success).toBe(true);
  expect(sim.state('switch.dishwasher')?.state).toBe('off');
  expect(sim.world.calls.at(-1)).toMatchObject({ domain: 'switch', action: 'turn_on' });
});

test('things of slow integrations come back unavailable and marked restored, then as they were', async () => {
  const sim = await open({ options: { restoredFirst: true } });
  const seen: [string, boolean][] = [];
  sim.world.states.onChange(({ entityId, to }) => {
    if (entityId === 'switch.dishwasher') seen.push([to!.state, to!.attributes.restored === true]);
  });
  await sim.restart({ downMs: 10, startMs: 20 });
  expect(seen).toEqual([
    ['unavailable', true],
    ['off', false],
  ]);
});

test('a leak asked for began long enough ago to be noticed, on the sensor, in history and on the meter', async () => {
  const sim = await open();
  sim.fault('leak');
  expect(Number(sim.state('sensor.water_flow')!.state)).toBeGreaterThanOrEqual(0.4);
  const { socket } = await login(sim, sim.tokens.resident);
  const now = sim.world.clock.now();
  const rows = await socket.result<Record<string, { s: string; lu: number }[]>>(
    'history/history_during_period',
    {
      start_time: new Date(now - 94 * 60_000).toISOString(),
      entity_ids: ['sensor.water_flow'],
    },
  );
  expect(rows['sensor.water_flow']!.every((row) => Number(row.s) >= 0.4)).toBe(true);
  sim.clearFault('leak');
  expect(sim.state('sensor.water_flow')!.state).not.toBe('0.4');
});

test.each([
  ['06:59', 'below_horizon'],
  ['07:00', 'above_horizon'],
  ['12:00', 'above_horizon'],
  ['17:00', 'below_horizon'],
])('the sun of the home stands at %s where its clock says: %s', async (time, stands) => {
  const startAt = Date.parse(`2026-11-22T${time}:00+01:00`);
  const sim = await open({ clock: fastClock({ factor: 1, startAt }) });
  expect(sim.state('sun.sun')!.state).toBe(stands);
});

test('the sun rises while it runs', async () => {
  const began = fastClock({ factor: 1, startAt: Date.parse('2026-11-22T06:00:00+01:00') });
  let passedMs = 0;
  const sim = await open({ clock: { ...began, now: () => began.now() + passedMs } });
  expect(sim.state('sun.sun')!.state).toBe('below_horizon');
  passedMs = 90 * 60_000;
  live(sim.world);
  expect(sim.state('sun.sun')!.state).toBe('above_horizon');
});

test('people go on living while it runs', async () => {
  // The test turns the clock, a minute at a time: how busy the computer is changes nothing.
  let now = Date.parse('2026-11-23T05:30:00Z');
  const onTick: (() => void)[] = [];
  const clock: Clock = {
    ...systemClock,
    now: () => now,
    every(_ms, callback) {
      onTick.push(callback);
      return () => {};
    },
  };
  const sim = await open({ living: true, clock });
  const { socket } = await login(sim, sim.tokens.resident);
  await socket.result('subscribe_entities', {
    entity_ids: ['sensor.water_flow', 'binary_sensor.kitchen_motion'],
  });
  const seen = new Map<string, string[]>();
  for (let minute = 0; minute < 14 * 60; minute++) {
    now += 60_000;
    for (const tick of onTick) tick();
    for (const id of ['sensor.water_flow', 'binary_sensor.kitchen_motion'])
      seen.set(id, [...(seen.get(id) ?? []), sim.state(id)!.state]);
  }
  expect(seen.get('binary_sensor.kitchen_motion')).toContain('on');
  expect(Math.max(...seen.get('sensor.water_flow')!.map(Number))).toBeGreaterThan(5);
  const last = sim.state('sensor.water_flow')!.state;
  await socket.events.until(({ event }) => JSON.stringify(event.c ?? {}).includes(`"s":"${last}"`));
});

test('five thousand entities change two thousand times a second for whoever subscribes', async () => {
  const sim = await open({ entities: 5000 });
  expect(sim.world.states.size).toBe(5000);
  const { socket } = await login(sim, sim.tokens.admin);
  const id = socket.nextId();
  await socket.result('subscribe_entities');
  const stop = sim.changes({ perSecond: 2000 });
  await socket.events.until((e) => e.id === id && JSON.stringify(e.event).includes('"s":"500"'));
  stop();
});
