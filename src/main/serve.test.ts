import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, connect } from '@tomte/sdk/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../config.ts';
import { openSocket } from '../home/socket.ts';
import { systemClock } from '../lib/clock.ts';
import { silentLog } from '../lib/log.ts';
import { Secret } from '../lib/secret.ts';
import { openSim, type Sim } from '../sim/sim.ts';
import { openService, type Service } from './serve.ts';

let sim: Sim;
let data: string;
let service: Service | null = null;
let tomte: Client;

beforeAll(async () => {
  sim = await openSim({ days: 20 });
  sim.fault('leak', { minutesAgo: 97 });
  data = await mkdtemp(join(tmpdir(), 'tomte-serve-'));
  await chmod(data, 0o755);
}, 60_000);
afterAll(async () => {
  await service?.close();
  await sim.close();
  await rm(data, { recursive: true, force: true });
});

async function start(): Promise<void> {
  const config = loadConfig({ flags: { data, port: '0' }, env: {} });
  service = await openService({ config, log: silentLog });
  const { credential } = JSON.parse(await readFile(join(data, 'service.json'), 'utf8'));
  tomte = connect({ base: `${service.address}api/`, credential });
}

const request = () => ({ address: sim.url, token: sim.tokens.admin });
const home = 'villa';

test('the same home linked twice at once is kept once, and the second is told so', {
  timeout: 120_000,
}, async () => {
  await start();
  const both = await Promise.all([
    tomte.linkHome({ ...request(), name: 'Villa' }),
    tomte.linkHome({ ...request(), name: 'Villa' }),
  ]);
  expect(both.map((answer) => answer.ok).sort()).toEqual([false, true]);
  const refused = both.find((answer) => !answer.ok);
  expect(refused?.ok === false && refused.error.code).toBe('link.already_linked');
  expect((await tomte.listHomes({})).map(({ id }) => id)).toEqual([home]);
  await tomte.setWorkflow({ home, name: 'water-watch', mode: 'on' });
});

test('watching only lasts a week from when it began, whatever is changed meanwhile', async () => {
  const set = (mode: 'on' | 'off' | 'watch') =>
    tomte.setWorkflow({ home, name: 'door-left-open', mode, settings: {} });
  const before = Date.now();
  const { watchUntil } = await set('watch');
  const weekMs = 7 * 86_400_000;
  expect(Date.parse(watchUntil!)).toBeGreaterThanOrEqual(before + weekMs);
  expect(Date.parse(watchUntil!)).toBeLessThanOrEqual(Date.now() + weekMs);
  expect((await set('watch')).watchUntil).toBe(watchUntil);
  expect((await set('on')).watchUntil).toBeNull();
  expect((await set('off')).watchUntil).toBeNull();
  const again = await set('watch');
  expect(Date.parse(again.watchUntil!)).toBeGreaterThanOrEqual(Date.parse(watchUntil!));
  expect((await set('off')).watchUntil).toBeNull();
});

test('what a Run has done is remembered after a restart', { timeout: 120_000 }, async () => {
  const begun = () => tomte.listRuns({ home }).then((runs) => runs[0]?.id ?? null);
  await expect.poll(begun, { timeout: 60_000 }).not.toBeNull();
  const id = (await begun())!;
  const steps = async () => (await tomte.getRun({ id })).steps.map(({ name }) => name);
  await expect.poll(steps, { timeout: 60_000 }).not.toEqual([]);
  const before = await steps();
  await service!.close();
  await start();
  expect((await steps()).slice(0, before.length)).toEqual(before);
});

test('a home whose token was deleted before is unlinked with --revoke all the same', {
  timeout: 60_000,
}, async () => {
  await tomte.unlinkHome({ home });
  const { admin } = sim.tokens;
  const socket = await openSocket({
    address: sim.url,
    token: new Secret(admin),
    clock: systemClock,
    log: silentLog,
  });
  const answer = await tomte.linkHome(request());
  if (!answer.ok) throw new Error(answer.error.message);
  const tokens = (await socket.call('auth/refresh_tokens')) as {
    id: string;
    is_current: boolean;
  }[];
  const own = tokens.find((token) => token.is_current)!;
  await socket.call('auth/delete_refresh_token', { refresh_token_id: own.id }).catch(() => null);
  expect(await tomte.unlinkHome({ home: answer.home.id, revoke: true })).toMatchObject({
    revoked: true,
  });
  expect(await tomte.listHomes({})).toEqual([]);
});
