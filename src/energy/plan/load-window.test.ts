import { planLine } from '@tomte/sdk/plan-lines';
import { planLoadFault, readPlanLoad } from '@tomte/sdk/plan-load';
import { describe, expect, test } from 'vitest';
import { type LoadSeen, loadNow } from './home-loads.ts';
import { windowOf } from './load-window.ts';
import { orderOf } from './orders.ts';

const zone = 'Europe/Berlin';
const at = (text: string): number => Date.parse(text);
const hourMs = 3_600_000;
/** A Friday, 22:00 in Berlin. */
const now = at('2026-11-20T21:00:00Z');
const line = (departure: string, rest = '') =>
  `Car switch.wallbox 7400 W 180 min 18:00-07:00 ${departure} in pieces${rest}`;
const windowIso = (departure: string, o: { now?: number; events?: number[] | null } = {}) => {
  const { window, isNeeded } = windowOf(readPlanLoad(line(departure))!, { now, zone, ...o });
  const iso = (t: number) => new Date(t).toISOString().slice(0, 16);
  return [iso(window.start), iso(window.end), isNeeded];
};

test('a line says by when it leaves, each weekday or as a calendar has it', () => {
  expect(readPlanLoad(line('by 06:30 Mon-Thu by 09:00 Sat'))!.departure).toEqual({
    times: { 1: '06:30', 2: '06:30', 3: '06:30', 4: '06:30', 6: '09:00' },
    ...{ calendar: null, orNot: false },
  });
  expect(readPlanLoad(line('by 12:00 Sat-Mon or not'))!.departure).toMatchObject({
    times: { 6: '12:00', 7: '12:00', 1: '12:00' },
    orNot: true,
  });
  const all = line('by calendar.trips or not', ' ready binary_sensor.b not from battery else off');
  expect(readPlanLoad(all)).toMatchObject({
    departure: { times: {}, calendar: 'calendar.trips', orNot: true },
    ...{ contiguous: false, ready: 'binary_sensor.b', fromBattery: false, own: 'off' },
  });
  expect(readPlanLoad('Car switch.a 7400 W 180 min 18:00-07:00')!.departure).toBeNull();
});

test('what cannot be is refused with the reason', () => {
  const level = ' level sensor.soc to 80 % of 60 kWh';
  for (const [wrong, why] of [
    [line('by 06:30 Mon-Fri by 09:00 Fri'), 'a weekday stands twice'],
    [line('by 06:30 Mon', level).replace(' in pieces', ''), 'in pieces'],
    [line('by 06:30 Mon', level).replace('80 %', '101 %'), '100 %'],
    [line('by 06:30 Mon').replace('180 min', '0 min'), 'at least a minute'],
    [line('by 06:30 Mon').replace('switch.wallbox', 'number.amps'), 'set A or B'],
  ] as const) {
    expect(readPlanLoad(wrong), wrong).toBeNull();
    expect(planLoadFault(wrong)).toContain(why);
    expect(planLine.safeParse(wrong).error?.issues).toMatchObject([
      { message: expect.stringContaining(why) },
    ]);
  }
  for (const wrong of ['by 25:00 Mon', 'by 06:30 Mo', 'by 06:30', 'or not', 'by sensor.trips']) {
    expect(planLine.safeParse(line(wrong)).error?.issues, wrong).toMatchObject([
      { message: expect.stringContaining('such as Dishwasher') },
    ]);
  }
  expect(planLine.safeParse(line('by 06:30 Mon-Fri')).success).toBe(true);
});

describe('the window ends with the departure', () => {
  test('of its weekday; a day without one ends as others do, or needs nothing', () => {
    // Tomorrow is Saturday.
    const [from, sevenOClock] = ['2026-11-20T17:00', '2026-11-21T06:00'];
    expect(windowIso('by 09:30 Sat')).toEqual([from, '2026-11-21T08:30', true]);
    expect(windowIso('by 06:30 Mon-Fri')).toEqual([from, sevenOClock, true]);
    const monday = ['2026-11-22T17:00', '2026-11-23T05:30'];
    expect(windowIso('by 06:30 Mon-Fri or not')).toEqual([...monday, false]);
    // A day before it begins it is of today.
    expect(windowIso('by 06:30 Mon-Fri or not', { now: now + 21 * hourMs })).toEqual([
      ...monday,
      true,
    ]);
    // Only on the day that is over: in a week.
    const week = windowIso('by 09:30 Fri or not');
    expect(week).toEqual(['2026-11-26T17:00', '2026-11-27T08:30', false]);
  });

  test('of a calendar: the next event; one that is over leaves the day without the usual end', () => {
    const trip = at('2026-11-21T12:15:00Z');
    expect(windowIso('by calendar.trips', { events: [trip] })).toEqual([
      ...['2026-11-20T17:00', '2026-11-21T12:15'],
      true,
    ]);
    const later = windowIso('by calendar.trips', { events: [trip], now: trip + 1 });
    expect(later).toEqual(['2026-11-21T17:00', '2026-11-22T06:00', true]);
    expect(windowIso('by calendar.trips or not', { events: [] })[2]).toBe(false);
    // Not read is not empty.
    expect(windowIso('by calendar.trips or not', { events: null })).toEqual([
      ...['2026-11-20T17:00', '2026-11-21T06:00'],
      true,
    ]);
  });

  test('also over the night on which the clocks change', () => {
    const summer = windowIso('by 06:30 Sun', { now: at('2026-10-24T21:00:00Z') });
    expect(summer).toEqual(['2026-10-24T16:00', '2026-10-25T05:30', true]);
  });
});

test('what is not needed is not planned and left to the person, who may have it now', () => {
  const load = readPlanLoad(line('by 06:30 Mon-Fri or not'))!;
  const seen: LoadSeen = { isOn: true, isReady: true, isDrawing: null, ran: [] };
  const one = loadNow(load, seen, { now, zone, pin: null });
  expect(one).toMatchObject({ stand: 'not_needed', wire: null });
  const order = orderOf(one, { slots: [] }, now);
  expect(order).toMatchObject({ want: null, action: null, why: 'It is not needed today.' });
  const pin = { kind: 'now', at: null, until: now + 3 * hourMs } as const;
  expect(loadNow(load, seen, { now, zone, pin }).stand).toBe('running');
  // A kept line of an earlier version says nothing of departures.
  const { departure: _none, ...before } = load;
  expect(loadNow(before, seen, { now, zone, pin: null }).stand).toBe('planned');
});
