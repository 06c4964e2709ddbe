/** Watch in a real browser: tried on the past, told, answered, switched by a button, and told to the right person. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, connect } from '@tomte/sdk/client';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openSim, type Sim } from '../../src/sim/sim.ts';
import { type RunningService, startService } from '../crash/harness.ts';
import { arrivals, type Listening, listenHttp } from '../kit/listen.ts';
import { openBrowser, standsWell, type TestBrowser, type Visitor } from './browser.ts';

const slow = 90_000;
const home = 'villa';
const outside = 'https://tomte.example.org/';
let sim: Sim;
let service: RunningService;
let dataDir: string;
let browser: TestBrowser;
let visitor: Visitor;
let page: Page;
let tomte: Client;
/** What two people's programs are told. */
let receiver: Listening;
const told = arrivals<{
  who: string;
  title: string;
  link: string;
  buttons: { id: string; url: string }[];
}>();

async function webhook(name: string): Promise<void> {
  await tomte.saveChannel({
    ...{ kind: 'webhook', name: `${name} log`, home, severities: ['now', 'today'] },
    settings: {
      ...{ url: `${receiver.url}/${name}`, secret: 'a secret of more than sixteen' },
      withPicture: false,
    },
  });
}

beforeAll(async () => {
  sim = await openSim({ days: 60 });
  sim.fault('leak', { minutesAgo: 97 });
  receiver = await listenHttp((request, body, response) => {
    told.add({ ...JSON.parse(body.toString()), who: request.url!.slice(1) });
    response.end();
  });
  dataDir = await mkdtemp(join(tmpdir(), 'tomte-watch-pages-'));
  await chmod(dataDir, 0o755);
  service = await startService({ dataDir });
  tomte = connect({ base: `${service.url}api/`, credential: service.credential });
  const answer = await tomte.linkHome({ address: sim.url, token: sim.tokens.admin, name: 'Villa' });
  if (!answer.ok) throw new Error(answer.error.message);
  await tomte.saveSettings({ publicUrl: outside });
  for (const name of ['maja', 'ola']) await webhook(name);
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
  await receiver?.close();
  await sim?.close();
  await rm(dataDir, { recursive: true, force: true });
});

const heading = (name: string | RegExp): Locator => page.getByRole('heading', { level: 1, name });
const button = (name: string | RegExp): Locator =>
  page.getByRole('button', { name, exact: typeof name === 'string' });
const openAlert = async (title: RegExp) =>
  (await tomte.listAlerts({ home })).find((alert) => title.test(alert.title))!;
/** As a press of the button on the page behind a signed link: what the page then says. */
async function pressLink(url: string): Promise<string> {
  const answer = await fetch(url.replace(outside, service.url), { method: 'POST' });
  expect(answer.status).toBe(200);
  return answer.text();
}

test('a detector shows its last sixty days, and its slider what each place would tell', {
  timeout: slow,
}, async () => {
  await page.goto(`${service.url}#/watched`);
  await page.getByRole('link', { name: 'Water', exact: true }).last().click();
  await heading(/^Water: \d+ sensors?\.$/).waitFor();
  await page.getByText('Nobody is told what it finds').waitFor();
  await page.getByText(/^Would have told you/).waitFor();
  await page.locator('figure svg').first().waitFor();
  await standsWell(visitor);
  await page.getByRole('slider', { name: /^Water: how soon/ }).focus();
  await page.keyboard.press('End');
  await page.getByText('Saved', { exact: true }).waitFor();
  const sooner = async () =>
    (await tomte.listDetectors({ home })).find(({ name }) => name === 'water')?.sooner;
  expect(await sooner()).toBe(6);
  await page.keyboard.press('ArrowLeft');
  await expect.poll(sooner).toBe(5);
});

