/** The same home through Tomte's own Link: authorise, mirror, change, act, lose the line, read the past. */
import type { Change } from '@tomte/sdk/home';
import { grantsOf } from '@tomte/sdk/types-grant';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DoorOutcome, openDoor } from '../../src/home/act.ts';
import { authorize } from '../../src/home/authorize.ts';
import { hourStatistics, stateHistory } from '../../src/home/history.ts';
import { type GapReport, type Link, openLink } from '../../src/home/link.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { Secret } from '../../src/lib/secret.ts';
import { type Arrivals, arrivals } from '../kit/listen.ts';
import { pushReceiver } from '../kit/push.ts';
import { type CuttingProxy, openCuttingProxy } from '../long/cutting-proxy.ts';
import { eventually, type HomeRow, type TestHome } from './homes.ts';

const clock = systemClock;
const dayMs = 86_400_000;
const quick = { backoff: { firstMs: 100, maxMs: 500 }, startPollMs: 200, gatherMs: 50 };

export function linkedContract({ start }: HomeRow): void {
  let home: TestHome;
  let line: CuttingProxy;
  let link: Link;
  let changes: Arrivals<Change> & { add(change: Change): void };
  const gaps: GapReport[] = [];
  beforeAll(async () => {
    home = await start();
    line = await openCuttingProxy(new URL(home.url));
    changes = arrivals<Change>();
    link = openLink({
      home: 'contract',
      address: line.url,
      token: new Secret(home.token),
      pin: null,
      clock,
      log: silentLog,
      random: () => 0.5,
      position: 0,
      options: quick,
    });
    link.onChanges((batch) => {
      for (const change of batch) changes.add(change);
    });
    link.onGap((gap) => gaps.push(gap));
    await link.ready();
  });
  afterAll(async () => {
    await link?.close();
    await line?.close();
    await home?.close();
  });

  const ask = (token: string) => authorize({ address: home.url, token }, { clock, onStage() {} });

  /** Mirror and snapshot agree on what there is and how it stands. */
  async function expectSnapshot(): Promise<void> {
    const rows = (await link.call('get_states')) as { entity_id: string; state: string }[];
    const ids = [...link.mirror.entities()].map((s) => s.entityId);
    expect(ids.sort()).toEqual(rows.map((row) => row.entity_id).sort());
    const differ = rows.filter((row) => link.mirror.entity(row.entity_id)?.state !== row.state);
    expect(differ).toEqual([]);
  }

  test('the test request tells what home it is and who the token belongs to', async () => {
    const answer = await ask(home.token);
    expect(answer).toMatchObject({
      ok: true,
      facts: {
        address: home.url,
        version: '2026.11.0',
        currency: 'EUR',
        user: { admin: home.admin },
      },
    });
    if (!answer.ok) return;
    expect(answer.facts.entities).toBeGreaterThan(20);
    expect(answer.facts.token.daysLeft).toBeGreaterThan(3600);
    expect(answer.warnings.some((w) => w.code === 'link.token_admin')).toBe(home.admin);
  });

  test('a wrong token is link.token_rejected', async () => {
    const broken = `${home.token.slice(0, -6)}AAAAAA`;
    const answer = await ask(broken);
    expect(answer.ok ? null : answer.error.code).toBe('link.token_rejected');
  });

  test('the mirror equals a snapshot', () => expectSnapshot());

  test('an entity that comes, changes and goes is told once each, in order', async () => {
    const id = `sensor.contract_link_${home.admin ? 'admin' : 'resident'}`;
    await home.post(id, '1');
    await home.post(id, '2');
    await home.remove(id);
    await changes.until((c) => c.entityId === id && c.to === null);
    const told = changes.all.filter((c) => c.entityId === id).map((c) => c.to?.state ?? null);
    expect(told).toEqual(['1', '2', null]);
    expect(link.mirror.entity(id)).toBeUndefined();
  });

  test('a granted Action is confirmed in the mirror; one on nobody is caught before it is sent', async () => {
    const journal = {
      intend: async () => ({ attempts: 1, answered: false }),
      answer: async () => {},
    };
    const grants = () => grantsOf(['switch.dishwasher', 'switch.nobody']);
    const parts = { link, clock, log: silentLog, journal, zone: 'Europe/Vienna' };
    const door = openDoor({ ...parts, grants, stopped: () => false });
    const turn = async (action: string, entity: string): Promise<DoorOutcome> =>
      door.act(
        { domain: 'switch', action, entities: [entity], data: {} },
        { askedBy: 'contract', key: `${action} ${entity}` },
      );
    expect((await turn('turn_on', 'switch.dishwasher')).kind).toBe('confirmed');
    expect(link.mirror.entity('switch.dishwasher')?.state).toBe('on');
    expect((await turn('turn_off', 'switch.dishwasher')).kind).toBe('confirmed');
    await expect(turn('turn_on', 'switch.nobody')).rejects.toMatchObject({
      code: 'home.entity_unknown',
    });
    const lock = await turn('turn_on', 'switch.water_heater');
    expect(lock.kind).toBe('refused');
  });

  test('after a torn line it comes back with the changes it missed, late and once', async () => {
    const id = `sensor.contract_gap_${home.admin ? 'admin' : 'resident'}`;
    await home.post(id, '1');
    await changes.until((c) => c.entityId === id && c.to?.state === '1');
    const { generation } = link.mirror;
    line.cut('down');
    for (const state of ['2', '3', '4']) await home.post(id, state);
    line.up();
    await changes.until((c) => c.entityId === id && c.to?.state === '4');
    const told = changes.all.filter((c) => c.entityId === id);
    await eventually(async () => gaps.at(-1) ?? null);
    const how = JSON.stringify({ gaps, told });
    expect(
      told.map((c) => c.to?.state),
      how,
    ).toEqual(['1', '2', '3', '4']);
    expect(told.map((c) => c.late)).toEqual([false, true, true, true]);
    expect(link.mirror.generation).toBeGreaterThan(generation);
    await expectSnapshot();
    await home.remove(id);
  });

  test('an entity removed and made again, before the line was torn and while it is, is told once', async () => {
    const id = `sensor.contract_again_${home.admin ? 'admin' : 'resident'}`;
    await home.post(id, '0');
    await home.remove(id);
    await home.post(id, '1');
    await changes.until((c) => c.entityId === id && c.to?.state === '1');
    const told = gaps.length;
    line.cut('down');
    await home.post(id, '2');
    await home.remove(id);
    for (const state of ['3', '4']) await home.post(id, state);
    line.up();
    await changes.until((c) => c.entityId === id && c.to?.state === '4');
    await eventually(async () => gaps[told] ?? null);
    const states = changes.all.filter((c) => c.entityId === id).map((c) => c.to?.state ?? null);
    expect(states, JSON.stringify(gaps)).toEqual(['0', null, '1', '2', null, '3', '4']);
    expect(gaps[told]!.unknownEntities).toEqual([]);
    await home.remove(id);
    // As history an entity that was removed is unavailable from there on.
    const recorded = await eventually(async () => {
      const from = changes.all.find((c) => c.entityId === id)!.at - 1;
      const states = (await stateHistory(link.call, { entities: [id], from })).get(id) ?? [];
      return states.at(-1)?.state === 'unavailable' && states.length >= 8 ? states : null;
    });
    const words = ['0', 'unavailable', '1', '2', 'unavailable', '3', '4', 'unavailable'];
    expect(recorded.map((s) => s.state).slice(-8)).toEqual(words);
  });

  test('a button pressed in the phone app is heard with an administrator’s token, and costs no other its link', async () => {
    const type = 'mobile_app_notification_action';
    const name = `Contract buttons ${home.admin ? 'admin' : 'resident'}`;
    const phone = await pushReceiver({ url: home.url, token: home.token, name });
    const pressed = arrivals<unknown>();
    const stop = link.onEvent(type, (event) => pressed.add(event.data.action));
    // Answered after what was asked for before it.
    await link.call('get_config');
    await phone.press('SEEN');
    if (home.admin) await pressed.until((action) => action === 'SEEN');
    const { generation } = link.mirror;
    line.cut('reset');
    await eventually(async () => (link.mirror.generation > generation ? true : null));
    await link.ready();
    await link.call('get_config');
    await phone.press('AGAIN');
    if (home.admin) await pressed.until((action) => action === 'AGAIN');
    await link.call('get_config');
    expect(pressed.all).toEqual(home.admin ? ['SEEN', 'AGAIN'] : []);
    expect(link.state.kind).toBe('live');
    stop();
    await phone.close();
  });

  test('a window of history and sixty days of statistics come in our own terms', async () => {
    const now = clock.now();
    const states = await stateHistory(link.call, {
      entities: ['switch.dishwasher'],
      from: now - 3_600_000,
      to: now,
    });
    expect(states.get('switch.dishwasher')!.map((s) => s.state)).toContain('off');
    const ids = ['sensor.water_total'];
    const units = { volume: 'L' };
    const hours = await hourStatistics(link.call, { ids, from: now - 60 * dayMs, to: now, units });
    expect(hours.get('sensor.water_total')!.length).toBeGreaterThan(58 * 24);
  });

  test('a restart in the middle of a sync ends live, and equal to a snapshot', async () => {
    line.cut('reset');
    await eventually(async () =>
      link.state.kind === 'syncing' || link.state.kind === 'live' ? true : null,
    );
    await home.restart();
    await eventually(async () => (link.state.kind === 'live' ? null : true));
    await eventually(async () => {
      const running = link.state.kind === 'live' && link.mirror.config?.state === 'RUNNING';
      return running ? true : null;
    });
    await expectSnapshot();
  }, 90_000);
}
