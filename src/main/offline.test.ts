import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../config.ts';
import { silentLog } from '../lib/log.ts';
import { openSim, type Sim } from '../sim/sim.ts';
import { type Offline, openOffline } from './offline.ts';

let sim: Sim;
let data: string;
let offline: Offline;

beforeAll(async () => {
  sim = await openSim({ days: 1, living: false });
  data = await mkdtemp(join(tmpdir(), 'tomte-offline-'));
  await chmod(data, 0o755);
  offline = openOffline(loadConfig({ flags: { data }, env: {} }), silentLog);
}, 60_000);
afterAll(async () => {
  await offline.close();
  await sim.close();
  await rm(data, { recursive: true, force: true });
});

test('what a running service would refuse is refused without one too', async () => {
  const { tomte } = offline;
  const refused = { code: 'api.invalid' };
  await expect(tomte.setPassword({ password: 'short' })).rejects.toMatchObject(refused);
  await expect(tomte.listAlerts({ limit: 'many' })).rejects.toMatchObject(refused);
  const name = 'x'.repeat(121);
  await expect(tomte.linkHome({ address: sim.url, name })).rejects.toMatchObject(refused);
});

test('a home that is linked already is told with the stages that were right', {
  timeout: 60_000,
}, async () => {
  const request = { address: sim.url, token: sim.tokens.resident, name: 'Villa' };
  expect(await offline.tomte.linkHome(request)).toMatchObject({ ok: true, home: { id: 'villa' } });
  const again = await offline.tomte.linkHome(request);
  expect(again).toMatchObject({ ok: false, error: { code: 'link.already_linked' } });
  expect(again.ok === false && again.probe.every(({ ok }) => ok)).toBe(true);
  expect(again.ok === false && again.probe.map(({ stage }) => stage)).toContain('auth');
});

test('without a service nothing is said of the Link but that, and when the home was last heard', async () => {
  const [home] = await offline.tomte.listHomes({});
  expect(home!.link).toMatchObject({
    ...{ state: 'stopped', asOf: null, error: { code: 'cli.service_unreachable' } },
  });
  expect(Date.parse(home!.link.since)).toBeLessThanOrEqual(Date.now());
  expect(await offline.tomte.listActions({ home: 'villa' })).toEqual([]);
});

test('workflows and channels are read from the store, and channels changed there', async () => {
  const { tomte } = offline;
  const rows = await tomte.listWorkflows({});
  expect(rows.find(({ name }) => name === 'water-watch')).toMatchObject({
    ...{ home: 'villa', mode: 'off', lastRun: null },
  });
  expect(rows.every(({ mode }) => mode === 'off')).toBe(true);
  const settings = { url: 'https://example.org/x', secret: 'a-secret-of-sixteen-letters' };
  const { id } = await tomte.saveChannel({ kind: 'webhook', name: 'Hook', settings });
  const elsewhere = tomte.saveChannel({ kind: 'webhook', name: 'x', home: 'nowhere', settings });
  await expect(elsewhere).rejects.toMatchObject({ code: 'home.not_found' });
  expect(await tomte.listChannels({})).toMatchObject([{ id, settings: { secret: '«secret»' } }]);
  expect(await tomte.removeChannel({ id })).toEqual({ removed: id });
  await expect(tomte.testChannel({ id })).rejects.toMatchObject({
    code: 'cli.service_unreachable',
  });
});