test('its workflow is allowed the valve and turned on: what goes on is told, with a button', {
  timeout: slow,
}, async () => {
  await page.goto(`${service.url}#/workflows/${home}/water-watch`);
  await page.getByLabel('It may also switch').selectOption('valve.main_water');
  await button('Allow').click();
  await button('Take away Main Water Valve').waitFor();
  await button('Turn on').click();
  await told.until(({ title }) => title.startsWith('Water has run'));
  await page.goto(`${service.url}#/watch`);
  const title = page.getByRole('link', { name: /^Water has run/ });
  await title.waitFor();
  await standsWell(visitor);
  await title.click();
  await heading(/^Water has run/).waitFor();
  await page.locator('figure svg').first().waitFor();
  await button('Close valve…').waitFor();
  await standsWell(visitor);
});

test('the button is refused in words while all switching is stopped, behind a signed link too', {
  timeout: slow,
}, async () => {
  await tomte.stopActions({});
  await button('Close valve…').click();
  await page.getByText('Close Main Water Valve: not done, all Actions are stopped.').waitFor();
  await standsWell(visitor);
  const { buttons } = await told.until(({ title }) => title.startsWith('Water has run'));
  const { url } = buttons.find(({ id }) => id === 'act')!;
  expect(await pressLink(url)).toMatch(/Close Main Water Valve: not done, .*stopped/);
  expect(sim.state('valve.main_water')?.state).toBe('open');
  await tomte.stopActions({ resume: true });
});

test('behind a signed link it asks for a yes, which counts once and closes the valve', {
  timeout: slow,
}, async () => {
  const { buttons } = await told.until(({ title }) => title.startsWith('Water has run'));
  const { url } = buttons.find(({ id }) => id === 'act')!;
  expect(await pressLink(url)).toContain('Close Main Water Valve waits for a yes');
  expect(sim.state('valve.main_water')?.state).toBe('open');
  await page.getByRole('heading', { name: 'Close Main Water Valve?' }).waitFor();
  await standsWell(visitor);
  const [question] = await tomte.listApprovals({ home, state: 'open' });
  await button(/^Yes, close Main Water Valve/).click();
  await page
    .getByText(/^Close Main Water Valve: confirmed/)
    .first()
    .waitFor();
  expect(sim.state('valve.main_water')?.state).toBe('closed');
  const again = tomte.answerApproval({ id: question!.id, answer: 'yes' });
  await expect(again).rejects.toMatchObject({ code: 'approval.closed' });
  const closed = (await tomte.listActions({ home })).filter(
    ({ action, outcome }) => action === 'close_valve' && outcome === 'confirmed',
  );
  expect(closed).toHaveLength(1);
});

test('the run that told it shows what the home did meanwhile', { timeout: slow }, async () => {
  await page.getByRole('link', { name: 'this run' }).click();
  await page.getByRole('heading', { name: 'The home meanwhile' }).waitFor();
  // As it was while it ran; that it is closed since, the recorder may not have written yet.
  const valve = page.locator('figure', { hasText: 'Main Water Valve' });
  await valve.locator('p', { hasText: /^open/ }).waitFor();
  await standsWell(visitor);
});

test('whether it was right is answered in a word, with what follows from it, and taken back', {
  timeout: slow,
}, async () => {
  const { id } = await openAlert(/^Water has run/);
  await page.goto(`${service.url}#/watch/${id}`);
  await button('Not worth telling').click();
  await page.getByText(/^Hides \d+ in 60 days, keeps \d+/).waitFor();
  await standsWell(visitor);
  expect(await tomte.listAnswers({ home })).toMatchObject([{ answer: 'not_worth' }]);
  await button('Undo').click();
  await button('Undo').waitFor({ state: 'detached' });
  expect(await tomte.listAnswers({ home })).toEqual([]);
});

test('it is quiet until morning, and seen', { timeout: slow }, async () => {
  const { id } = await openAlert(/^Water has run/);
  await page.goto(`${service.url}#/watch/${id}`);
  const state = async () => (await tomte.getAlert({ id })).state;
  await button(/^Quiet until 07:00/).click();
  await page.locator('article header b', { hasText: /^Quiet until/ }).waitFor();
  expect(await state()).toBe('snoozed');
  await button('I see it').click();
  await page.locator('article header b', { hasText: /^Seen/ }).waitFor();
  expect(await state()).toBe('acknowledged');
});

