/** The ledger through the whole service: from the recorded past alone, kept day by day. */
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
  sim = await openSim({ days: 60, living: false, options: { richEnergy: true } });
  data = await mkdtemp(join(tmpdir(), 'tomte-ledger-'));
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

const sumOf = (values: readonly (number | null)[]) =>
  values.reduce<number>((sum, value) => sum + (value ?? 0), 0);

test('four weeks of the recorded past are held against the four before, by device and by day', async () => {
  const page = await tomte.energyLedger({ home });
  expect(page.days.length).toBeGreaterThanOrEqual(26);
  expect(page.devices.map(({ name }) => name).sort()).toEqual(['Car', 'Dishwasher']);
  expect(page.baseline).toMatch(/^Held against when 2 devices began to run from/);
  for (const device of page.devices) {
    expect(device.saved).toBeCloseTo(device.usual - device.paid);
    expect(device.low <= device.saved && device.saved <= device.high).toBe(true);
    expect(device.habit).toMatch(/^Usually at \d\d:00, by \d+ runs before\.$/);
    expect(device.kWh).toBeGreaterThan(0);
  }
  expect(page.saved).toBeCloseTo(sumOf(page.devices.map(({ saved }) => saved)));
  expect(page.saved).toBeCloseTo(sumOf(page.days.map(({ saved }) => saved)));
  expect(page.sentence).toMatch(/^Since \d+ \w+, /);
});

test('what was told of a day stands, whatever is said of prices or sensors later', async () => {
  const before = await tomte.energyLedger({ home });
  const prices = await tomte.energyPrices({ home });
  await tomte.confirmPrice({ home, at: prices.check!.at, perKWh: prices.check!.perKWh + 0.3 });
  const after = await tomte.energyLedger({ home });
  expect(after.days).toEqual(before.days);
  const week = await tomte.energyLedger({ home, days: 7 });
  expect(week.days).toEqual(before.days.slice(0, 7));
});
