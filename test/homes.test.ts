/** Several homes at once: each has its own Link, its own alerts, and goes without taking the others along. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, connect } from '@tomte/sdk/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../src/lib/clock.ts';
import { openSim, type Sim } from '../src/sim/sim.ts';
import { type RunningService, startService } from './crash/harness.ts';

let berg: Sim;
let cabin: Sim;
let service: RunningService;
let tomte: Client;
let dataDir: string;

beforeAll(async () => {
  berg = await openSim({ days: 3, living: false, seed: 11, options: { name: 'Villa Berg' } });
  cabin = await openSim({ days: 3, living: false, seed: 12, options: { name: 'Cabin' } });
  dataDir = await mkdtemp(join(tmpdir(), 'tomte-homes-'));
  await chmod(dataDir, 0o755);
  service = await startService({ dataDir });
  tomte = connect({ base: `${service.url}api/`, credential: service.credential });
}, 90_000);

afterAll(async () => {
  await service.stop();
  await berg.close();
  await cabin.close();
  await rm(dataDir, { recursive: true, force: true });
});

const linkStates = async () =>
  Object.fromEntries((await tomte.listHomes({})).map((home) => [home.id, home.link.state]));

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await systemClock.sleep(100);
}

test('two homes are linked and live beside each other', async () => {
  for (const sim of [berg, cabin]) {
    expect(await tomte.linkHome({ address: sim.url, token: sim.tokens.admin })).toMatchObject({
      ok: true,
    });
  }
  await until(async () => Object.values(await linkStates()).every((state) => state === 'live'));
  expect(await linkStates()).toEqual({ 'villa-berg': 'live', cabin: 'live' });
}, 60_000);

test('the same home under another name of its address is the same home', async () => {
  const again = await tomte.linkHome({
    address: `localhost:${berg.port}`,
    token: berg.tokens.resident,
  });
  expect(again).toMatchObject({
    ok: false,
    error: { code: 'link.already_linked', details: { home: 'villa-berg' } },
  });
  const renewed = await tomte.linkHome({
    address: berg.url,
    token: berg.tokens.resident,
    replace: true,
  });
  expect(renewed).toMatchObject({ ok: true, home: { id: 'villa-berg', user: { admin: false } } });
  expect(Object.keys(await linkStates())).toHaveLength(2);
}, 60_000);

test('one that is lost leaves the other live, and Today says which', async () => {
  await cabin.close();
  await until(async () => (await linkStates()).cabin === 'stale');
  expect((await linkStates())['villa-berg']).toBe('live');
  expect((await tomte.today({})).stale).toBe(true);
}, 60_000);

test('a home that is unlinked is forgotten whole, with its token deleted when asked', async () => {
  expect(await tomte.unlinkHome({ home: 'Villa Berg', revoke: true })).toEqual({
    unlinked: 'villa-berg',
    revoked: true,
  });
  expect(Object.keys(await linkStates())).toEqual(['cabin']);
  expect(await tomte.listWorkflows({ home: 'villa-berg' })).toEqual([]);
  const refused = await tomte.linkHome({ address: berg.url, token: berg.tokens.resident });
  expect(refused).toMatchObject({ ok: false, error: { code: 'link.token_rejected' } });
}, 60_000);
