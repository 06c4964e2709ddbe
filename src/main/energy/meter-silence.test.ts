import type { PlanAsked } from '@tomte/sdk/plan';
import { readPlanLoad } from '@tomte/sdk/plan-load';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { planPage } from './plan-page.ts';
import { openTestPlans, type TestPlans } from './testing-plans.ts';

const start = Date.UTC(2026, 10, 27, 18);
const minuteMs = 60_000;
const meter = 'sensor.grid_power';
const load = readPlanLoad('Car switch.wallbox 7400 W 60 min 18:00-07:00 in pieces else off')!;
const asked: PlanAsked = { loads: [load], meter, switched: {} };

let kit: TestPlans;
const shows: TestPlans['shows'] = (...state) => kit.shows(...state);

beforeEach(async () => {
  kit = await openTestPlans(start + minuteMs);
  // Cheap now, dear from the next hour on: the car is to run at once.
  kit.price = (t) => (t <= start ? 0.1 : 0.4);
  shows('switch.wallbox', 'off');
  shows(meter, '420');
});
afterEach(() => kit.close());

const wants = async () => {
  const { stale, orders, batteryMode } = await kit.plans.now('h1', asked);
  return [stale, orders[0]!.want, batteryMode];
};
const notes = async () => {
  const workflow = { mode: 'on', settings: { battery: 'select.battery' }, watch_until: null };
  const where = { home: 'h1', now: kit.clock.now(), zone: 'UTC', wouldHave: [] };
  const page = planPage({ ...where, workflow: workflow as never }, await kit.plans.last('h1'));
  return [page.state, ...page.notes];
};

test('a meter that is silent for 12 minutes hands everything back, and is followed again when it tells', async () => {
  expect(await wants()).toEqual([null, 'on', 'self_consume']);
  kit.clock.pass(11 * minuteMs);
  expect(await wants()).toEqual([null, 'on', 'self_consume']);
  kit.clock.pass(minuteMs);
  expect(await wants()).toEqual(['Meter silent for 12 min.', 'off', 'self_consume']);
  expect(await notes()).toEqual([
    'stale',
    'Meter silent for 12 min. I have given the battery back to its own mode.',
  ]);
  shows(meter, '425');
  expect(await wants()).toEqual([null, 'on', 'self_consume']);
  expect(await notes()).toEqual(['ready']);
});

test('what says nothing of itself goes back to as it was found when the meter falls silent', async () => {
  const heater = readPlanLoad('Heater switch.wallbox 7400 W 60 min 18:00-07:00 in pieces')!;
  const hand = { switched: { Heater: 'on' }, found: { Heater: 'off' } } as const;
  const order = async () =>
    (await kit.plans.now('h1', { ...asked, loads: [heater], ...hand })).orders[0];
  shows('switch.wallbox', 'on');
  expect(await order()).toMatchObject({ want: 'on' });
  kit.clock.pass(12 * minuteMs);
  expect(await order()).toMatchObject({ want: 'off', is: 'on', why: 'It is as it was found.' });
  const [row] = planPage(
    {
      home: 'h1',
      now: kit.clock.now(),
      zone: 'UTC',
      workflow: { mode: 'on' } as never,
      wouldHave: [],
    },
    await kit.plans.last('h1'),
  ).loads;
  expect(row!.text).toBe('Given back: as it was before the plan began it.');
});

test('the same number told again is no silence; a meter that is away is, however often it says so', async () => {
  await wants();
  kit.clock.pass(20 * minuteMs);
  kit.reportedAt = kit.clock.now() - minuteMs;
  expect(await wants()).toEqual([null, 'on', 'self_consume']);
  shows(meter, 'unavailable');
  kit.clock.pass(12 * minuteMs);
  kit.reportedAt = kit.clock.now();
  expect((await wants())[0]).toBe('Meter silent for 12 min.');
});

test('what began in the middle of a quarter, or late, has a plan for the rest when that quarter ends', async () => {
  const pump = readPlanLoad('Pump switch.wallbox 900 W 30 min 18:00-19:00 in pieces')!;
  const one: PlanAsked = { loads: [pump] };
  // It is asked for at eight minutes past, and both slots that it is given lack what is past of the first.
  kit.clock.pass(7 * minuteMs);
  shows('switch.wallbox', 'on');
  expect(await kit.orders(one)).toEqual(['on']);
  kit.clock.pass(22 * minuteMs);
  expect(await kit.orders(one)).toEqual(['on']);
  kit.clock.pass(9 * minuteMs);
  expect(await kit.orders(one)).toEqual(['off']);
});
