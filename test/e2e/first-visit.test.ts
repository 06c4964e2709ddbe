/** A newcomer's first minutes in a real browser, on the real program and a simulated home. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openSim, type Sim } from '../../src/sim/sim.ts';
import { type RunningService, startService } from '../crash/harness.ts';
import { axe, openBrowser, standsWell, type TestBrowser, type Visitor } from './browser.ts';

const slow = 60_000;
let sim: Sim;
let service: RunningService;
let dataDir: string;
let browser: TestBrowser;
let visitor: Visitor;
let page: Page;
let bystander: Visitor;

beforeAll(async () => {
  sim = await openSim({ days: 60 });
  dataDir = await mkdtemp(join(tmpdir(), 'tomte-pages-'));
  await chmod(dataDir, 0o755);
  service = await startService({ dataDir });
  browser = await openBrowser();
  visitor = await browser.visitor();
  page = visitor.page;
  page.setDefaultTimeout(slow);
}, 120_000);

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

async function authorize(address: string, port: string, token: string): Promise<void> {
  await page.getByLabel('Home Assistant public IP or URL').fill(address);
  await page.getByLabel('Port', { exact: true }).fill(port);
  await page.getByLabel('Token', { exact: true }).fill(token);
  await page.getByRole('button', { name: 'Authorize' }).click();
}

test('the first page has two doors and says when Tomte watches', { timeout: slow }, async () => {
  await page.goto(service.url);
  await heading(/keeps an eye on your home/).waitFor();
  await page.getByText('Tomte watches only while this computer is on').waitFor();
  await page.getByRole('link', { name: 'Link my home' }).waitFor();
  await page.getByRole('link', { name: 'Look around a demo home' }).waitFor();
  await standsWell(visitor);
});

test('the demo notices a leak, explains it, and says Demo all the time', {
  timeout: 90_000,
}, async () => {
  await page.getByRole('link', { name: 'Look around a demo home' }).click();
  await page
    .getByRole('link', { name: /Water has run/ })
    .first()
    .waitFor();
  await page.getByText('A made-up home.').waitFor();
  await standsWell(visitor);
  await page.getByRole('link', { name: /See why/ }).click();
  await page.getByText('Usually', { exact: true }).waitFor();
  await page.locator('figure svg').first().waitFor();
  await page.getByText('A made-up home.').waitFor();
  await standsWell(visitor);
});

test('the chart can be read with the keyboard and as a table', { timeout: slow }, async () => {
  const chart = page.getByRole('slider');
  const newest = await chart.getAttribute('aria-valuetext');
  await chart.focus();
  await page.keyboard.press('ArrowLeft');
  await expect.poll(() => chart.getAttribute('aria-valuetext')).not.toBe(newest);
  await page.getByText('Show as table').click();
  await page.getByRole('columnheader', { name: 'Usual' }).waitFor();
});

test('what is seen is marked as seen, and stays so', { timeout: slow }, async () => {
  await page.getByRole('button', { name: 'I see it' }).click();
  await page.locator('article header b', { hasText: 'Seen' }).waitFor();
  await page.reload();
  await page.locator('article header b', { hasText: 'Seen' }).waitFor();
});

test('what one person does is seen by another at once', { timeout: slow }, async () => {
  bystander = await browser.visitor({ width: 390, height: 844 });
  bystander.page.setDefaultTimeout(slow);
  await bystander.page.goto(page.url());
  await bystander.page.locator('article header b', { hasText: 'Seen' }).waitFor();
  await page.getByRole('button', { name: /^Quiet until 07:00/ }).click();
  await bystander.page.locator('article header b', { hasText: 'Quiet until' }).waitFor();
  expect(bystander.faults).toEqual([]);
});

test.each([
  'energy',
  'energy/prices',
  'energy/devices',
  'watch',
  'watched',
  'workflows',
  'home',
  'home/link',
  'home/told',
  'home/outside',
  'home/settings',
])('the page %s of the demo stands well', { timeout: slow }, async (place) => {
  await page.goto(`${service.url}demo/#/${place}`);
  await page.locator('main h1').waitFor();
  await expect.poll(() => page.locator('[aria-busy=true]').count()).toBe(0);
  await standsWell(visitor);
});

test.each([
  ['127.0.0.1', '9', 'whole', 'Reach', 'link.refused'],
  ['nothing.invalid', '', 'whole', 'Name', 'link.name_not_found'],
  ['ftp://here', '', 'whole', 'Address', 'link.address_invalid'],
  ['127.0.0.1', 'home', 'nonsense', 'Token', 'link.token_malformed'],
  ['127.0.0.1', 'tomte', 'whole', 'Home Assistant', 'link.not_home_assistant'],
])(
  'linking %s port %s with a %s token fails at its stage with %s… and a way on',
  { timeout: slow },
  async (address, port, kind, stage, code) => {
    const ports: Record<string, string> = {
      home: String(sim.port),
      tomte: new URL(service.url).port,
    };
    await page.goto('about:blank');
    await page.goto(`${service.url}#/link`);
    await authorize(address, ports[port] ?? port, kind === 'whole' ? sim.tokens.admin : kind);
    await page.getByText(code, { exact: true }).waitFor();
    const failed = page.locator('li.fail').last();
    expect(await failed.locator('b').textContent()).toContain(stage);
    expect((await failed.locator('p').textContent())?.length).toBeGreaterThan(40);
    expect(await axe(page)).toEqual([]);
  },
);

test('the form links the home, and First look shows the toilet that ran', {
  timeout: 90_000,
}, async () => {
  await page.goto('about:blank');
  await page.goto(`${service.url}#/link`);
  await authorize('127.0.0.1', String(sim.port), sim.tokens.admin);
  await heading(/Linked: Villa Berg, Home Assistant 2026\.11/).waitFor();
  await page.getByText('This token belongs to an administrator').waitFor();
  await page.getByRole('link', { name: 'Go to Today' }).waitFor();
  await page
    .getByRole('heading', { name: /Water ran for/ })
    .first()
    .waitFor();
  await standsWell(visitor);
  // Whoever was in the demo is led out of it.
  await bystander.page.waitForURL((url) => !url.pathname.includes('demo'));
  await bystander.page.locator('main h1').waitFor();
  expect(await bystander.page.getByText('A made-up home.').count()).toBe(0);
});

test('a workflow is switched on from First look, and Today says what is watched', {
  timeout: slow,
}, async () => {
  await page
    .getByRole('button', { name: /^Turn on/ })
    .first()
    .click();
  await page.getByRole('status').filter({ hasText: 'On' }).waitFor();
  await page.getByRole('link', { name: 'Go to Today' }).click();
  await heading(/./).waitFor();
  await expect.poll(() => page.getByText('Every workflow is off').count()).toBe(0);
  expect(await page.getByText('A made-up home.').count()).toBe(0);
  await standsWell(visitor);
});

test('a lost link is said on every page, and taken back when the home is there again', {
  timeout: 90_000,
}, async () => {
  const isSaid = async () => {
    await page.getByText('No news from Villa Berg').waitFor();
    await page.goto(`${service.url}#/watch`);
    await heading(/I cannot see Villa Berg since/).waitFor();
  };
  await sim.restart({ downUntil: isSaid(), startMs: 200 });
  await page.getByText('No news from Villa Berg').waitFor({ state: 'detached' });
  expect(await heading(/I cannot see/).count()).toBe(0);
});

test('a channel is added, tested and removed', { timeout: slow }, async () => {
  await page.goto(`${service.url}#/home/told`);
  await page.getByRole('button', { name: 'Add Webhook' }).click();
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByText('This is needed.').first().waitFor();
  await page.getByLabel('Url').fill('http://127.0.0.1:9/');
  await page.getByLabel('Secret').fill('a secret of more than sixteen');
  await page.getByLabel('Name').fill('Log server');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  const card = page.locator('section.card', {
    has: page.getByRole('heading', { name: 'Log server' }),
  });
  await card.getByRole('button', { name: /^Send a test/ }).click();
  await card.locator('.note.bad').first().waitFor();
  await standsWell(visitor);
  await card.getByRole('button', { name: /^Remove…/ }).click();
  await card.getByRole('button', { name: 'Remove Log server' }).click();
  await card.waitFor({ state: 'detached' });
});

test('with a password set, the pages ask for it, and open with it', { timeout: slow }, async () => {
  await page.goto(`${service.url}#/home/settings`);
  await page.getByLabel('Password').fill('a long enough one');
  await page.getByRole('button', { name: 'Set the password' }).click();
  const stranger = await browser.visitor();
  const asked = stranger.page;
  asked.setDefaultTimeout(slow);
  await asked.goto(service.url);
  await asked.getByLabel('Password of this Tomte').fill('not this one');
  await asked.getByRole('button', { name: 'Log in' }).click();
  await asked.locator('p.wrong').filter({ hasText: /./ }).waitFor();
  expect(await axe(asked)).toEqual([]);
  await asked.getByLabel('Password of this Tomte').fill('a long enough one');
  await asked.getByRole('button', { name: 'Log in' }).click();
  await asked.getByRole('link', { name: 'Workflows' }).first().waitFor();
  await stranger.close();
});
