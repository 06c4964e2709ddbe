/**
 * A real Home Assistant: a car by its calendar and its charge, another by its weekday, and a heat pump within its
 * band follow the plan through a number, a switch and a thermostat, over a kill in the middle, and are given back.
 */
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, connect } from '@tomte/sdk/client';
import { wallOf } from '@tomte/sdk/wall-clock';
import { clockTime } from '@tomte/sdk/words';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { type RunningService, removeData, startService } from '../crash/harness.ts';
import { realHome } from '../kit/real-home.ts';
import { askerOf, doneRun } from './plan-kit.ts';

const home = await realHome({ port: process.env.REAL_HOME_PLAN_PORT ?? '8130' });
const ask = home && askerOf(home);
const name = 'follow-the-plan';
const minuteMs = 60_000;
const patient = { timeout: 60_000, interval: 200 };
const [current, van, pump] = [
  'number.ev_charging_current',
  'switch.ev_charger',
  'climate.heatpump',
];
const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

const set = (input: string, value: number) =>
  ask!('services/input_number/set_value', { entity_id: `input_number.${input}`, value });
interface Shown {
  readonly state: string;
  readonly attributes: { readonly temperature?: number };
}
const shown = (entity: string) => ask!(`states/${entity}`) as Promise<Shown>;
const stand = async () => [
  (await shown(current)).state,
  (await shown(van)).state,
  (await shown(pump)).attributes.temperature,
];

/** The demo calendar’s event begins half an hour after it is loaded. */
async function leaveSoon(): Promise<number> {
  const path = 'config/config_entries/entry';
  const [entry] = (await ask!(`${path}?domain=demo`)) as { entry_id: string }[];
  await ask!(`${path}/${entry!.entry_id}/reload`, {});
  const day = 86_400_000;
  const [start, end] = [0, day].map((ms) => new Date(systemClock.now() + ms).toISOString());
  const [event] = (await ask!(`calendars/calendar.calendar_1?start=${start}&end=${end}`)) as {
    start: { dateTime: string };
  }[];
  return Date.parse(event!.start.dateTime);
}

let service: RunningService;
let tomte: Client;
let id: string;
async function begin(dataDir: string): Promise<void> {
  service = await startService({ dataDir });
  tomte = connect({ base: `${service.url}api/`, credential: service.credential });
}
const follow = async () => doneRun(tomte, (await tomte.runWorkflow({ home: id, name })).id);
const row = async (load: string) =>
  (await tomte.homePlan({ home: id })).loads.find((one) => one.name === load)!;
const newest = async () => (await tomte.listRuns({ home: id, workflow: name }))[0]!;

/** Using power now is paid; in two hours twice as well, which is too late for who leaves. */
async function setUp(zone: string): Promise<void> {
  const now = systemClock.now();
  const at = (minutes: number) => clockTime(now + minutes * minuteMs, zone);
  await tomte.setTariff({
    ...{ home: id, tariff: 'periods' },
    settings: {
      perKWh: 0.4,
      periods: [
        { from: at(-20), to: at(60), perKWh: -1 },
        { from: at(120), to: at(300), perKWh: -2 },
      ],
    },
  });
  const day = weekdays[wallOf(now + 40 * minuteMs, zone).weekday - 1];
  const all = `${at(-2)}-${at(720)}`;
  await tomte.setWorkflow({
    ...{ home: id, name, mode: 'on', atOnce: true, grants: [current, van, pump] as string[] },
    settings: {
      loads: [
        `Car ${current} set 16 or 6 7400 W 300 min ${all} by calendar.calendar_1 in pieces level sensor.home_battery to 54 % of 60 kWh`,
        `Van ${van} 7400 W 35 min ${all} by ${at(40)} ${day} in pieces`,
        `Heat pump ${pump} set 22 or 20 2500 W keeps sensor.freezer_temperature 20-23 °C holds 5000 Wh/K loses 150 W/K gives 3 else off`,
      ],
      tellDone: 'today',
    },
  });
}

test.skipIf(!home)(
  'by calendar, weekday, charge and warmth; killed while it gives back, it gives back all the same',
  async () => {
    const leaves = await leaveSoon();
    await set('ev_current', 6);
    await set('battery_soc', 50);
    await set('freezer', 19.2);
    await ask!('services/switch/turn_off', { entity_id: van });
    await ask!('services/climate/set_temperature', { entity_id: pump, temperature: 20 });
    const data = await mkdtemp(join(tmpdir(), 'tomte-departure-real-'));
    await chmod(data, 0o755);
    await begin(data);
    try {
      const answer = await tomte.linkHome({ address: home!.url, token: home!.tokens.resident });
      if (!answer.ok) throw new Error(answer.error.message);
      id = answer.home.id;
      await setUp(answer.home.timeZone);

      // All three begin at once, though it pays twice as well later.
      expect((await doneRun(tomte, (await newest()).id)).toSorted()).toEqual([
        'climate.heatpump set_temperature confirmed',
        'number.ev_charging_current set_value confirmed',
        'switch.ev_charger turn_on confirmed',
      ]);
      expect(await stand()).toEqual(['16.0', 'on', 22]);
      expect(await row('Car')).toMatchObject({
        stand: 'planned',
        by: new Date(leaves).toISOString(),
      });
      expect(await row('Heat pump')).toMatchObject({
        ...{ stand: 'kept', text: 'Kept between 20 and 23 °C: 19.2 °C now.' },
      });
      const { by } = await row('Van');
      expect(Math.abs(Date.parse(by) - systemClock.now() - 40 * minuteMs)).toBeLessThan(
        5 * minuteMs,
      );

      // Charged, it is done: turned down and told. Too warm, the heat pump rests.
      await set('battery_soc', 54);
      await set('freezer', 24.5);
      await expect.poll(async () => (await row('Car')).stand, patient).toBe('done');
      await expect
        .poll(async () => (await row('Heat pump')).keeps?.nowC, patient)
        .toBeCloseTo(24.5);
      expect((await follow()).toSorted()).toEqual([
        'climate.heatpump set_temperature confirmed',
        'number.ev_charging_current set_value confirmed',
      ]);
      expect(await stand()).toEqual(['6.0', 'on', 20]);
      const alerts = await tomte.listAlerts({ home: id });
      expect(alerts.map(({ title }) => title)).toContain('Car is done, as planned');

      // Cold again; killed while all is given back because a person switches it off.
      await set('freezer', 19.2);
      await expect
        .poll(async () => (await row('Heat pump')).keeps?.nowC, patient)
        .toBeCloseTo(19.2);
      await follow();
      expect(await stand()).toEqual(['6.0', 'on', 22]);
      const before = (await newest()).id;
      const cut = tomte.setWorkflow({ home: id, name, mode: 'off' }).catch((error) => error);
      await expect
        .poll(async () => (await newest()).id, { timeout: 60_000, interval: 10 })
        .not.toBe(before);
      const giving = await newest();
      expect(giving.reason).toBe('Started by Follow the plan was switched off');
      await service.kill9();
      await cut;
      await begin(data);
      await expect
        .poll(async () => (await tomte.getRun({ id: giving.id })).state, patient)
        .toBe('done');
      const { result } = await tomte.getRun({ id: giving.id });
      expect(result).toMatchObject({ gaveBack: ['Van off', 'Heat pump off'] });
      await tomte.setWorkflow({ home: id, name, mode: 'off' });
      expect(await stand()).toEqual(['6.0', 'off', 20]);
    } finally {
      await service.stop();
      await removeData(data);
      await ask!('services/switch/turn_off', { entity_id: van });
    }
  },
  300_000,
);
