/** Plans of a home in which something does not go as it should. */
import { TomteError } from '@tomte/sdk/errors';
import type { PlanAsked } from '@tomte/sdk/plan';
import { readPlanLoad } from '@tomte/sdk/plan-load';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { setMode } from '../../src/engine/testing-home.ts';
import { planPage } from '../../src/main/energy/plan-page.ts';
import { openTestPlans, type TestPlans } from '../../src/main/energy/testing-plans.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** 22:00 in Berlin; in this night the clocks go back. */
const dstNight = Date.UTC(2026, 9, 24, 20);
const car = readPlanLoad('Car switch.wallbox 7400 W 120 min 18:00-07:00 in pieces')!;
const washer = readPlanLoad('Washer switch.washer 2000 W 60 min 18:00-07:00')!;
const asked: PlanAsked = { loads: [car, washer] };
let kit: TestPlans;

beforeEach(async () => {
  kit = await openTestPlans(dstNight, 'Europe/Berlin');
  for (const one of ['switch.wallbox', 'switch.washer']) kit.shows(one, 'off');
});
afterEach(() => kit.close());

/** A home that does what it is told, looked at each quarter: from when to when each ran. */
async function nightOf(hours: number, each: () => void = () => {}): Promise<Map<string, number[]>> {
  const on = new Map<string, number[]>([car, washer].map(({ name }) => [name, []]));
  for (let quarter = 0; quarter < hours * 4; quarter++) {
    each();
    for (const { load, want } of (await kit.plans.now('h1', asked)).orders) {
      const { entity } = asked.loads.find(({ name }) => name === load)!;
      if (want !== null) kit.shows(entity, want);
      if (want === 'on') on.get(load)!.push(kit.clock.now());
    }
    kit.clock.pass(15 * minuteMs);
  }
  return on;
}
const minutes = (quarters: readonly number[] | undefined) => (quarters?.length ?? 0) * 15;

test('in the night the clocks go back each runs for its minutes, in the hour that comes twice too, and in time', async () => {
  // From 02:00 to 03:00 by the clock, both times.
  const cheap = Date.UTC(2026, 9, 25, 0);
  kit.price = (t) => (t >= cheap && t < cheap + 2 * hourMs ? 0.1 : 0.4);
  const ran = await nightOf(11);
  expect([minutes(ran.get('Car')), minutes(ran.get('Washer'))]).toEqual([120, 60]);
  expect(ran.get('Car')![0]).toBe(cheap);
  for (const t of ran.get('Washer')!) expect(t >= cheap && t < cheap + 2 * hourMs).toBe(true);
}, 60_000);

test('while prices cannot be had the last plan is followed for two hours, then each is handed back, then followed anew', async () => {
  kit.price = (t) => (t >= dstNight + 4 * hourMs ? 0.1 : 0.4);
  const heater: PlanAsked = { loads: [{ ...car, own: 'on' }] };
  expect(await kit.orders(heater)).toEqual(['off']);
  kit.price = () => {
    throw new TomteError('energy.no_prices', 'No price is known');
  };
  kit.clock.pass(110 * minuteMs);
  expect(await kit.orders(heater)).toEqual(['off']);
  kit.clock.pass(15 * minuteMs);
  const back = await kit.plans.now('h1', heater);
  expect(back).toMatchObject({
    stale: 'No price is known. The last plan is too old to follow.',
    batteryMode: 'self_consume',
  });
  expect(back.orders[0]!.want).toBe('on');
  kit.price = () => 0.3;
  expect((await kit.plans.now('h1', heater)).stale).toBeNull();
}, 60_000);

test('paid for using power, and a fuse below what the home uses anyway: a plan comes, and says what it bends', async () => {
  kit.price = () => -0.1;
  expect(await kit.orders(asked)).toEqual(['on', 'on']);
  kit.baseW = 6_000;
  const tight = { ...asked, gridImportMaxW: 5_000 };
  const { orders, stale } = await kit.plans.now('h1', tight);
  expect([stale, orders.length]).toEqual([null, 2]);
  const page = planPage(
    { home: 'h1', now: kit.clock.now(), zone: 'UTC', workflow: undefined, wouldHave: [] },
    await kit.plans.last('h1'),
  );
  expect(page.notes).toEqual([
    'Car will not be done in time: 120 min are lacking.',
    'Washer will not be done in time: 60 min are lacking.',
    'A limit is not held at 20:00 and 95 times after it: the fuse, by 1000 W.',
  ]);
}, 60_000);

test('two homes at once: each its own plan and its own pins', async () => {
  await Promise.all([kit.orders(asked, 'h1'), kit.orders({ loads: [washer] }, 'h2')]);
  await kit.plans.pin('h1', 'Washer', {
    ...{ kind: 'now', at: null, until: kit.clock.now() + hourMs },
  });
  kit.price = (t) => (t >= dstNight + 4 * hourMs ? 0.1 : 0.4);
  kit.clock.pass(hourMs);
  const [first, second] = await Promise.all([
    kit.plans.last('h1'),
    kit.orders({ loads: [washer] }, 'h2'),
  ]);
  expect(first!.loads.map(({ load }) => load.name)).toEqual(['Car', 'Washer']);
  expect(second).toEqual(['off']);
  expect((await kit.plans.last('h2'))!.pins).toEqual([]);
}, 60_000);

test('a hand at the switch is seen where a plan is followed, and what is away is nobody’s hand', async () => {
  await setMode(kit.store.db, 'follow-the-plan', 'on');
  kit.shows('switch.wallbox', 'unavailable');
  const hand: PlanAsked = { ...asked, switched: { Car: 'on', Washer: 'off' } };
  expect((await kit.orders(hand))[0]).toBeNull();
  expect((await kit.plans.last('h1'))!.pins).toEqual([]);
  kit.shows('switch.wallbox', 'off');
  expect((await kit.orders(hand))[0]).toBeNull();
  expect((await kit.plans.last('h1'))!.pins).toMatchObject([{ load: 'Car', set_by: 'hand' }]);
}, 60_000);
