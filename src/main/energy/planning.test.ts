/** A plan through the whole service: from the home's own prices and past, with the reason. */
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, connect } from '@tomte/sdk/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../../config.ts';
import { silentLog } from '../../lib/log.ts';
import { openSim, type Sim } from '../../sim/sim.ts';
import { openService, type Service } from '../serve.ts';

let sim: Sim;
let data: string;
let service: Service;
let tomte: Client;
let home: string;

beforeAll(async () => {
  sim = await openSim({ days: 30 });
  data = await mkdtemp(join(tmpdir(), 'tomte-plan-'));
  await chmod(data, 0o755);
  const config = loadConfig({
    flags: { data, port: '0' },
    env: { TOMTE_ALLOW_ADDRESSES: 'loopback' },
  });
  service = await openService({ config, log: silentLog });
  const { credential } = JSON.parse(await readFile(join(data, 'service.json'), 'utf8'));
  tomte = connect({ base: `${service.address}api/`, credential });
  const answer = await tomte.linkHome({ address: sim.url, token: sim.tokens.admin });
  if (!answer.ok) throw new Error(answer.error.message);
  home = answer.home.id;
}, 120_000);
afterAll(async () => {
  await service.close();
  await sim.close();
  await rm(data, { recursive: true, force: true });
});

test('a load is planned by the home’s own prices and forecasts, with its reason', async () => {
  const plan = await tomte.planEnergy({
    home,
    loads: [{ id: 'Dishwasher', powerW: 1_200, minutes: 90 }],
  });
  expect(plan).toMatchObject({ status: 'optimal', bent: [], currency: 'EUR' });
  const minutes = plan.slots
    .filter(({ loads }) => loads.Dishwasher! > 0)
    .reduce((sum, slot) => sum + slot.minutes, 0);
  expect(minutes).toBeGreaterThanOrEqual(90);
  expect(plan.cost).toBeGreaterThan(0);
  expect(plan.cost).toBeLessThanOrEqual(plan.costDoNothing + 0.005);
  expect(plan.slots.some(({ gridW }) => gridW > 0)).toBe(true);
  expect(plan.reasons).toHaveLength(1);
  expect(plan.reasons[0]!.text).toMatch(/^Dishwasher: (now\.|at )/);
});

test('what is no load is refused, and a home that is not there', async () => {
  const loads = [{ id: 'x', powerW: -5, minutes: 90 }];
  await expect(tomte.planEnergy({ home, loads })).rejects.toMatchObject({
    code: 'api.invalid',
  });
  await expect(tomte.planEnergy({ home: 'nowhere' })).rejects.toMatchObject({
    code: 'home.not_found',
  });
});
