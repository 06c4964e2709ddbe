/** A real Home Assistant: dishwasher, heater and car follow the plan through its template switches, over a kill in the middle. */
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, connect } from '@tomte/sdk/client';
import { clockTime } from '@tomte/sdk/words';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { type RunningService, removeData, startService } from '../crash/harness.ts';
import { realHome } from '../kit/real-home.ts';
import { askerOf, doneRun } from './plan-kit.ts';

const home = await realHome({ port: process.env.REAL_HOME_PLAN_PORT ?? '8130' });
const name = 'follow-the-plan';
const hourMs = 3_600_000;
const minuteMs = 60_000;
const switches = ['dishwasher', 'water_heater', 'ev_charger'] as const;
type Switch = (typeof switches)[number];
const eager = { timeout: 150_000, interval: 2_000 };
const patient = { timeout: 60_000, interval: 200 };

const ask = home && askerOf(home);
const turn = (one: Switch, how: 'on' | 'off') =>
  ask!(`services/switch/turn_${how}`, { entity_id: `switch.${one}` });
const stateOf = async (one: Switch) =>
  ((await ask!(`states/switch.${one}`)) as { state: string }).state;
const states = async () => Promise.all(switches.map(stateOf));

let service: RunningService;
let tomte: Client;
let id: string;

async function begin(dataDir: string): Promise<void> {
  service = await startService({ dataDir });
  tomte = connect({ base: `${service.url}api/`, credential: service.credential });
}

const follow = async () => doneRun(tomte, (await tomte.runWorkflow({ home: id, name })).id);
/** All that its Runs asked, in the order in which they began. */
const everAsked = async () => {
  const runs = await tomte.listRuns({ home: id, workflow: name });
  return (await Promise.all(runs.toReversed().map((run) => doneRun(tomte, run.id)))).flat();
};
const page = () => tomte.homePlan({ home: id });
const stands = async () =>
  Object.fromEntries((await page()).loads.map((load) => [load.name, load.stand]));

/** Whoever uses power now is paid, from two hours on better still: the heater needs two minutes of now, the car all of it. */
async function setUp(zone: string): Promise<void> {
  const now = systemClock.now();
  const at = (ms: number) => clockTime(now + ms, zone);
  await tomte.setTariff({
    ...{ home: id, tariff: 'periods' },
    settings: {
      perKWh: 0.4,
      periods: [
        { from: at(-20 * minuteMs), to: at(30 * minuteMs), perKWh: -1 },
        { from: at(2 * hourMs), to: at(5 * hourMs), perKWh: -2 },
      ],
    },
  });
  await tomte.setWorkflow({
    ...{ home: id, name, mode: 'on', atOnce: true },
    grants: switches.map((one) => `switch.${one}`),
    settings: {
      loads: [
        `Dishwasher switch.dishwasher 1200 W 90 min ${at(-2 * minuteMs)}-${at(12 * hourMs)}`,
        `Heater switch.water_heater 3000 W 2 min ${at(-2 * minuteMs)}-${at(80 * minuteMs)} in pieces`,
        `Car switch.ev_charger 7400 W 75 min ${at(-2 * minuteMs)}-${at(80 * minuteMs)} in pieces`,
      ],
      tellDone: 'today',
    },
  });
}

test.skipIf(!home)(
  'dishwasher, heater and car follow the plan, confirmed and told, through a kill in the middle and a hand at the switch',
  async () => {
    await turn('dishwasher', 'off');
    await turn('ev_charger', 'off');
    // It was off until now, so that what it ran before counts for nothing.
    await turn('water_heater', 'off');
    const data = await mkdtemp(join(tmpdir(), 'tomte-plan-real-'));
    await chmod(data, 0o755);
    await begin(data);
    try {
      const answer = await tomte.linkHome({ address: home!.url, token: home!.tokens.resident });
      if (!answer.ok) throw new Error(answer.error.message);
      id = answer.home.id;
      await setUp(answer.home.timeZone);

      // Turned on, it plans and acts at once: heater and car begin, the dishwasher waits.
      const [begun] = await tomte.listRuns({ home: id, workflow: name });
      expect(await doneRun(tomte, begun!.id)).toEqual([
        'switch.water_heater turn_on confirmed',
        'switch.ev_charger turn_on confirmed',
      ]);
      expect(await states()).toEqual(['off', 'on', 'on']);
      const told = await page();
      expect(told).toMatchObject({ state: 'ready', mode: 'on' });
      expect(told.lines.length).toBeGreaterThan(0);
      const { pieces, text } = told.loads.find((load) => load.name === 'Dishwasher')!;
      expect(Date.parse(pieces[0]!.start)).toBeGreaterThan(systemClock.now() + hourMs);
      expect(text).toMatch(/Now instead would cost \d+\.\d\d EUR more\./);

      // Killed while the Run that a person’s “now” began is under way.
      const [before] = await tomte.listRuns({ home: id, workflow: name });
      const cut = tomte
        .pinLoad({ home: id, load: 'Dishwasher', pin: { kind: 'now' } })
        .catch((error: unknown) => error);
      await expect
        .poll(async () => (await tomte.listRuns({ home: id, workflow: name }))[0]!.id, {
          ...{ timeout: 60_000, interval: 10 },
        })
        .not.toBe(before!.id);
      await service.kill9();
      await cut;
      await begin(data);
      await expect.poll(() => stateOf('dishwasher'), patient).toBe('on');
      await expect
        .poll(async () => (await tomte.listRuns({ home: id, workflow: name }))[0]?.state, patient)
        .toBe('done');
      expect(await stands()).toMatchObject({ Dishwasher: 'running' });
      // Nothing is switched twice, and what runs in one piece is not cut when it is given back.
      await tomte.pinLoad({ home: id, load: 'Dishwasher', pin: null });
      expect((await follow()).filter((one) => !one.includes('water_heater'))).toEqual([]);
      expect([await stateOf('dishwasher'), await stateOf('ev_charger')]).toEqual(['on', 'on']);

      // The heater ran what it needed: switched off, confirmed, and reported to people.
      await expect.poll(async () => (await stands()).Heater, eager).toBe('done');
      await follow();
      expect((await everAsked()).filter((one) => one.includes('water_heater'))).toEqual([
        'switch.water_heater turn_on confirmed',
        'switch.water_heater turn_off confirmed',
      ]);
      expect(await stateOf('water_heater')).toBe('off');
      const alerts = await tomte.listAlerts({ home: id });
      expect(alerts.map(({ title }) => title)).toContain('Heater is done, as planned');

      // A hand at the switch is obeyed until the morning, and can be taken back.
      await turn('ev_charger', 'off');
      await expect
        .poll(async () => (await page()).loads.find((load) => load.name === 'Car')!.isOn, patient)
        .toBe(false);
      expect(await follow()).toEqual([]);
      expect(await stands()).toMatchObject({ Car: 'left_alone' });
      await tomte.pinLoad({ home: id, load: 'Car', pin: null });
      await expect.poll(() => stateOf('ev_charger'), patient).toBe('on');
    } finally {
      await service.stop();
      await removeData(data);
      for (const one of switches) await turn(one, 'off');
    }
  },
  300_000,
);
