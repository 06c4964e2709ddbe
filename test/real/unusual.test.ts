/**
 * One night on a real Home Assistant, its hours in seconds: a tap left running, a freezer, a silent sensor, an
 * open door, steps in an empty house. Each is told once on two channels, seen from a phone, and over.
 */
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, connect } from '@tomte/sdk/client';
import type { Alert } from '@tomte/sdk/types';
import { clockTime } from '@tomte/sdk/words';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { openLog } from '../../src/lib/log.ts';
import { openService, type Service } from '../../src/main/serve.ts';
import { aheadClock, type HomeAhead, homeAhead } from '../kit/hours-ahead.ts';
import { type NtfyServer, ntfyServer } from '../kit/ntfy.ts';
import { type Phone, type Push, pushReceiver } from '../kit/push.ts';
import { realHome } from '../kit/real-home.ts';

// Shared with tests that leave water, freezer and doors alone.
const home = await realHome({ port: process.env.REAL_HOME_UNUSUAL_PORT ?? '8127' });
const toiletSince = home?.env.HOME_TOILET_SINCE;
const minuteMs = 60_000;
const zone = 'Europe/Amsterdam';
const watching = [
  'water-watch',
  'freezer-watch',
  'silent-sensors',
  'door-left-open',
  'motion-watch',
];

const clock = aheadClock();
let data: string;
let service: Service;
let proxy: HomeAhead;
let phone: Phone;
let ntfy: NtfyServer;
let tomte: Client;
let id: string;
let ntfyChannel: string;
let phoneChannel: string;

/** Asks again and again, since an outcome may be seconds away; the test's own limit ends it. */
async function eventually<T>(ask: () => Promise<T | null | undefined | false>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    await systemClock.sleep(100);
  }
}

