/** Workflows in a real browser: tried on the past, turned on, asked about, answered, and stopped. */
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, connect } from '@tomte/sdk/client';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openSim, type Sim } from '../../src/sim/sim.ts';
import { type RunningService, startService } from '../crash/harness.ts';
import { axe, openBrowser, type TestBrowser, tooWide, type Visitor } from './browser.ts';

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
  triggers: [{ state: { entity: 'input_boolean.dry', to: 'on' } }, { manual: true }],
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

async function standsWell(): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await axe(page)).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 320, height: 700 });
  await expect.poll(() => tooWide(page)).toBeLessThanOrEqual(0);
  await page.setViewportSize({ width: 1440, height: 900 });
  expect(visitor.faults).toEqual([]);
}

test('before it is turned on, a workflow shows the last sixty days', {
  timeout: slow,
}, async () => {
  await page.goto(`${service.url}#/workflows`);
  await page.getByRole('link', { name: 'Watch the water' }).click();
  await heading('Watch the water').waitFor();
  await page.getByText(/^In 60 days it would have run .*told you once/).waitFor();
  await page.locator('figure svg').first().waitFor();
  await standsWell();
  await page.getByRole('button', { name: 'Turn on' }).click();
  await expect
    .poll(
      async () =>
        (await tomte.listWorkflows({ home })).find(({ name }) => name === 'water-watch')?.mode,
    )
    .toBe('on');
});

test('a question is answered on Today, and its run tells who did', { timeout: slow }, async () => {
  await tomte.setWorkflow({ home, name: 'garden', mode: 'on', grants: ['switch.coffee_maker'] });
  const { id } = await tomte.runWorkflow({ home, name: 'garden' });
  await page.goto(`${service.url}#/today`);
  await page.getByRole('heading', { name: 'Water the garden?' }).waitFor();
  await standsWell();
  await page.getByRole('button', { name: /^Water it/ }).click();
  await expect
    .poll(async () => (await tomte.getRun({ id })).state, { timeout: 30_000 })
    .toBe('done');
  await page.goto(`${service.url}#/run/${id}`);
  await heading(/^Water the garden: ran/).waitFor();
  await page.getByText(/answered: yes/).waitFor();
  await standsWell();
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
  await standsWell();
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
  await standsWell();
  await page.getByRole('button', { name: 'Let it switch again' }).click();
  await page.getByText('Tomte switches nothing now.').waitFor({ state: 'detached' });
});
