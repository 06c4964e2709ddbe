import { minutesToLevel, readPlanLoad, switchLoad } from '@tomte/sdk/plan-load';
import { describe, expect, test } from 'vitest';
import { type LoadSeen, loadNow, type Pin } from './home-loads.ts';
import { windowOf } from './load-window.ts';
import { backOrder, orderOf } from './orders.ts';

const zone = 'Europe/Berlin';
const at = (text: string): number => Date.parse(text);
const minuteMs = 60_000;
const dishwasher = readPlanLoad('Dishwasher switch.dishwasher 1200 W 90 min 20:00-07:00')!;
const car = readPlanLoad('Car switch.wallbox 7400 W 180 min 18:00-07:00 in pieces else on')!;
/** 22:00 in Berlin. */
const now = at('2026-11-20T21:00:00Z');
const off: LoadSeen = { isOn: false, isReady: true, isDrawing: null, ran: [] };
const ranFor = (minutes: number, ago: number): LoadSeen['ran'] => [
  { start: now - (ago + minutes) * minuteMs, end: now - ago * minuteMs },
];
const look = (load: typeof car, seen: Partial<LoadSeen> = {}, pin: Pin | null = null) =>
  loadNow(load, { ...off, ...seen }, { now, zone, pin });
const plan = (...on: string[]) => ({
  slots: [
    {
      start: '2026-11-20T21:00:00Z',
      minutes: 15,
      loads: { Dishwasher: 0, Car: 0, ...Object.fromEntries(on.map((name) => [name, 1_000])) },
    },
  ],
});

test('a line is a load; what is none is none', () => {
  expect(readPlanLoad('Heat pump number.boost set 5 or 0 3000 W 60 min 11:00-16:00')).toMatchObject(
    { name: 'Heat pump', entity: 'number.boost', on: '5', off: '0', contiguous: true, own: null },
  );
  expect(car).toMatchObject({ contiguous: false, fromBattery: true, own: 'on' });
  const all =
    'Car switch.a 7400 W 180 min 18:00-07:00 in pieces ready binary_sensor.b meter sensor.c energy sensor.d not from battery else off';
  expect(readPlanLoad(all)).toMatchObject({
    ...{ ready: 'binary_sensor.b', meter: 'sensor.c', energy: 'sensor.d' },
    ...{ fromBattery: false, own: 'off' },
  });
  for (const wrong of [
    'Car lock.front 7400 W 180 min 18:00-07:00',
    'Car number.a 7400 W 180 min 18:00-07:00',
    'Car switch.a set 1 or 0 7400 W 180 min 18:00-07:00',
    'Car switch.a 7400 W 0 min 18:00-07:00',
    'Car switch.a 7400 W 180 min 25:00-07:00',
    'switch.a 7400 W 180 min 18:00-07:00',
  ]) {
    expect(readPlanLoad(wrong), wrong).toBeNull();
  }
  const pump = readPlanLoad('Pump select.mode set fast or eco 900 W 60 min 10:00-16:00')!;
  expect(switchLoad(pump, 'on')).toMatchObject({
    ...{ domain: 'select', action: 'select_option', data: { option: 'fast' } },
  });
});

test('a window is the one it is in, else the next, also where the clocks change', () => {
  expect(windowOf(dishwasher, { now, zone }).window).toEqual({
    start: at('2026-11-20T19:00:00Z'),
    end: at('2026-11-21T06:00:00Z'),
  });
  const noon = windowOf(dishwasher, { now: at('2026-11-20T11:00:00Z'), zone }).window;
  expect(noon.start).toBe(at('2026-11-20T19:00:00Z'));
  const winter = windowOf(dishwasher, { now: at('2026-10-24T21:00:00Z'), zone }).window;
  expect(winter.end - winter.start).toBe(12 * 60 * minuteMs);
});

