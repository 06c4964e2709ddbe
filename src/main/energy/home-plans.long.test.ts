/** A plan that is followed, through the whole service: switched through the door, a person's way, kept over a restart. */
import type { Client } from '@tomte/sdk/client';
import { clockTime } from '@tomte/sdk/words';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { type LinkedService, linkedService } from '../testing.ts';

const hourMs = 3_600_000;
const name = 'follow-the-plan';
const dishwasher = 'switch.dishwasher';
let service: LinkedService;
let tomte: Client;
let home: string;
let settings: { loads: string[] };

beforeAll(async () => {
  service = await linkedService({ days: 20, living: false, options: { richEnergy: true } });
  tomte = service.tomte;
  home = service.home.id;
  const zone = service.home.timeZone;
  const at = (hours: number) => clockTime(systemClock.now() + hours * hourMs, zone);
  // Whoever uses power then is paid: later is better than now, whatever the sun does at this hour.
  const paid = { from: at(6), to: at(10), perKWh: -1 };
  await tomte.setTariff({
    ...{ home, tariff: 'periods' },
    settings: { perKWh: 0.4, periods: [paid] },
  });
  settings = { loads: [`Dishwasher ${dishwasher} 1200 W 90 min ${at(-2)}-${at(20)}`] };
}, 120_000);
afterAll(() => service.close());

/** Follows the plan once. */
async function follow(): Promise<void> {
  const { id } = await tomte.runWorkflow({ home, name });
  await expect
    .poll(async () => (await tomte.getRun({ id })).state, { timeout: 60_000, interval: 100 })
    .toBe('done');
}
const load = async () => (await tomte.homePlan({ home })).loads[0]!;

test('turned on it plans at once and watches for a week; one more press lets it act', async () => {
  const turnOn = () =>
    tomte.setWorkflow({ home, name, mode: 'on', grants: [dishwasher], settings });
  expect(await turnOn()).toMatchObject({ mode: 'watch', watchesFirst: true });
  await expect
    .poll(async () => (await tomte.homePlan({ home })).state, { timeout: 60_000 })
    .toBe('ready');
  await tomte.pinLoad({ home, load: 'Dishwasher', pin: { kind: 'now' } });
  await expect
    .poll(async () => (await tomte.homePlan({ home })).wouldHave, { timeout: 60_000 })
    .toMatchObject([{ what: 'Dishwasher on' }]);
  expect(service.sim.state(dishwasher)?.state).toBe('off');
  expect(await tomte.listAlerts({ home })).toEqual([]);
  await tomte.pinLoad({ home, load: 'Dishwasher', pin: null });
  expect(await turnOn()).toMatchObject({ mode: 'on', watchUntil: null, watchesFirst: false });
  // Once it was let act it does not watch again.
  await tomte.setWorkflow({ home, name, mode: 'off' });
  expect(await turnOn()).toMatchObject({ mode: 'on' });
}, 90_000);

test('a plan is made, kept, and told with its reason', async () => {
  await follow();
  const page = await tomte.homePlan({ home });
  expect(page).toMatchObject({ state: 'ready', mode: 'on' });
  expect(page.sentence).toMatch(/^Power until .* costs about .* EUR\./);
  expect(page.loads).toMatchObject([{ name: 'Dishwasher', stand: 'planned', pin: null }]);
  expect(page.loads[0]!.pieces).toHaveLength(1);
  expect(page.loads[0]!.text).toMatch(/^(Now instead would cost|Done by) /);
}, 90_000);

test('now: it is switched on through the door, and not cut when it is given back', async () => {
  const pinned = await tomte.pinLoad({ home, load: 'Dishwasher', pin: { kind: 'now' } });
  expect(pinned.loads[0]).toMatchObject({ stand: 'running', pin: { kind: 'now' } });
  await expect.poll(() => service.sim.state(dishwasher)?.state, { timeout: 60_000 }).toBe('on');
  await expect.poll(async () => (await load()).doneMinutes > 0 || (await load()).isOn).toBe(true);
  const back = await tomte.pinLoad({ home, load: 'Dishwasher', pin: null });
  expect(back.loads[0]!.pin).toBeNull();
}, 90_000);

test('what a person switches by hand stays so until the morning, and can be given back', async () => {
  await follow();
  service.sim.set(dishwasher, 'off');
  await expect.poll(async () => (await load()).isOn).toBe(false);
  await follow();
  const one = await load();
  expect(one).toMatchObject({ stand: 'left_alone', pin: { kind: 'leave' } });
  expect(one.pin!.text).toMatch(/^Switched by hand: your way until /);
  expect(service.sim.state(dishwasher)!.state).toBe('off');
}, 90_000);

