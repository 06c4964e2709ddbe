/** Tomte as an app of Home Assistant: started by the app's own script, linked and opened through a stand-in Supervisor. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { type Client, connect } from '@tomte/sdk/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { requestHome } from '../../src/home/http.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { Secret } from '../../src/lib/secret.ts';
import { openSim, type Sim } from '../../src/sim/sim.ts';
import {
  openIngress,
  openSupervisor,
  type SimSupervisor,
  type StandIn,
} from '../kit/supervisor.ts';

const root = join(import.meta.dirname, '../..');
const script = join(root, 'packaging', 'home-assistant-app', 'run.sh');
const browserHost = 'my-home.example:8123';

let sim: Sim;
let supervisor: SimSupervisor;
let folder = '';
let dataDir = '';
let running: { child: ChildProcess; ended: Promise<unknown>; ingress: StandIn } | null = null;
let log = '';
const tokens: string[] = [];

beforeAll(async () => {
  sim = await openSim({ days: 3, living: false, options: { name: 'Villa Berg' } });
  supervisor = await openSupervisor(sim);
  folder = await mkdtemp(join(tmpdir(), 'tomte-app-'));
  await chmod(folder, 0o755);
  dataDir = join(folder, 'data');
  await mkdir(dataDir, { mode: 0o755 });
}, 90_000);
afterAll(async () => {
  await stop();
  await supervisor.close();
  await sim.close();
  await rm(folder, { recursive: true, force: true });
});

/** Starts the app as the Supervisor does; answers what a person's browser talks to, through ingress. */
async function start(): Promise<Client> {
  await stop();
  tokens.push(supervisor.token);
  const child = spawn(script, {
    env: {
      PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}`,
      ...{ APP_ROOT: root, APP_USER: '0', TOMTE_DATA: dataDir, TOMTE_ONCE: '1' },
      ...{ TOMTE_SUPERVISOR: 'on', TOMTE_HOST: '127.0.0.1', TOMTE_PORT: '0' },
      ...{ SUPERVISOR_TOKEN: supervisor.token, TOMTE_INGRESS_GATEWAY: '127.0.0.1' },
      ...{ TOMTE_SUPERVISOR_URL: `${supervisor.url}/core`, TOMTE_DISCOVER: 'off' },
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part: string) => {
      log += part;
    });
  }
  const ended = new Promise((resolve) => {
    child.once('close', resolve);
  });
  const address = await serviceAddress(child);
  const ingress = await openIngress(address, { host: browserHost });
  running = { child, ended, ingress };
  const origin = `http://${browserHost}`;
  return connect({
    base: `${ingress.url}api/`,
    fetch: (url, init) =>
      fetch(url, { ...init, headers: { ...(init?.headers as Record<string, string>), origin } }),
  });
}

async function stop(): Promise<void> {
  if (!running) return;
  running.child.kill('SIGTERM');
  await running.ended;
  await running.ingress.close();
  running = null;
}

async function serviceAddress(child: ChildProcess): Promise<string> {
  for (let tries = 0; tries < 1200 && child.exitCode === null; tries++) {
    const text = await readFile(join(dataDir, 'service.json'), 'utf8').catch(() => null);
    if (text !== null) return (JSON.parse(text) as { address: string }).address;
    await systemClock.sleep(50);
  }
  throw new Error(`The app did not start:\n${log}`);
}

const states = async (client: Client) =>
  (await client.listHomes({})).map(({ id, link }) => `${id} ${link.state}`);

test('while its home is still starting, the app is open in the sidebar', {
  timeout: 120_000,
}, async () => {
  supervisor.homeIsDown = true;
  await writeFile(join(dataDir, 'options.json'), JSON.stringify({ log_level: 'debug' }));
  const client = await start();
  const page = await fetch(running!.ingress.url, { headers: { accept: 'text/html' } });
  expect(await page.text()).toContain('<title>Tomte</title>');
  expect(await client.listHomes({})).toEqual([]);
  // Whoever installed the app came for this home.
  expect((await client.status({})).demoDoor).toBe(false);
  await expect.poll(() => log, { timeout: 60_000 }).toContain('the home is not linked yet');
  // The option of the person reached the program.
  expect(log).toContain('"level":20');
});

test('requests with the token go the way of the Supervisor too', async () => {
  supervisor.homeIsDown = false;
  const home = { address: `${supervisor.url}/core`, token: new Secret(supervisor.token) };
  const request = { method: 'GET', path: '/api/config' } as const;
  const rest = { pin: null, localAddress: null, clock: systemClock };
  const answer = await requestHome({ ...home, ...rest }, request);
  expect(answer.status).toBe(200);
  expect(JSON.parse(String(answer.body))).toMatchObject({ location_name: 'Villa Berg' });
});

test('its home is linked by itself, with no address and no token typed', {
  timeout: 120_000,
}, async () => {
  supervisor.homeIsDown = false;
  const client = await start();
  await expect.poll(() => states(client), { timeout: 90_000 }).toEqual(['villa-berg live']);
  const [home] = await client.listHomes({});
  expect(home).toMatchObject({ name: 'Villa Berg', user: { admin: true } });
  const own = client.setHome({ home: 'villa-berg', ownUser: true });
  await expect(own).rejects.toMatchObject({ code: 'api.invalid' });
  const report = await client.doctor({ home: 'villa-berg' });
  expect(report.probe.map(({ stage, ok }) => `${stage} ${ok}`)).toEqual(['auth true', 'home true']);
  expect(report.findings.filter(({ level }) => level === 'bad')).toEqual([]);
});

test('after a start with another token the home is live again, and the old token is not tried', {
  timeout: 120_000,
}, async () => {
  supervisor.renew();
  const client = await start();
  await expect.poll(() => states(client), { timeout: 90_000 }).toEqual(['villa-berg live']);
  expect(supervisor.refused).toBe(0);
  for (const token of tokens) expect(log).not.toContain(token);
});

test('unlinked, it does not delete the token that is the Supervisor’s own', {
  timeout: 120_000,
}, async () => {
  const client = await start();
  await expect.poll(() => states(client), { timeout: 90_000 }).toEqual(['villa-berg live']);
  expect(await client.unlinkHome({ home: 'villa-berg', revoke: true })).toEqual({
    ...{ unlinked: 'villa-berg', revoked: false },
  });
  const own = await client.linkHome({ address: sim.url, token: sim.tokens.admin });
  expect(own).toMatchObject({ ok: true });
  // A home linked by hand is left as it is, also at the next start.
  const again = await start();
  await expect.poll(() => states(again), { timeout: 90_000 }).toEqual(['villa-berg live']);
  expect((await again.listHomes({}))[0]!.address).toBe(sim.url);
});
