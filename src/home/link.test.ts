import type { Change } from '@tomte/sdk/home';
import { afterEach, expect, test } from 'vitest';
import { type Log, silentLog } from '../lib/log.ts';
import { openSim, type SimOptions } from '../sim/sim.ts';
import type { GapReport, Link } from './link.ts';
import { saysTheSame } from './noise.ts';
import { linkTo, said, until } from './testing/linked.ts';

const opened: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

async function simulated(o: SimOptions = {}) {
  const sim = await openSim({
    living: false,
    days: 1,
    ...o,
    options: { commitMs: 50, ...o.options },
  });
  opened.push(() => sim.close());
  return sim;
}
function linked(...args: Parameters<typeof linkTo>): Link {
  const link = linkTo(...args);
  opened.push(() => link.close());
  return link;
}
function listen(link: Link, isOurs: (id: string) => boolean, o: { raw?: boolean } = {}) {
  const heard: string[] = [];
  const gaps: GapReport[] = [];
  link.onChanges((batch) => {
    for (const change of batch) if (isOurs(change.entityId)) heard.push(said(change));
  }, o);
  link.onGap((gap) => gaps.push(gap));
  return { heard, gaps };
}
const crowd = (n: number): string => `sensor.crowd_${String(n).padStart(5, '0')}`;
const inCrowd = (id: string): boolean => id.startsWith('sensor.crowd_');

test('a linked home is there with its states, names, rooms and Actions; the first snapshot is no news', async () => {
  const sim = await simulated();
  const link = linked(sim);
  const { heard } = listen(link, () => true);
  await link.ready();
  const { mirror } = link;
  expect(mirror.size).toBeGreaterThan(10);
  expect(mirror.config).toMatchObject({ state: 'RUNNING', time_zone: 'Europe/Berlin' });
  expect(link.state).toMatchObject({ kind: 'live', generation: 1, error: null });
  expect(mirror.infos().some((info) => info.area !== null && info.platform !== null)).toBe(true);
  await until('Actions', () => Object.keys(mirror.actions()).length > 0);
  expect(mirror.hasAction('switch', 'turn_on')).toBe(true);
  expect(mirror.hasAction('switch', 'fly')).toBe(false);
  const [first] = [...mirror.entities()];
  await until('last_reported', () => mirror.lastReported(first!.entityId) !== null);
  expect(heard).toEqual([]);
});

test('changes, new and removed entities are told as they happen', async () => {
  const sim = await simulated({ entities: 80 });
  const link = linked(sim);
  const { heard } = listen(link, (id) => inCrowd(id) || id === 'sensor.new');
  await link.ready();
  sim.set(crowd(0), '7');
  sim.set('sensor.new', '1');
  sim.remove('sensor.new');
  await until('three', () => heard.length === 3);
  expect(heard).toEqual([`${crowd(0)}:0>7`, 'sensor.new:nothing>1', 'sensor.new:1>nothing']);
});