test('after a restart the plan and the pin are as they were', async () => {
  const before = await tomte.homePlan({ home });
  tomte = await service.restart();
  await expect
    .poll(async () => (await tomte.homePlan({ home })).loads[0]?.isOn, { timeout: 60_000 })
    .toBe(false);
  const after = await tomte.homePlan({ home });
  expect(after.loads[0]!.pin).toEqual(before.loads[0]!.pin);
  expect(after.madeAt).toBe(before.madeAt);

  const back = await tomte.pinLoad({ home, load: 'Dishwasher', pin: null });
  expect(back.loads[0]).toMatchObject({ stand: 'planned', pin: null });
  await follow();
  expect(await load()).toMatchObject({ stand: 'planned', pin: null });
}, 120_000);

test('what is not there, and an end that is past, are refused', async () => {
  const pin = { kind: 'now' } as const;
  await expect(tomte.pinLoad({ home, load: 'Sauna', pin })).rejects.toMatchObject({
    code: 'plan.load_not_found',
  });
  for (const wrong of [
    { kind: 'by' } as const,
    { kind: 'leave', until: '2020-01-01T00:00:00Z' } as const,
    { kind: 'now', until: null } as const,
  ]) {
    await expect(tomte.pinLoad({ home, load: 'Dishwasher', pin: wrong })).rejects.toMatchObject({
      code: 'api.invalid',
    });
  }
});

test('what is kept warm says so, has no time to be done by, and is warmed now where a person says so', async () => {
  const heater = 'switch.water_heater';
  const line = `Tank ${heater} 2000 W keeps sensor.outdoor_temperature 1-90 °C else on`;
  await tomte.setWorkflow({
    ...{ home, name, mode: 'on', grants: [dishwasher, heater] },
    settings: { loads: [...settings.loads, line] },
  });
  service.sim.set(heater, 'off');
  service.sim.set('sensor.outdoor_temperature', '52');
  await follow();
  const tank = async () =>
    (await tomte.homePlan({ home })).loads.find((one) => one.name === 'Tank');
  await expect.poll(tank, { timeout: 60_000 }).toMatchObject({
    ...{ stand: 'kept', text: 'Kept between 1 and 90 °C: 52.0 °C now.' },
  });
  const at = new Date(systemClock.now() + hourMs).toISOString();
  await expect(
    tomte.pinLoad({ home, load: 'Tank', pin: { kind: 'by', at } }),
  ).rejects.toMatchObject({ code: 'api.invalid' });
  await tomte.pinLoad({ home, load: 'Tank', pin: { kind: 'now' } });
  await expect.poll(() => service.sim.state(heater)?.state, { timeout: 60_000 }).toBe('on');
}, 90_000);

test('paused, or switched off, it gives back what it began; what runs in one piece is not cut', async () => {
  const zone = service.home.timeZone;
  const at = (hours: number) => clockTime(systemClock.now() + hours * hourMs, zone);
  const [washer, car] = ['switch.washer_plug', 'switch.wallbox'] as const;
  const lines = [
    `Washer ${washer} 2000 W 60 min ${at(-1)}-${at(1.5)}`,
    `Car ${car} 7400 W 90 min ${at(-1)}-${at(1.5)} in pieces`,
  ];
  for (const one of [washer, car]) service.sim.set(one, 'off');
  const is = () => [washer, car].map((one) => service.sim.state(one)?.state);
  await tomte.setWorkflow({ home, name, grants: [washer, car], settings: { loads: lines } });
  await follow();
  await tomte.pinLoad({ home, load: 'Washer', pin: { kind: 'now' } });
  await expect.poll(is, { timeout: 60_000 }).toEqual(['on', 'on']);
  await tomte.pinLoad({ home, load: 'Washer', pin: null });
  await tomte.setMode({ home, mode: 'pause' });
  expect(is()).toEqual(['on', 'off']);
  const [run] = await tomte.listRuns({ home, workflow: name });
  expect(run).toMatchObject({ state: 'done', reason: 'Started by Tomte is paused' });
  await tomte.setMode({ home, mode: 'pause', off: true });

  // It is followed again, and one that is taken from it is given back.
  await follow();
  expect(is()).toEqual(['on', 'on']);
  await tomte.setWorkflow({ home, name, grants: [washer], settings: { loads: [lines[0]!] } });
  expect(is()).toEqual(['on', 'off']);
  await tomte.setWorkflow({ home, name, grants: [washer, car], settings: { loads: lines } });
  await expect.poll(is, { timeout: 60_000 }).toEqual(['on', 'on']);
  await tomte.setWorkflow({ home, name, mode: 'off' });
  expect(is()).toEqual(['on', 'off']);
}, 120_000);
