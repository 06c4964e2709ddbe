/** The place Energy in a real browser: what is ahead, the one number, a sensor set right, where it goes. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, connect } from '@tomte/sdk/client';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openSim, type Sim } from '../../src/sim/sim.ts';
import { type RunningService, startService } from '../crash/harness.ts';
import { openBrowser, standsWell, type TestBrowser, type Visitor } from './browser.ts';

const slow = 90_000;
let sim: Sim;
let service: RunningService;
let dataDir: string;
let browser: TestBrowser;
let visitor: Visitor;
let page: Page;
let tomte: Client;
let home: string;

beforeAll(async () => {
  const isLeftOut = (id: string) => id === 'sensor.dishwasher_energy';
  sim = await openSim({
    ...{ days: 60, living: false, exclude: isLeftOut },
    options: { richEnergy: true, homeBattery: true },
  });
  dataDir = await mkdtemp(join(tmpdir(), 'tomte-energy-pages-'));
  await chmod(dataDir, 0o755);
  service = await startService({ dataDir });
  tomte = connect({ base: `${service.url}api/`, credential: service.credential });
  const answer = await tomte.linkHome({ address: sim.url, token: sim.tokens.admin, name: 'Villa' });
  if (!answer.ok) throw new Error(answer.error.message);
  home = answer.home.id;
  browser = await openBrowser();
  visitor = await browser.visitor();
  page = visitor.page;
  page.setDefaultTimeout(60_000);
}, 180_000);
beforeEach(() => {
  visitor.faults.length = 0;
});
afterAll(async () => {
  await browser?.close();
  await service?.stop();
  await sim?.close();
  await rm(dataDir, { recursive: true, force: true });
});

test('what is ahead stands on one axis: price, sun and use, with words under the cursor', {
  timeout: slow,
}, async () => {
  await page.goto(`${service.url}#/energy`);
  await page.getByRole('heading', { level: 1, name: /^About .* kWh until/ }).waitFor();
  await page.getByText('Price', { exact: false }).first().waitFor();
  const slider = page.getByRole('slider', { name: /^Price, sun and use/ });
  await expect.poll(() => slider.getAttribute('aria-valuetext')).toMatch(/ct\/kWh · sun .* · uses/);
  const before = await slider.getAttribute('aria-valuetext');
  await slider.focus();
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => slider.getAttribute('aria-valuetext')).not.toBe(before);
  await standsWell(visitor, 'ahead');
});

test('the one number sets every hour right', { timeout: slow }, async () => {
  const shown = await tomte.energyPrices({ home });
  await page.getByText('Is that what your supplier shows?').waitFor();
  await page.getByRole('button', { name: 'It shows another' }).click();
  await page.getByLabel(/^It shows, ct\/kWh/).fill('forty');
  await page.getByRole('button', { name: 'Count with that' }).click();
  await page.getByText('Type a number in ct/kWh.').waitFor();
  // A tenth of a cent, as it is typed.
  const wanted = Math.round((shown.check!.perKWh + 0.02) * 1000) / 1000;
  await page.getByLabel(/^It shows, ct\/kWh/).fill((wanted * 100).toFixed(1));
  await page.getByRole('button', { name: 'Count with that' }).click();
  await expect.poll(async () => (await tomte.energyPrices({ home })).check!.confirmed).toBe(true);
  const set = await tomte.energyPrices({ home });
  expect(set.check!.perKWh).toBeCloseTo(wanted, 3);
  const added = set.rates.map(({ buy }, n) => buy - shown.rates[n]!.buy);
  for (const one of added) expect(one).toBeCloseTo(added[0]!, 6);
});

test('a sensor that is left out says why, and a person’s word counts at once', {
  timeout: slow,
}, async () => {
  await page.getByRole('heading', { name: 'Sensors to look at' }).waitFor();
  await page.getByText('the recorder has kept none of it', { exact: false }).waitFor();
  await page.getByRole('button', { name: 'It is right Dishwasher' }).click();
  await page.getByText('You said: it is right.').waitFor();
  await page.getByRole('button', { name: 'Undo Dishwasher' }).click();
  await page.getByText('left out').first().waitFor();
});

test('prices come from where a person says, and where energy goes is told', {
  timeout: slow,
}, async () => {
  await page.getByRole('link', { name: 'Prices' }).click();
  await page.getByRole('heading', { level: 1, name: /^A kWh costs/ }).waitFor();
  await page.getByText('A price sensor, found in your home').waitFor();
  await standsWell(visitor, 'prices');
  await page.getByRole('button', { name: 'Choose another' }).click();
  await page.getByLabel('Tariff').selectOption('fixed');
  await page.getByLabel(/^Per k ?W ?h/i).fill('0.32');
  await page.getByRole('button', { name: 'Use it' }).click();
  await page.getByText('One price, chosen by you').waitFor();
  await page.getByRole('button', { name: 'As found in my home' }).click();
  await page.getByText('A price sensor, found in your home').waitFor();

  await page.getByRole('button', { name: 'I pay for it' }).click();
  await page.getByLabel('EUR per kW and month').fill('none');
  await page.getByRole('button', { name: 'Count with that' }).click();
  await page.getByText('Type a price in EUR a kW.').waitFor();
  await page.getByLabel('EUR per kW and month').fill('4,50');
  await page.getByRole('button', { name: 'Count with that' }).click();
  await page.getByText(/highest 15 minutes of a month cost 4\.50 EUR a kW\..*kW so far/).waitFor();
  expect((await tomte.energyPrices({ home })).peak).toMatchObject({ perKw: 4.5, minutes: 15 });
  await page.getByRole('button', { name: 'I do not pay for it' }).click();
  await page.getByRole('button', { name: 'I pay for it' }).waitFor();

  await page.getByRole('link', { name: 'Devices' }).click();
  await page.getByRole('heading', { level: 1, name: /^Your home uses/ }).waitFor();
  await page.getByText('Car', { exact: true }).first().waitFor();
  await page.getByText('What is known, and whose word it is').waitFor();
  await standsWell(visitor, 'devices');
});

test('what was saved stands by device and day, from the past that the home kept', {
  timeout: slow,
}, async () => {
  await page.getByRole('link', { name: 'Saved' }).click();
  await page.getByRole('heading', { level: 1, name: /^Since|^Not sure yet/ }).waitFor();
  const told = await tomte.energyLedger({ home });
  await page.getByRole('heading', { level: 1, name: told.sentence }).waitFor();
  await page.getByRole('heading', { name: 'By device' }).waitFor();
  for (const { name } of told.devices) await page.getByText(name, { exact: true }).waitFor();
  expect(told.devices.map(({ kind }) => kind)).toContain('battery');
  await page.getByText(/The battery is held against following the house by itself/).waitFor();
  await page.getByRole('heading', { name: 'Day by day' }).waitFor();
  await standsWell(visitor, 'saved');
});
