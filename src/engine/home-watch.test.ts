/** Triggers at work on PostgreSQL, their clock turned by hand. */

import type { World } from '@tomte/sdk/condition';
import { defineWorkflow, type TriggerSpec, type WorkflowDefinition } from '@tomte/sdk/define';
import type { Change, EntityInfo, EntityState } from '@tomte/sdk/home';
import { afterAll, afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { type VirtualClock, virtualClock } from '../lib/testing/virtual-clock.ts';
import { listNotRuns } from '../store/not-runs.ts';
import type { HomeWatch } from './home-watch.ts';
import {
  closeTestStore,
  doors,
  home,
  type OpenedEngine,
  openTestEngine,
  setMode,
} from './testing.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const t = (text: string) => Date.parse(text);

let opened: OpenedEngine | undefined;
let watch: HomeWatch | undefined;
afterAll(closeTestStore);
afterEach(async () => {
  await watch?.close();
  await opened?.close();
  opened = undefined;
  watch = undefined;
});

const tried = (
  triggers: readonly TriggerSpec[],
  rest: Partial<WorkflowDefinition> = {},
): WorkflowDefinition =>
  defineWorkflow({
    title: 'Tried',
    text: 'For a test.',
    triggers,
    settings: z.strictObject({}),
    run: async () => null,
    ...rest,
  });

/** A home of two sensors, its states set by hand. */
function handHome(clock: VirtualClock) {
  const states = new Map<string, EntityState>();
  const info = (id: string): EntityInfo => ({
    id,
    name: id,
    domain: id.split('.')[0]!,
    deviceClass: id.includes('door') ? 'door' : null,
    stateClass: null,
    unit: null,
    area: 'Kitchen',
    device: null,
    labels: [],
    platform: null,
  });
  let current = true;
  const state = (id: string, value: string): EntityState => ({
    entityId: id,
    state: value,
    attributes: {},
    lastChanged: clock.now(),
    lastUpdated: clock.now(),
    contextId: null,
    contextUserId: null,
  });
  return {
    ports: {
      where: () => ({ zone: 'Europe/Stockholm', latitude: 59.3, longitude: 18.1 }),
      info,
      state: (id: string) => states.get(id),
      isCurrent: () => current,
    },
    world: (): World => ({
      zone: 'Europe/Stockholm',
      now: clock.now(),
      state: (id) => states.get(id) ?? null,
    }),
    set current(value: boolean) {
      current = value;
    },
    put: (id: string, value: string) => states.set(id, state(id, value)),
    /** The entity changes, and the change as it is told. */
    change(id: string, value: string, o: { at?: number; late?: boolean } = {}): Change {
      const from = states.get(id) ?? null;
      const to = state(id, value);
      states.set(id, to);
      const at = o.at ?? clock.now();
      return { home, entityId: id, from, to, at, late: o.late ?? false, generation: 1 };
    },
  };
}

async function start(
  workflow: WorkflowDefinition,
  o: { at: string; pausedUntil?: number | null },
): Promise<{ clock: VirtualClock; hand: ReturnType<typeof handHome>; reopen(): Promise<void> }> {
  const clock = virtualClock(t(o.at));
  const hand = handHome(clock);
  opened = await openTestEngine({ tried: workflow }, doors(), { clock });
  await setMode(opened.store.db, 'tried', 'on');
  const begin = async () => {
    opened!.engine.addPlace('tomte', {
      store: opened!.store,
      effects: doors(),
      gate: { pausedUntil: () => o.pausedUntil ?? null, world: hand.world },
    });
    watch = opened!.engine.watchHome('tomte', home, hand.ports);
    await watch.refresh();
  };
  await begin();
  return {
    clock,
    hand,
    async reopen() {
      await watch!.close();
      await opened!.reopen();
      await begin();
    },
  };
}

const runs = async () =>
  (
    await opened!.store.db
      .selectFrom('runs')
      .select(['trigger', 'reason', 'created_at'])
      .orderBy('created_at')
      .orderBy('reason')
      .execute()
  ).map((row) => ({ ...row, fired: row.trigger as Record<string, unknown> }));
const refusals = async () =>
  (await listNotRuns(opened!.store.db, { home, limit: 100 })).map(
    ({ code, reason, at, times }) => ({ code, reason, at: at.toISOString(), times }),
  );

/** Moves the clock and waits until what that set off is kept. */
async function until(clock: VirtualClock, at: number): Promise<void> {
  await clock.runTo(at);
  await watch!.check();
}

test('what is due fires once, at its time', async () => {
  const { clock } = await start(tried([{ time: { at: '07:30' } }]), { at: '2026-05-01T00:00:00Z' });
  expect(watch!.nextDues()).toEqual(new Map([['tried', t('2026-05-01T05:30:00Z')]]));
  await until(clock, t('2026-05-01T05:29:59Z'));
  expect(await runs()).toEqual([]);
  await until(clock, t('2026-05-01T05:30:00Z'));
  await watch!.check();
  expect(await runs()).toMatchObject([{ reason: 'It was 07:30', fired: { late: false } }]);
  await until(clock, t('2026-05-02T06:00:00Z'));
  expect(await runs()).toHaveLength(2);
});

test('an alert that no workflow listens to costs no look; one that is off still says why it did not start', async () => {
  const fired = {
    kind: 'alert',
    turn: 'opened',
    alert: 'a1',
    key: 'k',
    title: 'Water',
    at: 1,
  } as const;
  const happens = () => opened!.engine.fire('tomte', home, fired);
  const at = '2026-05-01T00:00:00Z';
  await start(tried([{ time: { at: '07:30' } }]), { at });
  expect(watch!.hears('alert')).toBe(false);
  expect(await happens()).toEqual([]);
  await watch!.close();
  await opened!.close();
  await start(tried([{ alert: { turn: 'opened' } }]), { at });
  await setMode(opened!.store.db, 'tried', 'off');
  await watch!.refresh();
  expect(watch!.entries()).toEqual([]);
  expect(await happens()).toHaveLength(1);
  expect(await refusals()).toMatchObject([{ code: 'off' }]);
});

test('after a night switched off one late Run starts, and the others say why they did not', async () => {
  const spec: TriggerSpec = { time: { cron: '0 * * * *', lateMax: '2h' } };
  const { clock, reopen } = await start(tried([spec]), { at: '2026-05-01T00:30:00Z' });
  clock.jump(4 * hourMs);
  await reopen();
  await watch!.check();
  expect((await runs()).map(({ reason }) => reason)).toEqual([
    'It was time (0 * * * *), started late',
  ]);
  expect((await refusals()).map(({ code, at }) => `${at.slice(11, 16)} ${code}`)).toEqual([
    '03:00 skipped',
    '02:00 late',
    '01:00 late',
  ]);
});

test('a clock set back makes nothing fire twice', async () => {
  const { clock } = await start(tried([{ time: { every: '10m' } }]), {
    at: '2026-05-01T00:00:00Z',
  });
  for (let n = 1; n <= 6; n++) await until(clock, t('2026-05-01T00:00:00Z') + n * 10 * minuteMs);
  expect(await runs()).toHaveLength(6);
  clock.jump(-hourMs);
  await watch!.refresh();
  for (let n = 1; n <= 6; n++) await until(clock, t('2026-05-01T00:00:00Z') + n * 10 * minuteMs);
  expect(await runs()).toHaveLength(6);
  await until(clock, t('2026-05-01T01:10:00Z'));
  expect(await runs()).toHaveLength(7);
});

test('a clock that was years ahead does not silence a schedule for years', async () => {
  const { clock, reopen } = await start(tried([{ time: { every: '1h' } }]), {
    at: '2031-01-01T00:30:00Z',
  });
  await until(clock, t('2031-01-01T01:00:00Z'));
  clock.jump(t('2026-05-01T00:30:00Z') - clock.now());
  await reopen();
  await until(clock, t('2026-05-01T01:00:00Z'));
  expect(await runs()).toHaveLength(2);
});

test('two workers that both believe they hold the home start one Run', async () => {
  const { clock, hand } = await start(tried([{ time: { at: '07:30' } }]), {
    at: '2026-05-01T05:29:00Z',
  });
  const second = opened!.engine.watchHome('tomte', home, hand.ports);
  await second.refresh();
  await clock.runTo(t('2026-05-01T05:30:00Z'));
  await Promise.all([watch!.check(), second.check()]);
  expect(await runs()).toHaveLength(1);
  await second.close();
});

test('a state that became so starts a Run, told twice or not', async () => {
  const { hand } = await start(tried([{ state: { deviceClass: 'door', to: 'on' } }]), {
    at: '2026-05-01T00:00:00Z',
  });
  hand.put('binary_sensor.door', 'off');
  const opens = hand.change('binary_sensor.door', 'on');
  await watch!.take([opens]);
  await watch!.take([opens]);
  hand.put('light.lamp', 'off');
  await watch!.take([hand.change('light.lamp', 'on')]);
  expect(await runs()).toMatchObject([
    { reason: 'binary_sensor.door went from off to on', fired: { from: 'off', to: 'on' } },
  ]);
});

const doorLong: TriggerSpec = { state: { entity: 'binary_sensor.door', to: 'on', for: '10m' } };

test('what must stay so waits through a restart of Tomte and fires at its time', async () => {
  const { clock, hand, reopen } = await start(tried([doorLong]), { at: '2026-05-01T00:00:00Z' });
  hand.put('binary_sensor.door', 'off');
  await watch!.take([hand.change('binary_sensor.door', 'on')]);
  clock.jump(5 * minuteMs);
  await reopen();
  await until(clock, t('2026-05-01T00:09:59Z'));
  expect(await runs()).toEqual([]);
  await until(clock, t('2026-05-01T00:10:00Z'));
  expect(await runs()).toMatchObject([{ fired: { at: t('2026-05-01T00:10:00Z'), late: false } }]);
  expect(await opened!.store.db.selectFrom('pending_triggers').selectAll().execute()).toEqual([]);
});

test('what ends before its time starts nothing; what lasted longer does, though both are heard late', async () => {
  const { clock, hand } = await start(tried([doorLong]), { at: '2026-05-01T00:00:00Z' });
  hand.put('binary_sensor.door', 'off');
  const at = clock.now();
  clock.jump(30 * minuteMs);
  const late = (value: string, minutes: number) =>
    hand.change('binary_sensor.door', value, { at: at + minutes * minuteMs, late: true });
  await watch!.take([late('on', 1), late('off', 4)]);
  expect(await runs()).toEqual([]);
  await watch!.take([late('on', 5), late('off', 20)]);
  expect(await runs()).toMatchObject([{ fired: { at: at + 15 * minuteMs, late: true } }]);
});

test('while the home is away, or the sensor is, nobody claims that it stayed so', async () => {
  const { clock, hand } = await start(tried([doorLong]), { at: '2026-05-01T00:00:00Z' });
  hand.put('binary_sensor.door', 'off');
  await watch!.take([hand.change('binary_sensor.door', 'on')]);
  hand.current = false;
  await until(clock, t('2026-05-01T00:12:00Z'));
  expect(await runs()).toEqual([]);
  hand.current = true;
  hand.put('binary_sensor.door', 'unavailable');
  await until(clock, t('2026-05-01T00:14:00Z'));
  expect(await runs()).toEqual([]);
  hand.put('binary_sensor.door', 'on');
  await until(clock, t('2026-05-01T00:15:00Z'));
  expect(await runs()).toMatchObject([{ fired: { at: t('2026-05-01T00:10:00Z'), late: true } }]);
});

test('a change heard more than an hour late starts nothing and says so', async () => {
  const { clock, hand } = await start(tried([{ state: { entity: 'light.lamp', to: 'on' } }]), {
    at: '2026-05-01T00:00:00Z',
  });
  hand.put('light.lamp', 'off');
  const at = clock.now();
  clock.jump(3 * hourMs);
  await watch!.take([hand.change('light.lamp', 'on', { at, late: true })]);
  expect(await runs()).toEqual([]);
  expect(await refusals()).toMatchObject([
    { code: 'late', reason: 'It was heard 3 h late, 1 h is the most.' },
  ]);
});

test('a condition that fails is told with what was and what had to be, and only once judged', async () => {
  const { hand } = await start(
    tried([{ state: { entity: 'light.lamp', to: 'on' } }], {
      conditions: () => [
        { entity: 'sensor.price', below: 30 },
        { time: { after: '00:00', before: '23:59' } },
      ],
    }),
    { at: '2026-05-01T00:00:00Z' },
  );
  hand.put('sensor.price', '34');
  hand.put('light.lamp', 'off');
  const on = hand.change('light.lamp', 'on');
  await watch!.take([on]);
  expect(await refusals()).toMatchObject([
    { code: 'condition', reason: 'sensor.price was 34, must be below 30.' },
  ]);
  // Heard again after a crash: by now it would start, and that would be wrong.
  hand.put('sensor.price', '20');
  await watch!.take([on]);
  expect(await runs()).toEqual([]);
  const [row] = await listNotRuns(opened!.store.db, { home, limit: 1 });
  expect(row?.details).toMatchObject({
    because: 'light.lamp went from off to on',
    conditions: [{ met: false, entity: 'sensor.price' }, { met: true }],
  });
});

test('triggers are waited for until they are quiet, also over a restart; the last one counts', async () => {
  const { clock, hand, reopen } = await start(
    tried([{ state: { entity: 'light.lamp' } }], { debounce: '1m' }),
    { at: '2026-05-01T00:00:00Z' },
  );
  hand.put('light.lamp', 'off');
  await watch!.take([hand.change('light.lamp', 'on')]);
  await until(clock, t('2026-05-01T00:00:50Z'));
  await watch!.take([hand.change('light.lamp', 'off')]);
  await until(clock, t('2026-05-01T00:01:20Z'));
  expect(await runs()).toEqual([]);
  await reopen();
  await until(clock, t('2026-05-01T00:01:50Z'));
  expect(await runs()).toMatchObject([{ fired: { to: 'off' } }]);
  expect(await refusals()).toMatchObject([{ code: 'debounce', times: 1 }]);
  expect(await opened!.store.db.selectFrom('pending_triggers').selectAll().execute()).toEqual([]);
});

test('a pause holds back, and says until when; who asks by name is served', async () => {
  const { hand } = await start(tried([{ state: { entity: 'light.lamp' } }, { manual: true }]), {
    at: '2026-05-01T00:00:00Z',
    pausedUntil: t('2026-05-01T06:00:00Z'),
  });
  hand.put('light.lamp', 'off');
  await watch!.take([hand.change('light.lamp', 'on')]);
  expect(await refusals()).toMatchObject([
    { code: 'paused', reason: 'Tomte was paused until 08:00.' },
  ]);
  await opened!.engine.fire('tomte', home, { kind: 'manual', by: 'Ola', at: 1 });
  expect(await runs()).toMatchObject([{ reason: 'Started by Ola' }]);
});

test('settings that change move the due time, and a workflow switched off has none', async () => {
  const workflow = defineWorkflow({
    title: 'Tried',
    text: 'For a test.',
    settings: z.strictObject({ at: z.string().default('07:30') }),
    triggers: ({ at }) => [{ time: { at } }],
    run: async () => null,
  }) as unknown as WorkflowDefinition;
  const { clock } = await start(workflow, { at: '2026-05-01T00:00:00Z' });
  const { db } = opened!.store;
  await setMode(db, 'tried', 'on', { at: '09:00' });
  await watch!.refresh();
  expect([...watch!.nextDues().values()]).toEqual([t('2026-05-01T07:00:00Z')]);
  await setMode(db, 'tried', 'off', { at: '09:00' });
  await watch!.refresh();
  await until(clock, t('2026-05-01T08:00:00Z'));
  expect(watch!.nextDues().size).toBe(0);
  expect(await runs()).toEqual([]);
  // On again: what was due meanwhile was not missed.
  await setMode(db, 'tried', 'on', { at: '09:00' });
  await watch!.refresh();
  await watch!.check();
  expect(await runs()).toEqual([]);
  await setMode(db, 'tried', 'on', { at: 'soon' });
  await watch!.refresh();
  expect(watch!.faults).toMatchObject([
    { workflow: 'tried', error: { code: 'workflow.trigger_invalid' } },
  ]);
});