test('what happened while the line was down comes late, in order and once', async () => {
  const sim = await simulated({ entities: 80 });
  // It comes back when it is told to: the line is down for as long as the changes take.
  const link = linked(sim, { options: { backoff: { firstMs: 3_600_000, maxMs: 3_600_000 } } });
  await link.ready();
  const { heard, gaps } = listen(link, inCrowd);
  sim.cut('reset');
  await until('stale', () => link.state.kind === 'stale');
  expect(link.state.nextAttemptAt).not.toBeNull();
  await expect(link.call('get_states')).rejects.toMatchObject({ code: 'link.lost' });
  for (const n of ['1', '2', '3']) {
    sim.set(crowd(1), n);
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
  link.retryNow();
  await until('three', () => heard.length === 3);
  expect(heard).toEqual(['0>1', '1>2', '2>3'].map((x) => `${crowd(1)}:${x} late`));
  expect(gaps[0]).toMatchObject({ cause: 'link.lost', rebuilt: 3, unknownEntities: [] });
  expect(link.mirror.generation).toBe(2);
});

test('an entity the recorder does not keep is named, and its last state is told', async () => {
  const sim = await simulated({ entities: 80, exclude: (id) => id === crowd(2) });
  const link = linked(sim, { options: { gap: { pollMs: 10, recorderMs: 200 } } });
  await link.ready();
  const { heard, gaps } = listen(link, inCrowd);
  sim.cut('reset');
  sim.set(crowd(2), '5');
  await until('told', () => heard.length === 1 && gaps.length === 1);
  expect(heard).toEqual([`${crowd(2)}:0>5 late`]);
  expect(gaps[0]?.unknownEntities).toEqual([crowd(2)]);
});

test('an entity that was removed and comes back in a gap costs nobody a change', async () => {
  const sim = await simulated({ entities: 80, options: { commitMs: 200 } });
  const posted = 'sensor.posted';
  const isOurs = (id: string) => id === posted || id === crowd(2);
  sim.set(posted, 'of old');
  sim.remove(posted);
  const link = linked(sim);
  await link.ready();
  const { heard, gaps } = listen(link, isOurs);
  sim.set(posted, '1');
  sim.remove(posted);
  sim.set(posted, '2');
  await until('live', () => heard.length === 3);
  sim.cut('reset');
  sim.set(crowd(2), '5');
  sim.set(posted, '3');
  sim.remove(posted);
  sim.set(posted, '4');
  sim.set(crowd(2), '6');
  await until('told', () => gaps.length === 1);
  expect(heard).toEqual([
    `${posted}:nothing>1`,
    `${posted}:1>nothing`,
    `${posted}:nothing>2`,
    `${crowd(2)}:0>5 late`,
    `${posted}:2>3 late`,
    `${posted}:3>nothing late`,
    `${posted}:nothing>4 late`,
    `${crowd(2)}:5>6 late`,
  ]);
  expect(gaps[0]?.unknownEntities).toEqual([]);
});

test('a recorder that writes seldom is waited for', async () => {
  const power = 'sensor.house_power';
  const sim = await simulated({ options: { commitMs: 1_500 } });
  sim.set(power, '1');
  const link = linked(sim, { options: { gap: { pollMs: 10, recorderMs: 20 } } });
  await link.ready();
  const { heard, gaps } = listen(link, (id) => id === power);
  sim.cut('reset');
  for (const state of ['2', '3', '4']) sim.set(power, state);
  await until('told', () => gaps.length === 1);
  expect(heard).toEqual([`${power}:1>2 late`, `${power}:2>3 late`, `${power}:3>4 late`]);
});

test('a Tomte that was off hears what it missed, from the state before', async () => {
  const sim = await simulated({ entities: 80 });
  const first = linkTo(sim);
  await first.ready();
  sim.set(crowd(3), '1');
  await until('seen', () => first.mirror.entity(crowd(3))?.state === '1');
  const position = first.mirror.entity(crowd(3))!.lastUpdated;
  await first.close();
  await until('later', () => Date.now() > position + 5);
  sim.set(crowd(3), '2');
  const second = linked(sim, { position });
  const { heard, gaps } = listen(second, inCrowd);
  await until('told', () => gaps.length === 1);
  expect(heard).toEqual([`${crowd(3)}:1>2 late`]);
  expect(gaps[0]?.cause).toBe('start');
});

test('a consumer that is too slow for its queue loses nothing that was recorded', async () => {
  const sim = await simulated({ entities: 80 });
  const link = linked(sim, { options: { queueCapacity: 20 } });
  await link.ready();
  let go = () => {};
  const slow = new Promise<void>((resolve) => {
    go = resolve;
  });
  const heard: string[] = [];
  const causes: string[] = [];
  link.onGap((gap) => causes.push(gap.cause));
  link.onChanges(async (batch) => {
    await slow;
    for (const c of batch) if (c.entityId === crowd(4)) heard.push(c.to!.state);
  });
  for (let n = 1; n <= 120; n++) {
    sim.set(crowd(4), String(n));
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await until('mirrored', () => link.mirror.entity(crowd(4))?.state === '120');
  go();
  await until('all', () => heard.at(-1) === '120');
  expect(heard).toEqual(Array.from({ length: 120 }, (_, n) => String(n + 1)));
  expect(causes).toContain('overflow');
  expect(link.mirror.generation).toBe(1);
});

test('a restart of Home Assistant is no news, but what is gone after it is', async () => {
  const sim = await simulated();
  sim.set('sensor.posted', '1');
  const link = linked(sim);
  await link.ready();
  const { heard, gaps } = listen(link, () => true);
  const raw = new Map<string, Change[]>();
  link.onChanges(
    (batch) => {
      for (const change of batch)
        raw.set(change.entityId, [...(raw.get(change.entityId) ?? []), change]);
    },
    { raw: true },
  );
  await sim.restart({ downMs: 60, startMs: 100 });
  await until('repaired', () => gaps.length === 1);
  expect(heard).toEqual(['sensor.posted:1>nothing late']);
  // What the recorder wrote again reaches nobody, and is not counted as caught up.
  const all = [...raw.values()].flat();
  expect(all.filter(({ from, to }) => saysTheSame(from, to))).toEqual([]);
  expect(gaps[0]).toMatchObject({ cause: 'restart', rebuilt: all.length });
  const dropped = Object.values(gaps[0]!.dropped).reduce((a, b) => a + b, 0);
  expect(dropped).toBeGreaterThanOrEqual(link.mirror.size);
  expect(link.dropped).toEqual(gaps[0]!.dropped);
});

test('a storm of unavailable is dropped and counted; who asks for raw changes sees it', async () => {
  const sim = await simulated({ entities: 80 });
  const link = linked(sim);
  await link.ready();
  const calm = listen(link, inCrowd);
  const raw = listen(link, inCrowd, { raw: true });
  for (let n = 0; n < 10; n++) sim.set(crowd(n), 'unavailable');
  for (let n = 0; n < 10; n++) sim.set(crowd(n), n === 9 ? '44' : '0');
  await until('raw', () => raw.heard.length === 20);
  expect(calm.heard).toEqual([`${crowd(9)}:0>44`]);
  expect(link.dropped).toEqual({ unavailable: 10, returned: 9 });
});

test('a reflex hears a real change before anyone else, and no vanished device', async () => {
  const sim = await simulated({ entities: 80 });
  const link = linked(sim);
  await link.ready();
  const order: string[] = [];
  link.onReflex([crowd(5)], (change) => order.push(`reflex ${change.to?.state}`));
  link.onReflex([crowd(5)], () => {
    throw new Error('a reflex that fails costs nobody else');
  });
  link.onChanges((batch) => void order.push(...batch.map((c) => `told ${c.to?.state}`)));
  sim.set(crowd(5), '1');
  await until('told', () => order.length === 2);
  sim.set(crowd(5), 'unavailable');
  sim.set(crowd(5), '2');
  await until('told again', () => order.includes('told 2'));
  expect(order).toEqual(['reflex 1', 'told 1', 'told 2']);
  expect(link.state.kind).toBe('live');
});

test('an administrator hears the buttons of the phone app over every connection; a resident’s link goes on without', async () => {
  const sim = await simulated();
  const type = 'mobile_app_notification_action';
  const said: string[] = [];
  const spy: Log = {
    ...silentLog,
    debug: (facts, message) => void said.push(`${(facts as { event?: string }).event} ${message}`),
  };
  const admin = linked(sim, { token: sim.tokens.admin });
  const resident = linked(sim, { log: spy });
  const pressed: string[] = [];
  const press = (action: string) => sim.world.fire(type, { action });
  // One is wanted before there is a connection, the others while there is.
  const stop = admin.onEvent(type, ({ data }) => pressed.push(`first ${String(data.action)}`));
  admin.onEvent(type, () => {
    throw new Error('a listener that fails costs nobody else');
  });
  resident.onEvent(type, () => pressed.push('resident'));
  await Promise.all([admin.ready(), resident.ready()]);
  admin.onEvent(type, (event) => pressed.push(`${event.type} ${typeof event.at}`));
  // Commands are answered in order.
  const answered = () => Promise.all([admin.call('get_config'), resident.call('get_config')]);
  await answered();
  press('SEEN');
  await until('pressed', () => pressed.length === 2);
  expect(pressed.splice(0)).toEqual(['first SEEN', `${type} number`]);

  sim.cut('reset');
  const isBack = (link: Link) => link.mirror.generation === 2 && link.state.kind === 'live';
  await until('back', () => isBack(admin) && isBack(resident));
  await answered();
  stop();
  press('AGAIN');
  await until('pressed again', () => pressed.length === 1);
  expect(pressed).toEqual([`${type} number`]);
  expect(said.filter((line) => line.startsWith(type))).toEqual([
    `${type} this token may not listen to an event`,
  ]);
  expect(resident.state).toMatchObject({ kind: 'live', error: null });
});

test('an entity moved to another room is there without a new link', async () => {
  const sim = await simulated({ entities: 80 });
  const link = linked(sim);
  await link.ready();
  const admin = linked(sim, { token: sim.tokens.admin });
  await admin.ready();
  const rooms = (await admin.call('config/area_registry/list')) as { area_id: string }[];
  await admin.call('config/entity_registry/update', {
    entity_id: crowd(6),
    area_id: rooms[0]!.area_id,
  });
  await until('moved', () => link.mirror.info(crowd(6))?.area !== null);
});

test('a refused token stops the Link at once and for good', async () => {
  const sim = await simulated({ options: { banAfter: 3 } });
  const link = linked(sim, { token: 'aaaa.bbbb.cccc' });
  await expect(link.ready()).rejects.toMatchObject({ code: 'link.token_rejected' });
  link.retryNow();
  expect(link.state).toMatchObject({ kind: 'stopped', nextAttemptAt: null });
  const other = linked(sim);
  await other.ready();
});

test('a token deleted while live is tried once more and then no longer', async () => {
  const sim = await simulated();
  const token = sim.token({ user: sim.users.resident });
  const link = linked(sim, { token });
  await link.ready();
  const { id } = (
    JSON.parse(JSON.stringify(await link.call('auth/refresh_tokens'))) as {
      id: string;
      is_current: boolean;
    }[]
  ).find((t) => t.is_current)!;
  // Deleting the token in use ends the socket without an answer.
  await expect(link.call('auth/delete_refresh_token', { refresh_token_id: id })).rejects.toThrow();
  await until('stopped', () => link.state.kind === 'stopped');
  expect(link.state.error?.code).toBe('link.token_rejected');
});

test('closing ends everything, in whatever state', async () => {
  const sim = await simulated();
  const link = linkTo(sim);
  const ready = link.ready().catch((error: unknown) => error);
  await link.close();
  expect(await ready).toMatchObject({ code: 'link.stopped' });
  const unreachable = linkTo({ url: 'http://127.0.0.1:9', tokens: sim.tokens });
  await until('tried', () => unreachable.state.error !== null);
  expect(unreachable.state).toMatchObject({ kind: 'connecting', error: { code: 'link.refused' } });
  await unreachable.close();
});
