import type { EntityState } from '@tomte/sdk/home';
import { type PlanLoad, readPlanLoad } from '@tomte/sdk/plan-load';
import { expect, test } from 'vitest';
import { loadNow } from '../../energy/plan/home-loads.ts';
import type { HomeLife } from '../home-life.ts';
import type { HomePlan } from './home-plans.ts';
import { seeLoads } from './load-sight.ts';
import { planPage } from './plan-page.ts';

const now = Date.parse('2026-11-20T21:00:00Z');
const tank = readPlanLoad('Tank switch.tank 2000 W keeps sensor.tank 48-60 °C else on')!;
const pump = readPlanLoad(
  'Pump climate.home set 22 or 20 2500 W keeps sensor.room 20-22 °C outside sensor.out gives 3 else on',
)!;

const stateOf = (entityId: string, state: string, attributes = {}): EntityState => ({
  ...{ entityId, state, attributes, lastChanged: now, lastUpdated: now },
  ...{ contextId: null, contextUserId: null },
});
function see(states: readonly EntityState[], loads: readonly PlanLoad[]) {
  const entity = (id: string) => states.find(({ entityId }) => entityId === id);
  const link = { mirror: { entity }, call: async () => ({}) };
  return seeLoads({ link, zone: 'UTC' } as unknown as HomeLife, loads, now);
}
const page = async (states: readonly EntityState[], bent: readonly object[] = []) => {
  const seen = await see(states, [tank]);
  const loads = [loadNow(tank, seen.get('Tank')!, { now, zone: 'UTC', pin: null })];
  const slots = [{ start: '2026-11-20T21:00:00Z', minutes: 60, loads: { Tank: 2_000 } }];
  const plan = { cost: 1, costDoNothing: 1, currency: 'EUR', slots, reasons: [], bent };
  const kept = { asked: { loads: [tank] }, loads, pins: [], plan, madeAt: now };
  const where = { home: 'h1', now, zone: 'UTC', workflow: undefined, wouldHave: [] };
  const found = { ...kept, stale: null, silentSince: null } as unknown as HomePlan;
  return planPage(where, found);
};
const on = stateOf('switch.tank', 'on');

test('the page says between what it is kept, and how warm it is', async () => {
  const { loads, notes } = await page([on, stateOf('sensor.tank', '52.34')]);
  expect(loads).toMatchObject([
    {
      ...{ stand: 'kept', isOn: true, text: 'Kept between 48 and 60 °C: 52.3 °C now.' },
      keeps: { minC: 48, maxC: 60, nowC: 52.34 },
    },
  ]);
  expect(notes).toEqual([]);
});

test('colder than its band for hours is one sentence; less than is felt is none', async () => {
  const bent = (byDegrees: number, slot = 0) => ({ limit: 'comfort:Tank', slot, byDegrees });
  const states = [on, stateOf('sensor.tank', '44')];
  expect((await page(states, [bent(4), bent(1.5), bent(0.1)])).notes).toEqual([
    'Tank will be up to 4.0 °C beside 48 to 60 °C.',
  ]);
  expect((await page(states, [bent(0.4)])).notes).toEqual([]);
});

test('a sensor that tells nothing, or what no tank can be, is said', async () => {
  for (const state of ['unavailable', '', '850']) {
    const { loads } = await page([on, stateOf('sensor.tank', state)]);
    expect(loads[0], state).toMatchObject({
      ...{ stand: 'unknown', keeps: { nowC: null } },
      text: 'How warm it is is not known: sensor.tank tells nothing. It does what it does by itself.',
    });
  }
});

test('a thermostat is read by its set-point, and a sensor in its own unit', async () => {
  const seen = await see(
    [
      stateOf('climate.home', 'heat', { temperature: 22 }),
      stateOf('sensor.room', '69.8', { unit_of_measurement: '°F' }),
      stateOf('sensor.out', '-3'),
    ],
    [pump],
  );
  expect(seen.get('Pump')).toMatchObject({
    ...{ isOn: true, warmth: { nowC: expect.closeTo(21), outsideC: -3 }, ran: [] },
  });
  const away = await see([stateOf('climate.home', 'unavailable')], [pump]);
  expect(away.get('Pump')).toMatchObject({ isOn: null, warmth: null });
});
