import type { EntityState } from '@tomte/sdk/home';
import type { PlanAsked } from '@tomte/sdk/plan';
import { readPlanLoad } from '@tomte/sdk/plan-load';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addHome } from '../../engine/testing-home.ts';
import { systemClock } from '../../lib/clock.ts';
import { silentLog } from '../../lib/log.ts';
import { openSolver, type Solver } from '../../lib/solve/solver.ts';
import { type HandClock, handClock } from '../../lib/testing/hand-clock.ts';
import { type FreshStore, freshStore } from '../../store/testing.ts';
import { type HomePlans, openHomePlans } from './home-plans.ts';
import { planPage } from './plan-page.ts';

const start = Date.UTC(2026, 10, 27, 18);
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const meter = 'sensor.grid_power';
const load = readPlanLoad('Car switch.wallbox 7400 W 60 min 18:00-07:00 in pieces else off')!;
const asked: PlanAsked = { loads: [load], meter, switched: {} };

let store: FreshStore;
let solver: Solver;
let clock: HandClock;
let plans: HomePlans;
let states: Map<string, EntityState>;
let reported: number | null;

const shows = (entityId: string, state: string): void => {
  const [lastChanged, lastUpdated] = [clock.now(), clock.now()];
  const rest = { attributes: {}, lastChanged, lastUpdated, contextId: null, contextUserId: null };
  states.set(entityId, { entityId, state, ...rest });
};

/** Cheap now, dear from the next hour on: the car is to run at once. */
function energy(): Parameters<typeof openHomePlans>[0]['energy'] {
  const hours = Array.from({ length: 30 }, (_, n) => ({
    ...{ start: start + n * hourMs, end: start + (n + 1) * hourMs },
  }));
  const band = hours.map((slot) => ({ ...slot, expected: 0.3, low: 0.2, high: 0.4 }));
  const rate = (value: (n: number) => number) =>
    hours.map((slot, n) => ({ ...slot, value: value(n), assumed: false }));
  const prices = {
    ...{ tariff: { name: 'fixed' }, currency: 'EUR', assumedFrom: null, markup: null, factor: 1 },
    ...{ buy: rate((n) => (n === 0 ? 0.1 : 0.4)), sell: rate(() => 0), peak: null },
  };
  return {
    home: async () => ({ setup: { batteries: [] } }),
    prices: async () => prices,
    forecasts: async () => ({ load: band, solar: band }),
  } as unknown as Parameters<typeof openHomePlans>[0]['energy'];
}

beforeEach(async () => {
  store = await freshStore();
  await addHome(store.db, 'h1');
  clock = handClock(start + minuteMs);
  solver = openSolver({
    clock: systemClock,
    onFault: (error) => silentLog.error({ err: error }, 'solver'),
  });
  states = new Map();
  reported = null;
  const mirror = { entity: (id: string) => states.get(id), lastReported: () => null };
  const call = async (type: string) =>
    type === 'get_states' && reported !== null
      ? [{ entity_id: meter, last_reported: new Date(reported).toISOString() }]
      : {};
  const life = { home: 'h1', zone: 'UTC', link: { mirror, call } };
  const lives = new Map([['h1', life]]) as unknown as ReturnType<
    Parameters<typeof openHomePlans>[0]['lives']
  >;
  plans = openHomePlans({
    ...{ db: store.db, clock, log: silentLog, energy: energy(), solver, lives: () => lives },
  });
  shows('switch.wallbox', 'off');
  shows(meter, '420');
});
afterEach(async () => {
  await solver.close();
  await store.close();
});

const wants = async () => {
  const { stale, orders, batteryMode } = await plans.now('h1', asked);
  return [stale, orders[0]!.want, batteryMode];
};
const notes = async () => {
  const workflow = { mode: 'on', settings: { battery: 'select.battery' }, watch_until: null };
  const where = { home: 'h1', now: clock.now(), zone: 'UTC', wouldHave: [] };
  const page = planPage({ ...where, workflow: workflow as never }, await plans.last('h1'));
  return [page.state, ...page.notes];
};

test('a meter that is silent for 12 minutes hands everything back, and is followed again when it tells', async () => {
  expect(await wants()).toEqual([null, 'on', 'self_consume']);
  clock.pass(11 * minuteMs);
  expect(await wants()).toEqual([null, 'on', 'self_consume']);
  clock.pass(minuteMs);
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
    (await plans.now('h1', { ...asked, loads: [heater], ...hand })).orders[0];
  shows('switch.wallbox', 'on');
  expect(await order()).toMatchObject({ want: 'on' });
  clock.pass(12 * minuteMs);
  expect(await order()).toMatchObject({ want: 'off', is: 'on', why: 'It is as it was found.' });
  const [row] = planPage(
    { home: 'h1', now: clock.now(), zone: 'UTC', workflow: { mode: 'on' } as never, wouldHave: [] },
    await plans.last('h1'),
  ).loads;
  expect(row!.text).toBe('Given back: as it was before the plan began it.');
});

test('the same number told again is no silence; a meter that is away is, however often it says so', async () => {
  await wants();
  clock.pass(20 * minuteMs);
  reported = clock.now() - minuteMs;
  expect(await wants()).toEqual([null, 'on', 'self_consume']);
  shows(meter, 'unavailable');
  clock.pass(12 * minuteMs);
  reported = clock.now();
  expect((await wants())[0]).toBe('Meter silent for 12 min.');
});
