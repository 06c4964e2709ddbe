/** Takes the pictures of docs/pictures: the real program, its demo home, and a simulated home to link. Usage: node bin/tomte.js --node scripts/pictures.ts */
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connect } from '@tomte/sdk/client';
import type { Page } from 'playwright-core';
import { systemClock as clock } from '../src/lib/clock.ts';
import { openSim } from '../src/sim/sim.ts';
import { startService } from '../test/crash/harness.ts';
import { openBrowser, type Visit } from '../test/e2e/browser.ts';

const folder = join(import.meta.dirname, '../docs/pictures');
await mkdir(folder, { recursive: true });
const dataDir = await mkdtemp(join(tmpdir(), 'tomte-pictures-'));
await chmod(dataDir, 0o755);
const sim = await openSim({ days: 60 });
const service = await startService({ dataDir });
const browser = await openBrowser();
const demo = connect({ base: `${service.url}demo/api/`, credential: service.credential });
while ((await demo.listAlerts({ state: 'open' })).length === 0) await clock.sleep(500);
const [alert] = await demo.listAlerts({ state: 'open' });

async function take(
  name: string,
  path: string,
  visit: Visit,
  before?: (page: Page) => Promise<void>,
): Promise<void> {
  const visitor = await browser.visitor(visit);
  await visitor.page.goto(service.url + path);
  await visitor.page.getByRole('heading', { level: 1 }).waitFor();
  await before?.(visitor.page);
  await clock.sleep(1_000);
  const shown = `${name}-${visit.width}-${visit.theme}`;
  await visitor.page.screenshot({ path: join(folder, `${shown}.png`), fullPage: true });
  await visitor.close();
  process.stdout.write(`${shown}\n`);
}

async function authorize(page: Page, port: string): Promise<void> {
  await page.getByLabel('Home Assistant public IP or URL').fill('127.0.0.1');
  await page.getByLabel('Port', { exact: true }).fill(port);
  await page.getByLabel('Token', { exact: true }).fill(sim.tokens.admin);
  await page.getByRole('button', { name: 'Authorize' }).click();
}

await take('first', '', { width: 1440, theme: 'light' });
const drawn = (page: Page) => page.locator('figure svg').first().waitFor();
await take('today', 'demo/', { width: 820, theme: 'light' }, drawn);
await take('today', 'demo/', { width: 390, theme: 'dark' }, drawn);
await take('alert', `demo/#/watch/${alert!.id}`, { width: 820, theme: 'light' });
await take('alert', `demo/#/watch/${alert!.id}`, { width: 390, theme: 'dark' });
await take('workflows', 'demo/#/workflows', { width: 1440, theme: 'dark' });
await take('home', 'demo/#/home', { width: 1440, theme: 'light' });
await take('link', '#/link', { width: 820, theme: 'dark' }, async (page) => {
  await authorize(page, '1');
  await page.getByText('link.refused').waitFor();
});
await take('first-look', '#/link', { width: 820, theme: 'light' }, async (page) => {
  await authorize(page, String(sim.port));
  await page.getByRole('link', { name: 'Go to Today' }).waitFor({ timeout: 120_000 });
});
const tomte = connect({ base: `${service.url}api/`, credential: service.credential });
const [home] = await tomte.listHomes({});
await take(
  'workflow',
  `#/workflows/${home!.id}/freezer-watch`,
  // As tall as the page: the bar that stays at the bottom would cover the slider.
  { width: 820, height: 1_900, theme: 'light' },
  async (page) => {
    await page.getByText(/^In 60 days/).waitFor({ timeout: 120_000 });
  },
);
await tomte.setWorkflow({ home: home!.id, name: 'morning-report', mode: 'on' });
const run = await tomte.runWorkflow({ home: home!.id, name: 'morning-report' });
while (['waiting', 'running'].includes((await tomte.getRun({ id: run.id })).state))
  await clock.sleep(500);
await take('run', `#/run/${run.id}`, { width: 390, theme: 'light' });
await browser.close();
await service.stop();
await sim.close();
await rm(dataDir, { recursive: true, force: true });
await promisify(execFile)('du', ['-sh', folder]).then(({ stdout }) => process.stdout.write(stdout));
process.exit(0);
