import { isOn, planLoadFault, readPlanLoad, switchLoad } from '@tomte/sdk/plan-load';
import { afterAll, expect, test } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { openSolver } from '../../lib/solve/solver.ts';
import { type LoadSeen, loadNow, type Pin } from './home-loads.ts';
import { makePlan } from './make.ts';
import { backOrder, orderOf } from './orders.ts';
import { readProblem } from './read.ts';
import { outsideBand } from './warm-loads.ts';

const faults: unknown[] = [];
const solver = openSolver({ clock: systemClock, onFault: (error) => faults.push(error) });
afterAll(() => solver.close());

const zone = 'UTC';
const now = Date.parse('2026-11-20T21:00:00Z');
const line = 'Water heater switch.tank 2000 W keeps sensor.tank 48-60 °C else on';
const tank = readPlanLoad(line)!;
const pumpLine =
  'Heat pump climate.home set 22 or 20 2500 W keeps sensor.room 20-22.5 °C holds 5000 Wh/K loses 150 W/K outside sensor.outdoor gives 3 not from battery else on';
const pump = readPlanLoad(pumpLine)!;
const look = (nowC: number | null, o: Partial<LoadSeen> = {}, pin: Pin | null = null) => {
  const warmth = nowC === null ? null : { nowC, outsideC: null };
  const seen = { isOn: false, isReady: true, isDrawing: null, ran: [], warmth, ...o };
  return loadNow(tank, seen, { now, zone, pin });
};

test('a line says what is kept warm, with a tank where nothing else is said', () => {
  expect(tank).toMatchObject({
    keeps: { sensor: 'sensor.tank', minC: 48, maxC: 60, whPerK: 230, lossWPerK: 2, gives: 1 },
    ...{ powerW: 2_000, contiguous: false, own: 'on', level: null, departure: null },
  });
  expect(pump.keeps).toMatchObject({ minC: 20, maxC: 22.5, whPerK: 5_000, lossWPerK: 150 });
  expect(pump.keeps).toMatchObject({ outside: 'sensor.outdoor', gives: 3 });
  expect(pump.fromBattery).toBe(false);
  for (const [wrong, why] of [
    [line.replace('48-60', '60-48'), 'colder end first'],
    [line.replace('48-60', '48-99'), '95 °C'],
    [line.replace(' else on', ''), 'else on, or else off'],
    [line.replace('2000 W', '0 W'), 'how many W'],
    [pumpLine.replace('22 or 20', '20 or 22'), 'warmer setting first'],
    [pumpLine.replace(' set 22 or 20', ''), 'set A or B'],
    [pumpLine.replace('5000', '0'), 'how many Wh'],
    ['Pump climate.home set 22 or 20 2500 W 60 min 10:00-16:00', 'keeps warm'],
  ] as const) {
    expect(readPlanLoad(wrong), wrong).toBeNull();
    expect(planLoadFault(wrong), wrong).toContain(why);
  }
});

test('it is carried out by a switch or a set-point, which is the nearer of the two', () => {
  expect(switchLoad(tank, 'on')).toMatchObject({ domain: 'switch', action: 'turn_on' });
  expect(switchLoad(pump, 'off')).toEqual({
    ...{ domain: 'climate', action: 'set_temperature', entities: ['climate.home'] },
    data: { temperature: 20 },
  });
  const byNumber = readPlanLoad(line.replace('switch.tank', 'number.tank set 60 or 48'))!;
  expect(switchLoad(byNumber, 'on')).toMatchObject({ action: 'set_value', data: { value: 60 } });
  expect(['22', '23', '20.4', '18', '', null].map((shown) => isOn(pump, shown))).toEqual([
    ...[true, true, false, false],
    ...[null, null],
  ]);
});

test('it is warmed while that is cheap, and never out of its band', async () => {
  const hours = 24;
  const flat = (value: number) => Array.from({ length: hours }, () => value);
  const planned = async (nowC: number) => {
    const one = look(nowC);
    // Dear, but for the third and fourth hour.
    const importPrice = flat(0.4).map((price, n) => (n === 2 || n === 3 ? 0.1 : price));
    const problem = readProblem({
      ...{ id: 'night', start: new Date(now).toISOString(), slotMinutes: 60, importPrice },
      timeLimitMs: 10_000,
      ...{ exportPrice: flat(0), baseLoadW: flat(300), solarW: flat(0), loads: [one.wire] },
    });
    const plan = await makePlan(problem, { solve: solver.solve, ticks: systemClock.ticks });
    return { plan, order: orderOf(one, plan, now), later: orderOf(one, plan, now + 2.5 * 3.6e6) };
  };
  const warm = await planned(51);
  expect(warm.plan.bent).toEqual([]);
  expect([warm.order.want, warm.order.mayPause]).toEqual(['off', true]);
  const on = warm.plan.slots.flatMap(({ loads }, n) => (loads['Water heater']! > 0 ? [n] : []));
  expect(on.length).toBeGreaterThan(0);
  for (const n of on) expect([2, 3]).toContain(n);
  // Cold, it is warmed whatever that costs.
  expect((await planned(44)).order).toMatchObject({ want: 'on', why: 'The plan warms it now.' });
  expect(faults).toEqual([]);
});

test('while its sensor tells nothing, and without a plan, it does what it does by itself', () => {
  const blind = look(null);
  expect(blind).toMatchObject({ stand: 'unknown', wire: null });
  expect(orderOf(blind, { slots: [] }, now)).toMatchObject({ want: 'on' });
  expect(backOrder(look(50)).want).toBe('on');
  // What is not there is not switched.
  expect(orderOf(look(null, { isOn: null }), { slots: [] }, now).want).toBeNull();
  expect([look(47), look(50), look(61)].map(outsideBand)).toEqual(['cold', null, 'hot']);
});

test('a person has it now, not tonight, or left alone', () => {
  const pin = (kind: Pin['kind']): Pin => ({ kind, at: null, until: now + 3_600_000 });
  const one = look(55, {}, pin('now'));
  expect(one.wire).toMatchObject({ durationMinutes: 60, running: true, contiguous: true });
  expect(orderOf(one, { slots: [] }, now).want).toBe('on');
  const waits = look(40, { isOn: true }, pin('wait'));
  expect([waits.stand, waits.wire]).toEqual(['waits', null]);
  expect(orderOf(waits, { slots: [] }, now).want).toBe('off');
  expect(orderOf(look(40, {}, pin('leave')), { slots: [] }, now).want).toBeNull();
});
