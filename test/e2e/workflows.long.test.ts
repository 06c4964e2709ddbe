/** Workflows in a real browser: tried on the past, turned on, asked about, answered, and stopped. */
import { createHmac } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, connect } from '@tomte/sdk/client';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { openSim, type Sim } from '../../src/sim/sim.ts';
import { type RunningService, startService } from '../crash/harness.ts';
import { openBrowser, standsWell, type TestBrowser, type Visitor } from './browser.ts';

const slow = 90_000;
const home = 'villa';
let sim: Sim;
let service: RunningService;
let dataDir: string;
let browser: TestBrowser;
let visitor: Visitor;
let page: Page;
let tomte: Client;

const garden = `
import { defineWorkflow } from '@tomte/sdk/define';
import { z } from 'zod';
export default defineWorkflow({
  title: 'Water the garden', text: 'Asks before it waters.', settings: z.strictObject({}),
  triggers: [
    { state: { entity: 'input_boolean.dry', to: 'on' } },
    { webhook: { name: 'gauge' } },
    { manual: true },
  ],
  async run(ctx) {
    const said = await ctx.ask({
      title: 'Water the garden?', text: 'It has been dry for three days.',
      options: [{ id: 'yes', label: 'Water it' }, { id: 'no', label: 'Not today' }],
      fallback: 'no', timeout: '2h',
    });
    return said.answer;
  },
});`;