describe('what is wanted now', () => {
  test('on in its slot, off in its window, and nothing before it', () => {
    expect(orderOf(look(dishwasher), plan('Dishwasher'), now).want).toBe('on');
    expect(orderOf(look(dishwasher), plan(), now).want).toBe('off');
    const noon = at('2026-11-20T11:00:00Z');
    const early = loadNow(dishwasher, off, { now: noon, zone, pin: null });
    expect(orderOf(early, plan(), noon).want).toBeNull();
  });

  test('a window that began a moment ago holds the slot that is now', () => {
    const late = readPlanLoad('Car switch.wallbox 7400 W 180 min 21:58-07:00')!;
    expect(look(late).wire!.earliest).toBe('2026-11-20T20:45:00.000Z');
  });

  test('what runs in one piece is never cut; what runs in pieces may be', () => {
    const running = look(dishwasher, { isOn: true, ran: ranFor(30, 0) });
    expect(running).toMatchObject({ stand: 'running', doneMinutes: 30 });
    expect(running.wire).toMatchObject({ running: true, durationMinutes: 60 });
    expect(orderOf(running, plan(), now).want).toBe('on');
    const charging = look(car, { isOn: true, ran: ranFor(30, 0) });
    expect(charging.wire).toMatchObject({ running: false, durationMinutes: 150 });
    expect(orderOf(charging, plan(), now).want).toBe('off');
  });

  test('done is off, but not while its meter still shows that it runs', () => {
    const done = look(dishwasher, { isOn: true, ran: ranFor(90, 0) });
    expect(done.stand).toBe('done');
    expect(orderOf(done, plan(), now).want).toBe('off');
    const longer = look(dishwasher, { isOn: true, isDrawing: true, ran: ranFor(90, 0) });
    expect(orderOf(longer, plan(), now).want).toBeNull();
    // A second run, begun by hand.
    const again = look(dishwasher, { isOn: true, ran: [...ranFor(90, 20), ...ranFor(10, 0)] });
    expect(again.stand).toBe('done');
    expect(orderOf(again, plan(), now).want).toBeNull();
    // A plug that is on all day is no run where a meter says so.
    const idle = look(dishwasher, { isOn: true, isDrawing: false, ran: [] });
    expect(idle.stand).toBe('planned');
  });

  test('pieces add up over the night; a broken run in one piece counts as none', () => {
    const ran = [...ranFor(60, 60), ...ranFor(30, 20)];
    expect(look(car, { ran }).doneMinutes).toBe(90);
    expect(look(dishwasher, { ran }).doneMinutes).toBe(0);
  });

  test('not ready, or not known, is left as it is', () => {
    for (const seen of [{ isReady: false }, { isOn: null }]) {
      expect(look(car, seen).wire).toBeNull();
      expect(orderOf(look(car, seen), plan('Car'), now).want).toBeNull();
    }
  });

  test('without a plan each goes back to itself, and a running appliance runs on', () => {
    expect(backOrder(look(car)).want).toBe('on');
    expect(backOrder(look(dishwasher, { isOn: true, ran: ranFor(5, 0) })).want).toBeNull();
    expect(backOrder(look(car, {}, { kind: 'leave', at: null, until: null })).want).toBeNull();
  });

  test('without a plan, what says nothing of itself goes back to as it was found, or as a person said', () => {
    const heater = { ...car, own: null };
    const isOn = { isOn: true, ran: ranFor(30, 0) };
    const on = look(heater, isOn);
    expect(backOrder(on, { found: 'off' }).want).toBe('off');
    expect(backOrder(look(heater), { found: 'on' }).want).toBe('on');
    expect(backOrder(on).want).toBeNull();
    // One that ran to its end is not in the middle of it.
    const ended = look(dishwasher, { isOn: true, ran: ranFor(95, 0) });
    expect(backOrder(ended, { found: 'off' }).want).toBe('off');
    const until = now + 60 * minuteMs;
    for (const [kind, want] of [
      ['now', 'on'],
      ['wait', 'off'],
      ['leave', null],
    ] as const) {
      const one = look(heater, isOn, { kind, at: null, until });
      expect(backOrder(one, { found: 'off' }).want, kind).toBe(want);
      expect(backOrder(one, { found: 'off', leaving: true }).want, kind).toBeNull();
    }
  });

  test('what the plan began does not run on when its time is over, or it is unplugged', () => {
    const hand = { last: 'on', found: 'off' } as const;
    const after = at('2026-11-21T06:00:00Z');
    const late = (o: Partial<LoadSeen>, load = car) =>
      loadNow(load, { ...off, isOn: true, ...o }, { now: after, zone, pin: null });
    expect(orderOf(late({}), plan(), after, hand)).toMatchObject({ want: 'off' });
    expect(orderOf(late({ isReady: false }), plan(), after, hand).want).toBe('off');
    // A person’s own, as it was found, and in one piece: as they are.
    expect(orderOf(late({}), plan(), after, { last: 'off', found: 'off' }).want).toBeNull();
    expect(orderOf(late({}), plan(), after, { last: 'on', found: 'on' }).want).toBeNull();
    expect(orderOf(late({}, dishwasher), plan(), after, hand).want).toBeNull();
  });
});

