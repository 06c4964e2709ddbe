/** A leak that runs already is told when its workflow is switched on, and one press on the phone says it is seen. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, connect } from '@tomte/sdk/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { openSim, type Sim } from '../../src/sim/sim.ts';
import { type RunningService, startService } from '../crash/harness.ts';
import { type Phone, pushReceiver } from '../kit/push.ts';

let sim: Sim;
let phone: Phone;
let service: RunningService;
let tomte: Client;
let home = '';
let dataDir: string;

beforeAll(async () => {
  sim = await openSim({ days: 30 });
  sim.fault('leak', { minutesAgo: 120 });
  phone = await pushReceiver({ url: sim.url, token: sim.tokens.admin, name: 'Maja' });
  dataDir = await mkdtemp(join(tmpdir(), 'tomte-phone-'));
  await chmod(dataDir, 0o755);
  service = await startService({ dataDir });
  tomte = connect({ base: `${service.url}api/`, credential: service.credential });
  const linked = await tomte.linkHome({ address: sim.url, token: sim.tokens.admin });
  home = linked.ok ? linked.home.id : '';
  await until(async () => (await tomte.firstLook({ home })).state === 'done');
}, 90_000);

afterAll(async () => {
  await service.stop();
  await phone.close();
  await sim.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await systemClock.sleep(100);
}
const channelOfPhone = async () =>
  (await tomte.listChannels({})).find((channel) => channel.kind === 'companion-app');

test('the phone is found by itself and takes a test, whose button is heard', async () => {
  await until(async () => (await channelOfPhone()) !== undefined);
  const channel = (await channelOfPhone())!;
  await tomte.testChannel({ id: channel.id });
  const push = await phone.pushes.until((p) => p.title === 'Test from Tomte');
  const [button] = push.data!.actions as { action: string }[];
  await phone.press(button!.action);
  await until(async () => (await channelOfPhone())?.test?.button === true);
  expect((await channelOfPhone())?.test).toMatchObject({ arrived: true, button: true });
}, 240_000);

test('a leak that runs already is told when its workflow is switched on', async () => {
  await tomte.setWorkflow({ home, name: 'water-watch', mode: 'on' });
  const push = await phone.pushes.until((p) => /Water has run/.test(p.title ?? ''));
  expect(push.data).toMatchObject({ push: { 'interruption-level': 'critical' } });
  expect(String(push.data?.image)).toMatch(/^\/api\/image\/serve\//);
}, 240_000);

test('a press on the phone says that it is seen; a forged one says nothing', async () => {
  const [alert] = await tomte.listAlerts({ state: 'open' });
  // Not by its title: what the alert says may have changed since it was told.
  const push = await phone.pushes.until((p) => p.data?.tag === `tomte-${alert!.id}`);
  const [seen] = push.data!.actions as { action: string; title: string }[];
  expect(seen!.title).toBe('I see it');
  await phone.press(`${seen!.action.slice(0, -2)}AA`);
  await phone.press('TOMTE ');
  await phone.press(seen!.action);
  await until(async () => (await tomte.getAlert({ id: alert!.id })).state === 'acknowledged');
  expect((await tomte.getAlert({ id: alert!.id })).seenBy).toBe('Maja');
}, 240_000);

test('switched off, its alert is closed; switched on again, what still runs is told anew', async () => {
  await tomte.setWorkflow({ home, name: 'water-watch', mode: 'off' });
  await until(async () => (await tomte.listAlerts({ state: 'resolved' })).length === 1);
  expect(await tomte.listAlerts({ state: 'open' })).toEqual([]);
  await tomte.setWorkflow({ home, name: 'water-watch', mode: 'on' });
  await until(async () => (await tomte.listAlerts({ state: 'open' })).length === 1);
}, 240_000);

test('a home that is unlinked takes back what still stands on its phones and its bell', async () => {
  const [alert] = await tomte.listAlerts({ state: 'open' });
  const bell = () => sim.world.notices.get(`tomte_${alert!.id}`)?.title;
  const stands = (title?: string | null) => title?.startsWith('Water') === true;
  await until(async () => stands(bell()) && stands(phone.pushes.all.at(-1)?.title));
  const told = phone.pushes.all.length;
  await tomte.unlinkHome({ home, revoke: true });
  const title = 'Over: you unlinked this home';
  expect(bell()).toBe(title);
  const data = { tag: `tomte-${alert!.id}` };
  // A critical message is cleared first: an iPhone would not replace it.
  expect(phone.pushes.all.slice(told)).toMatchObject([
    { message: 'clear_notification', data },
    { title, data },
  ]);
}, 240_000);