async function post(path: string, body: object): Promise<void> {
  const answer = await fetch(`${home!.url}/api/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${home!.tokens.admin}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
}

const number = (helper: string, value: number) =>
  post('services/input_number/set_value', { entity_id: `input_number.${helper}`, value });
const turn = (helper: string, how: 'on' | 'off') =>
  post(`services/input_boolean/turn_${how}`, { entity_id: `input_boolean.${helper}` });
/** What no helper moves is written as its integration would. */
async function write(entity: string, state: string): Promise<void> {
  const path = `states/${entity}`;
  const known = await fetch(`${home!.url}/api/${path}`, {
    headers: { authorization: `Bearer ${home!.tokens.admin}` },
  });
  const { attributes } = (await known.json()) as { attributes: object };
  await post(path, { state, attributes });
}
const humidity = (state: string) => write('sensor.outside_humidity', state);
const owner = (state: 'home' | 'not_home') => write('person.owner', state);

/** Tomte has heard so, and nothing that follows is before it. */
const heard = (states: Record<string, string>) =>
  eventually(async () => {
    const rows = new Map((await tomte.listEntities({ home: id })).map((row) => [row.id, row]));
    return Object.entries(states).every(([entity, state]) => {
      const row = rows.get(entity)!;
      return row.state === state || Number(row.state) === Number(state);
    });
  });

/** Minutes of the home pass until it is so, at most a night of them. */
async function passUntil(question: (alerts: Alert[]) => boolean): Promise<Alert[]> {
  for (let minutes = 0; minutes < 240; minutes++) {
    await clock.pass(minuteMs);
    const alerts = await tomte.listAlerts({});
    if (question(alerts)) return alerts;
  }
  throw new Error(`a night passed: ${JSON.stringify(await tomte.listAlerts({}), null, 1)}`);
}
const kindOf = ({ key }: Alert) => key.split(':')[0];
const open = (alerts: Alert[]) => alerts.filter(({ state }) => state === 'open').map(kindOf);
const over = (alerts: Alert[]) => alerts.filter(({ state }) => state === 'resolved').map(kindOf);

beforeAll(async () => {
  if (!home) return;
  data = await mkdtemp(join(tmpdir(), 'tomte-unusual-'));
  await chmod(data, 0o755);
  await calm();
  phone = await pushReceiver({
    url: home.url,
    token: home.tokens.admin,
    name: `Night ${process.pid}`,
  });
  ntfy = await ntfyServer();
  proxy = await homeAhead(home.url, () => clock.aheadMs);
  const config = loadConfig({ flags: { data, port: '0' }, env: { TOMTE_DISCOVER: 'off' } });
  service = await openService({ config, clock, log: openLog('error') });
  const { credential } = JSON.parse(await readFile(join(data, 'service.json'), 'utf8'));
  tomte = connect({ base: `${service.address}api/`, credential });
  const linked = await tomte.linkHome({ address: proxy.url, token: home.tokens.admin });
  if (!linked.ok) throw new Error(linked.error.message);
  id = linked.home.id;
  const row = await tomte.saveChannel({
    ...{ kind: 'ntfy', name: 'Ntfy' },
    settings: { url: `${ntfy.url}/villa-berg` },
  });
  ntfyChannel = row.name;
  const offered = await eventually(async () =>
    (await tomte.listChannels({})).find(({ settings }) =>
      JSON.stringify(settings).includes(phone.action),
    ),
  );
  phoneChannel = offered.name;
  await eventually(async () => (await tomte.firstLook({ home: id })).state === 'done');
}, 120_000);

afterAll(async () => {
  if (!home) return;
  await calm();
  clock.stop();
  await service.close();
  await proxy.close();
  await phone.close();
  await ntfy.close();
  await rm(data, { recursive: true, force: true });
});

async function calm(): Promise<void> {
  await number('water_flow', 0);
  await number('freezer', -18);
  await turn('front_door', 'off');
  await turn('hall_motion', 'off');
  await humidity('54');
  await owner('home');
}

test.skipIf(!home || !toiletSince)(
  'sixty days of past hold the toilet nine nights ago and at most one thing more',
  async () => {
    const previews = await Promise.all(
      ['water', 'cold', 'silence', 'doors', 'motion', 'power', 'battery', 'safety'].map((name) =>
        tomte.previewDetector({ home: id, name }),
      ),
    );
    const told = previews.flatMap((preview) => {
      const here = preview.stops.find(({ sooner }) => sooner === preview.sooner)!;
      return preview.findings.filter(({ episode }) => here.episodes.includes(episode));
    });
    const toilet = told.filter(
      ({ since }) => Math.abs(Date.parse(since) - Date.parse(toiletSince!)) <= 60 * minuteMs,
    );
    expect(toilet).toHaveLength(1);
    expect(told.length).toBeLessThanOrEqual(2);
  },
);

/** The first of an alert's pushes is its telling; what comes later only takes its place. */
const told = (title: RegExp) => phone.pushes.until((push) => title.test(push.title ?? ''));
/** Hours in seconds make a busy machine late: then it says so in front, and is right. */
const inTime = (text: string) => text.replace(/^Since at least \d\d:\d\d\. /, '');
async function press(push: Push, label: RegExp): Promise<void> {
  const actions = push.data?.actions as { action: string; title: string }[];
  await phone.press(actions.find(({ title }) => label.test(title))!.action);
}

/** Both channels were told once, whatever was corrected there later. */
async function toldOnce(alert: Alert): Promise<void> {
  await eventually(async () => {
    const { deliveries } = await tomte.getAlert({ id: alert.id });
    return deliveries.every(({ state }) => state !== 'pending');
  });
  const { deliveries } = await tomte.getAlert({ id: alert.id });
  for (const channel of [ntfyChannel, phoneChannel]) {
    const rang = deliveries.filter((one) => one.channel === channel && one.kind === 'open');
    expect(rang, `${alert.key} on ${channel}`).toHaveLength(1);
    expect(rang[0]!.state).toBe('sent');
  }
}

test.skipIf(!home)(
  'a night of five faults: each told once on two channels with its sentence, seen from the phone, over',
  { timeout: 240_000 },
  async () => {
    for (const name of watching) await tomte.setWorkflow({ home: id, name, mode: 'on' });
    const night = () => clockTime(clock.now(), zone).startsWith('01:2');
    while (!night()) await clock.pass(10 * minuteMs);

    await number('water_flow', 0.4);
    await number('freezer', -8);
    await turn('front_door', 'on');
    await humidity('unavailable');
    const faults = {
      'sensor.water_flow': '0.4',
      'sensor.freezer_temperature': '-8',
      'binary_sensor.front_door': 'on',
      'sensor.outside_humidity': 'unavailable',
    };
    await heard(faults);
    const four = ['cold', 'door', 'silence', 'water'];
    const alerts = await passUntil((all) => open(all).length >= 4);
    expect(open(alerts).toSorted()).toEqual(four);
    const sentences: [RegExp, RegExp][] = [
      [
        /^Water has run for \d+ minutes$/,
        /^0\.4 L\/min since .*, \d+ L so far\. At this hour it is/,
      ],
      [/^The freezer is warm(ing)?: −8 °C$/, /^(−8 °C since|Was −18 °C until) \d\d:\d\d/],
      [/^Front Door open for \d+ minutes$/, /^Open since \d\d:\d\d.* 16 °C outside\./],
      [/^Outside Humidity is silent$/, /^Unavailable since .*look at those first\.$/],
    ];
    for (const [title, text] of sentences) {
      const push = await told(title);
      expect(inTime(push.message)).toMatch(text);
      const other = await ntfy.messages.until((message) => title.test(message.title ?? ''));
      expect(inTime(other.message.split('\n')[0]!)).toMatch(text);
      await press(push, /^I see it$/);
    }
    await eventually(async () => {
      const all = await tomte.listAlerts({});
      return all.every(({ state }) => state === 'acknowledged');
    });
    for (const { message } of await Promise.all(
      four.map(() => ntfy.messages.until(({ message: text }) => text.startsWith('Seen'))),
    ))
      expect(message).toMatch(/^Seen by Night \d+ /);

    await calm();
    await heard({ ...faults, ...atRest });
    await passUntil((all) => over(all).length >= 4);
    for (const title of [/^Over: the water/, /^Over: the freezer/, /^Over: Front/, /^Over: Outs/])
      await ntfy.messages.until(({ title: other }) => title.test(other ?? ''));

    await owner('not_home');
    await heard({ 'person.owner': 'not_home' });
    for (let minutes = 0; minutes < 45; minutes++) await clock.pass(minuteMs);
    await turn('hall_motion', 'on');
    await heard({ 'binary_sensor.hall_motion': 'on' });
    const [moved] = (await passUntil((all) => open(all).includes('motion'))).filter(
      (one) => kindOf(one) === 'motion',
    );
    expect(moved!.title).toBe('Motion: Hall, nobody home');
    const steps = await told(/^Motion: Hall/);
    expect(inTime(steps.message)).toMatch(/^Hall at \d\d:\d\d\. Everyone left at \d\d:\d\d\./);
    await press(steps, /^I see it$/);
    await eventually(
      async () => (await tomte.getAlert({ id: moved!.id })).state === 'acknowledged',
    );
    await turn('hall_motion', 'off');
    await heard({ 'binary_sensor.hall_motion': 'off' });
    const all = await passUntil((list) => over(list).length >= 5);
    expect(all.map(kindOf).toSorted()).toEqual(['cold', 'door', 'motion', 'silence', 'water']);
    for (const alert of all) await toldOnce(alert);
  },
);

const atRest = {
  'sensor.water_flow': '0',
  'sensor.freezer_temperature': '-18',
  'binary_sensor.front_door': 'off',
  'sensor.outside_humidity': '54',
};