describe('a person’s way', () => {
  const pin = (kind: Pin['kind'], o: Partial<Pin> = {}): Pin => ({
    ...{ kind, at: null, until: now + 8 * 60 * minuteMs, ...o },
  });

  test('now: it runs whatever the plan says, for as long as it needs', () => {
    const one = look(dishwasher, {}, pin('now', { until: now + 90 * minuteMs }));
    expect(one.wire).toMatchObject({ running: true, durationMinutes: 90 });
    expect(orderOf(one, plan(), now).want).toBe('on');
  });

  test('not tonight, left alone, by a time, at a time', () => {
    const tonight = look(dishwasher, {}, pin('wait', { until: at('2026-11-21T05:00:00Z') }));
    expect(tonight).toMatchObject({ stand: 'waits', wire: null });
    expect(orderOf(tonight, plan('Dishwasher'), now).want).toBe('off');
    const alone = look(car, {}, pin('leave'));
    expect([alone.wire, orderOf(alone, plan('Car'), now).want]).toEqual([null, null]);
    const by = look(car, {}, pin('by', { at: at('2026-11-21T13:00:00Z') }));
    expect(by.wire!.deadline).toBe('2026-11-21T13:00:00.000Z');
    const begun = look(dishwasher, {}, pin('at', { at: at('2026-11-20T23:05:00Z') }));
    expect(begun.wire).toMatchObject({
      earliest: '2026-11-20T23:00:00.000Z',
      deadline: '2026-11-21T00:30:00.000Z',
    });
  });
});

test('a plug that is always on shows nothing: it is left alone, and not taken for what runs or has run', () => {
  const since = (hours: number): Partial<LoadSeen> => ({
    ...{ isOn: true, ran: [{ start: now - hours * 60 * minuteMs, end: now }] },
  });
  const always = look(dishwasher, since(20));
  expect(always.stand).toBe('unknown');
  expect(orderOf(always, plan('Dishwasher'), now).want).toBeNull();
  // Begun when its window did, it runs; with a meter the meter tells.
  expect(look(dishwasher, since(1)).stand).toBe('running');
  const metered = { ...dishwasher, meter: 'sensor.dishwasher_power' };
  expect(look(metered, { ...since(0), isOn: true, isDrawing: false }).stand).toBe('planned');
});

test('a car is planned by what its level lacks, counts what it ran, and is done when it is full enough', () => {
  const line =
    'Car switch.wallbox 10000 W 600 min 18:00-07:00 in pieces level sensor.soc to 80 % of 60 kWh';
  const byLevel = readPlanLoad(line)!;
  expect(byLevel.level).toEqual({ entity: 'sensor.soc', percent: 80, kWh: 60 });
  // 30 % of 60 kWh is 18 kWh; a tenth is lost on the way.
  expect(minutesToLevel(byLevel, '50')).toBeCloseTo(120);
  expect([minutesToLevel(byLevel, '95'), minutesToLevel(byLevel, 'unknown')]).toEqual([0, null]);
  const ran = ranFor(30, 0);
  const half = look(byLevel, { ran, leftMinutes: 120 });
  expect(half.wire).toMatchObject({ durationMinutes: 120, contiguous: false });
  expect(look(byLevel, { ran, leftMinutes: 0 }).stand).toBe('done');
  // Where the level is not known, what was said holds.
  expect(look(byLevel, { leftMinutes: null }).wire).toMatchObject({ durationMinutes: 600 });
  for (const wrong of [line.replace(' in pieces', ''), line.replace('80', '101')]) {
    expect(readPlanLoad(wrong), wrong).toBeNull();
  }
});
