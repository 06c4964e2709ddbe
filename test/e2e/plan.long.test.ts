/** The plan in a real browser: why a load waits, had now, given back. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, connect } from '@tomte/sdk/client';
import { wallOf } from '@tomte/sdk/wall-clock';
import { clockTime } from '@tomte/sdk/words';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
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
  sim = await openSim({
    ...{ days: 20, living: false },
    options: { richEnergy: true },
  });
  dataDir = await mkdtemp(join(tmpdir(), 'tomte-plan-pages-'));
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

test('why a load waits is told; had now it runs, and is given back', {
  timeout: slow,
}, async () => {
  const zone = (await tomte.listHomes({}))[0]!.timeZone;
  const at = (hours: number) => clockTime(systemClock.now() + hours * 3_600_000, zone);
  // Three days on: nothing leaves before.
  const notSoon = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'][
    (wallOf(systemClock.now(), zone).weekday + 2) % 7
  ];
  for (const one of ['switch.van', 'switch.bike', 'switch.tank']) sim.set(one, 'off');
  sim.set('sensor.van', '85');
  sim.set('sensor.tank', '58.4');
  await page.goto(`${service.url}#/energy`);
  await page.getByRole('heading', { name: 'What can wait?' }).waitFor();
  // When the dishwasher usually began is read with the ledger.
  await tomte.energyLedger({ home });
  await tomte.setWorkflow({
    ...{ home, name: 'follow-the-plan', mode: 'on', atOnce: true, grants: ['switch.dishwasher'] },
    settings: {
      loads: [
        `Dishwasher switch.dishwasher 1200 W 90 min ${at(-2)}-${at(20)}`,
        `Car switch.ev_charger 7400 W 180 min ${at(-2)}-${at(18)} in pieces`,
        `Van switch.van 7400 W 180 min ${at(-2)}-${at(18)} in pieces level sensor.van to 80 % of 60 kWh`,
        `Bike switch.bike 300 W 60 min ${at(-2)}-${at(18)} by ${at(-3)} ${notSoon} or not`,
        'Tank switch.tank 2000 W keeps sensor.tank 48-60 °C else off',
      ],
    },
  });
  const { id } = await tomte.runWorkflow({ home, name: 'follow-the-plan' });
  await expect
    .poll(async () => (await tomte.getRun({ id })).state, { timeout: 60_000 })
    .toBe('done');
  await page.reload();
  const head = page.getByRole('heading', { level: 1, name: /^Power until .* costs about/ });
  await head.waitFor();
  const { figure, choices } = await tomte.homePlan({ home });
  expect(figure!.low! < figure!.money && figure!.money < figure!.high!).toBe(true);
  expect(await head.textContent()).toContain(figure!.money.toFixed(2));
  for (const { text } of choices) await page.getByText(text).waitFor();
  const beside = page.getByRole('complementary', { name: 'Beside' });
  await beside.getByRole('heading', { name: 'Followed' }).waitFor();
  await beside.getByRole('heading', { name: /^(Saved|Lost) in the last/ }).waitFor();
  await page.getByRole('heading', { name: 'When is it cheap, and what runs then?' }).waitFor();
  const waits = page.getByRole('listitem').filter({ hasText: 'Dishwasher' });
  await waits
    .getByText(/Now instead would cost|by \d/)
    .first()
    .waitFor();
  for (const [load, why] of [
    ['Van', 'Charged to 80 % or more: nothing is lacking.'],
    ['Bike', 'Not needed today.'],
    ['Tank', 'Kept between 48 and 60 °C: 58.4 °C now.'],
  ] as const)
    await page.getByRole('listitem').filter({ hasText: load }).getByText(why).waitFor();
  await standsWell(visitor, 'plan');
  await page.getByLabel('What matters today').fill('We sleep lightly');
  await page.getByRole('button', { name: 'Compare ways' }).click();
  // No model may decide here.
  await page.getByText(/The rule chose: the cheapest way|There is one way/).waitFor();
  await page.getByRole('listitem').filter({ hasText: 'Cheapest' }).getByText('chosen').waitFor();
  await page.getByRole('button', { name: 'Now Dishwasher' }).click();
  await page.getByText(/^Your way until /).waitFor();
  await expect.poll(() => sim.state('switch.dishwasher')?.state, { timeout: 60_000 }).toBe('on');
  await standsWell(visitor, 'plan-pinned');
  await page.getByRole('button', { name: 'Give back Dishwasher' }).click();
  await page.getByRole('button', { name: 'Give back Dishwasher' }).waitFor({ state: 'detached' });
  // It runs: what would do nothing is not offered.
  expect(await page.getByRole('button', { name: 'Now Dishwasher' }).count()).toBe(0);
  expect((await tomte.homePlan({ home })).loads[0]!.pin).toBeNull();
});