beforeAll(async () => {
  sim = await openSim({ days: 60, living: false });
  sim.set('input_boolean.dry', 'off', { friendly_name: 'Garden is dry' });
  dataDir = await mkdtemp(join(tmpdir(), 'tomte-workflow-pages-'));
  await chmod(dataDir, 0o755);
  await mkdir(join(dataDir, 'workflows'), { mode: 0o700 });
  await writeFile(join(dataDir, 'workflows', 'garden.ts'), garden, { mode: 0o600 });
  service = await startService({ dataDir });
  tomte = connect({ base: `${service.url}api/`, credential: service.credential });
  const answer = await tomte.linkHome({ address: sim.url, token: sim.tokens.admin, name: 'Villa' });
  if (!answer.ok) throw new Error(answer.error.message);
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

const heading = (name: string | RegExp): Locator => page.getByRole('heading', { level: 1, name });

test('before it is turned on, a workflow shows the last sixty days', {
  timeout: slow,
}, async () => {
  await page.goto(`${service.url}#/workflows`);
  await page.getByRole('link', { name: 'Watch the water' }).click();
  await heading('Watch the water').waitFor();
  await page.getByText(/^In 60 days it would have run .*told you once/).waitFor();
  await page.locator('figure svg').first().waitFor();
  await standsWell(visitor);
  await page.getByRole('button', { name: 'Turn on' }).click();
  await expect
    .poll(
      async () =>
        (await tomte.listWorkflows({ home })).find(({ name }) => name === 'water-watch')?.mode,
    )
    .toBe('on');
});

test('turned on after its past was shown, it asks on Today; its run tells who answered, and goes again from a step', {
  timeout: slow,
}, async () => {
  await page.goto(`${service.url}#/workflows`);
  await page.getByRole('link', { name: 'Water the garden' }).click();
  await page.getByText('In 60 days it would not have run.').waitFor();
  await page.getByRole('button', { name: 'Turn on' }).click();
  await expect
    .poll(async () => (await tomte.listWorkflows({ home })).find(({ name }) => name === 'garden'))
    .toMatchObject({ mode: 'on' });
  const { id } = await tomte.runWorkflow({ home, name: 'garden' });
  await page.goto(`${service.url}#/today`);
  await page.getByRole('heading', { name: 'Water the garden?' }).waitFor();
  await standsWell(visitor);
  await page.getByRole('button', { name: 'Water it: Water the garden?' }).click();
  await expect
    .poll(async () => (await tomte.getRun({ id })).state, { timeout: 30_000 })
    .toBe('done');
  await page.goto(`${service.url}#/workflows/${home}/garden`);
  await page.locator(`a[href="#/run/${id}"]`).click();
  await heading(/^Water the garden: ran/).waitFor();
  await page.getByText(/answered: yes/).waitFor();
  await standsWell(visitor);
  await page.getByText('What went in and came out').first().click();
  await page.getByRole('button', { name: /^Run again from here/ }).click();
  await page.getByText('Tried: nothing was switched and nobody was told.').waitFor();
  await standsWell(visitor);
});

test('a webhook has its address and key shown once; a signed message is known as its last call', {
  timeout: slow,
}, async () => {
  await tomte.setWorkflow({ home, name: 'garden', mode: 'on', grants: ['switch.coffee_maker'] });
  await page.goto(`${service.url}#/workflows/${home}/garden`);
  await page.getByRole('button', { name: 'Make an address: gauge' }).click();
  const told = page.locator('dd code');
  await told.first().waitFor();
  const [address, key] = await told.allTextContents();
  await standsWell(visitor);
  const seconds = Math.floor(systemClock.now() / 1000);
  const mac = createHmac('sha256', key!).update(`${seconds}.dry`).digest('hex');
  const answer = await fetch(address!, {
    method: 'POST',
    body: 'dry',
    headers: { 'tomte-signature': `t=${seconds},v1=${mac}` },
  });
  expect(answer.status).toBe(202);
  await page.reload();
  await page.getByText('last called').waitFor();
  expect(await page.content()).not.toContain(key!);
  for (const { id, state } of await tomte.listRuns({ home, workflow: 'garden' })) {
    if (state === 'waiting' || state === 'running') await tomte.cancelRun({ id });
  }
});

test('the search of every page finds workflows, their runs, and things of the home', {
  timeout: slow,
}, async () => {
  await page.goto(`${service.url}#/watch`);
  await page.keyboard.press('/');
  const search = page.getByRole('searchbox');
  const found = page.getByRole('dialog').getByRole('link');
  await search.fill('garden');
  await search.press('Enter');
  await found.getByText('Water the garden', { exact: true }).waitFor();
  await found.getByText('Water the garden: done').first().waitFor();
  await search.fill('hall light');
  await search.press('Enter');
  await found
    .getByText(/^Hall Light$/)
    .first()
    .click();
  await expect
    .poll(() => page.getByLabel('Find a sensor or a lamp').inputValue())
    .toBe('Hall Light');
  await standsWell(visitor);
});

test('paused, it does not run, and the answer to why says so', { timeout: slow }, async () => {
  await page.goto(`${service.url}#/today`);
  await page.getByText('Pause Tomte', { exact: true }).click();
  await page.getByRole('button', { name: /1 hour/ }).click();
  await page.getByText(/^Paused until/).waitFor();
  sim.set('input_boolean.dry', 'on', { friendly_name: 'Garden is dry' });
  const refused = async () =>
    (await tomte.listNotRuns({ home, workflow: 'garden' })).map(({ code }) => code);
  await expect.poll(refused, { timeout: 30_000 }).toContain('paused');
  await page.keyboard.press('/');
  await page.getByRole('searchbox').fill('Why did water the garden not run?');
  await page.getByRole('button', { name: 'Ask', exact: true }).click();
  await page.locator('dialog .sentence', { hasText: /paused/i }).waitFor();
  await standsWell(visitor);
  await page.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: /^End/ }).click();
  await expect.poll(async () => (await tomte.listModes({ home })).length).toBe(0);
});

test('all switching is stopped with one button, and goes on with another', {
  timeout: slow,
}, async () => {
  await page.goto(`${service.url}#/workflows`);
  await page.getByRole('button', { name: 'Stop switching' }).click();
  await page.getByText('Tomte switches nothing now.').waitFor();
  await standsWell(visitor);
  await page.getByRole('button', { name: 'Let it switch again' }).click();
  await page.getByText('Tomte switches nothing now.').waitFor({ state: 'detached' });
});
