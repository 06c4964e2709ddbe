/** Energy through the whole service: what is read from a home without asking, and what is wrong with it. */
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
  const isMissing = (id: string) => id === 'sensor.solar_production';
  sim = await openSim({ days: 30, exclude: isMissing });
  data = await mkdtemp(join(tmpdir(), 'tomte-energy-'));
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

test('what the energy page names is read without a question, and whose word each figure is', async () => {
  const page = await tomte.energySetup({ home });
  expect(page.state).toBe('ready');
  expect(page.figures.map(({ what }) => what)).toEqual([
    'Bought from the grid',
    'Solar panels',
    'Water',
    'Price of a kWh',
  ]);
  for (const { from } of page.figures) expect(from).toMatch(/^Home Assistant’s energy page/);
});

test('a meter that the recorder leaves out is said, left out, and told by the doctor with its fix', async () => {
  const { faults, sentence } = await tomte.energySetup({ home });
  expect(faults).toMatchObject([
    { rule: 'not-kept', sensor: 'sensor.solar_production', leftOut: true, answered: null },
  ]);
  expect(sentence).toMatch(/^3 sensors, \d+ days of past, 1 left out\.$/);
  const { findings } = await tomte.doctor({ home });
  const said = findings.find(({ id }) => id === 'sensor.not-kept.sensor.solar_production');
  expect(said).toMatchObject({ level: 'warn', title: 'Solar Production' });
  expect(said!.fix).toContain('recorder excludes');
});

test('a person’s word about a sensor counts at once, and can be taken back', async () => {
  const fault = { home, sensor: 'sensor.solar_production', rule: 'not-kept' };
  const trusted = await tomte.answerSensor({ ...fault, answer: 'right' });
  expect(trusted.faults[0]).toMatchObject({ leftOut: false, answered: 'right' });
  const again = await tomte.answerSensor({ ...fault, answer: null });
  expect(again.faults[0]).toMatchObject({ leftOut: true, answered: null });
  const other = tomte.answerSensor({ ...fault, rule: 'unit', answer: 'right' });
  await expect(other).rejects.toMatchObject({ code: 'energy.fault_not_found' });
});