test('two people and a route are set up, with nothing lost on the way, and it says who would be told', {
  timeout: slow,
}, async () => {
  await page.goto(`${service.url}#/home/people`);
  await button('Add a person').click();
  await button('Add').click();
  await page.getByText('This is needed.').waitFor();
  await page.getByLabel('Name').fill('Maja');
  await page.getByText('Only what needs somebody now comes then').click();
  // Another page is looked at, and what was typed stands there still.
  await page.getByRole('link', { name: 'Where alerts go' }).click();
  await page.getByRole('heading', { name: 'maja log' }).waitFor();
  await page.getByRole('link', { name: 'Who is told' }).click();
  await expect.poll(() => page.getByLabel('Name').inputValue()).toBe('Maja');
  await page.getByLabel('maja log').check();
  await page.getByLabel('Who it is in Home Assistant').selectOption('person.maja');
  await button('Add').click();
  await page.getByText('maja log. Quiet 22:00 to 07:00').waitFor();
  await button('Add a person').click();
  await page.getByLabel('Name').fill('Ola');
  await page.getByLabel('ola log').check();
  await button('Add').click();
  await button('Change Ola').waitFor();

  await button('Add a route').click();
  await page.getByLabel('Name of the route').fill('Water in the kitchen');
  await page.getByText('Rooms: all').click();
  await page.getByLabel('Kitchen', { exact: true }).check();
  await page
    .getByRole('group', { name: 'Told at once' })
    .getByLabel('Maja', { exact: true })
    .check();
  await button('Add a step, if nobody sees it').click();
  await page.getByLabel('if nobody saw it after').fill('0');
  await page
    .getByRole('group', { name: 'Told then, step 2' })
    .getByLabel('Ola', { exact: true })
    .check();
  await button('Add').click();
  await page.getByText('Later than the step before').waitFor();
  await standsWell(visitor);
  await page.getByLabel('if nobody saw it after').fill('15');
  await button('Add').click();
  await page
    .getByText('Everything, in Kitchen: Maja at once; Ola if nobody saw it after 15 min.')
    .waitFor();
  await page.getByLabel('Room').selectOption('Kitchen');
  await page.getByLabel('At', { exact: true }).fill('02:00');
  await page.getByText('At 02:00: Maja (maja log).').waitFor();
  await page.getByText('At 02:15, if nobody saw it: Ola (ola log).').waitFor();
  await page.getByLabel('How urgent').selectOption('today');
  await page.getByText('At 02:00: Maja (maja log), when quiet hours end.').waitFor();
  await standsWell(visitor);
});

test('what happens then goes to the first of them, and the page says who is next', {
  timeout: slow,
}, async () => {
  await tomte.setWorkflow({ home, name: 'safety-watch', mode: 'on' });
  sim.set('binary_sensor.kitchen_leak', 'on', {
    ...{ device_class: 'moisture', friendly_name: 'Kitchen Leak' },
  });
  const { who, link } = await told.until(({ title }) => /floor|leak/i.test(title));
  expect(who).toBe('maja');
  const { id } = await openAlert(/floor|leak/i);
  expect(link).toContain(outside);
  expect((await tomte.getAlert({ id })).next).toMatchObject([{ channels: ['ola log'] }]);
  await page.goto(`${service.url}#/watch/${id}`);
  await page.getByText(/Told maja log .* · ola log next,/).waitFor();
  await standsWell(visitor);
  await button('I see it').click();
  await expect.poll(async () => (await tomte.getAlert({ id })).next).toEqual([]);
  expect(told.all.filter((one) => one.who === 'ola' && /floor|leak/i.test(one.title))).toEqual([]);
});
