/** A real Home Assistant and a real browser: Energy from the first press to a plan that is followed, had otherwise and given back. */
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, connect } from '@tomte/sdk/client';
import { clockTime } from '@tomte/sdk/words';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { removeData, startService } from '../crash/harness.ts';
import { axe, openBrowser } from '../e2e/browser.ts';
import { realHome } from '../kit/real-home.ts';

const home = await realHome({ port: process.env.REAL_HOME_PLAN_PORT ?? '8130' });
/** Where it is set, the pages are kept there as pictures, to be looked at. */
const pictures = process.env.TOMTE_PICTURES;
const patient = { timeout: 60_000, interval: 200 };
const name = 'follow-the-plan';

async function ask(path: string, body?: object): Promise<{ state?: string }> {
  const answer = await fetch(`${home!.url}/api/${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${home!.tokens.admin}`, 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return (await answer.json()) as { state?: string };
}
const dishwasherOff = () => ask('services/switch/turn_off', { entity_id: 'switch.dishwasher' });
const dishwasher = async () => (await ask('states/switch.dishwasher')).state;

async function standsWell(page: Page, what: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await axe(page)).toEqual([]);
    for (const width of pictures ? [390, 1440] : []) {
      await page.setViewportSize({ width, height: 900 });
      const path = join(pictures!, `${what}-${width}-${colorScheme}.png`);
      await page.screenshot({ path, fullPage: true });
    }
  }
  await page.setViewportSize({ width: 1440, height: 900 });
}

async function link(page: Page, url: string): Promise<void> {
  const { hostname, port } = new URL(home!.url);
  await page.goto(url);
  await page.getByRole('link', { name: 'Link my home' }).click();
  await page.getByLabel('Home Assistant public IP or URL').fill(hostname);
  await page.getByLabel('Port', { exact: true }).fill(port);
  await page.getByLabel('Token', { exact: true }).fill(home!.tokens.resident);
  await page.getByRole('button', { name: 'Authorize' }).click();
  await page.getByRole('heading', { level: 1, name: /^Linked: / }).waitFor();
}

/** Cheaper in two hours than now; what can wait is said, and nothing is turned on. */
async function say(tomte: Client, id: string, zone: string): Promise<void> {
  const at = (hours: number) => clockTime(systemClock.now() + hours * 3_600_000, zone);
  await tomte.setTariff({
    ...{ home: id, tariff: 'periods' },
    settings: { perKWh: 0.4, periods: [{ from: at(2), to: at(5), perKWh: -1 }] },
  });
  await tomte.setWorkflow({
    ...{ home: id, name, grants: ['switch.dishwasher'] },
    settings: { loads: [`Dishwasher switch.dishwasher 1200 W 90 min ${at(-1)}-${at(12)}`] },
  });
}

test.skipIf(!home)(
  'Energy is set up from the home, its one number corrected, why a load waits read, had now, given back, and what was saved told',
  { timeout: 600_000 },
  async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'tomte-energy-browser-'));
    await chmod(dataDir, 0o755);
    await dishwasherOff();
    const service = await startService({ dataDir });
    const browser = await openBrowser();
    const { page, faults } = await browser.visitor();
    page.setDefaultTimeout(60_000);
    try {
      await link(page, service.url);
      const tomte = connect({ base: `${service.url}api/`, credential: service.credential });
      const [linked] = await tomte.listHomes({});
      const { id, timeZone } = linked!;

      // What the energy page of the home says is known; what its price sensor lacks is said.
      await page.goto(`${service.url}#/energy/devices`);
      await page.getByText('Grid Import').first().waitFor();
      await page.getByText('Solar Production').first().waitFor();
      await page.goto(`${service.url}#/energy`);
      await page.getByText(/Electricity Price tells only what a kWh costs now/).waitFor();
      await standsWell(page, 'real-energy-first');

      await say(tomte, id, timeZone);
      await page.reload();
      await page.getByRole('heading', { name: 'One number to compare' }).waitFor();
      await page.getByRole('button', { name: 'It shows another' }).click();
      await page.getByLabel(/^It shows, /).fill('43.1');
      await page.getByRole('button', { name: 'Count with that' }).click();
      await expect
        .poll(async () => (await tomte.energyPrices({ home: id })).check?.perKWh, patient)
        .toBeCloseTo(0.431);

      // A week of watching is offered first; one press lets it act.
      await page.goto(`${service.url}#/workflows/${id}/${name}`);
      await page.getByRole('button', { name: 'Watch only for a week' }).click();
      await page.getByText(/^Watch only: it runs/).waitFor();
      await page.goto(`${service.url}#/energy`);
      await page.getByRole('heading', { name: 'Watch only' }).waitFor();
      await page.getByText('7 days left').waitFor();
      await page.getByRole('heading', { name: 'What I would have switched' }).waitFor();
      await standsWell(page, 'real-energy-watched');
      await page.getByRole('button', { name: 'Let it act now' }).click();
      await page.getByRole('heading', { name: 'Followed' }).waitFor();

      const waits = page.getByRole('listitem').filter({ hasText: 'by ' });
      const card = waits.filter({ has: page.getByRole('heading', { name: 'Dishwasher' }) });
      await card.getByText(/Now instead would cost \d+\.\d\d EUR more\./).waitFor();
      await standsWell(page, 'real-energy-waits');
      await card.getByRole('button', { name: 'Now Dishwasher' }).click();
      await card.getByText(/^Your way until /).waitFor();
      await expect.poll(dishwasher, patient).toBe('on');
      await standsWell(page, 'real-energy-pinned');
      await card.getByRole('button', { name: 'Give back Dishwasher' }).click();
      await expect
        .poll(async () => (await tomte.homePlan({ home: id })).loads[0]!.pin, patient)
        .toBeNull();
      // It runs and is not cut; what would do nothing is not offered.
      await page.reload();
      await card.getByText('Runs, and is not cut.').waitFor();
      expect(await page.getByRole('button', { name: 'Now Dishwasher' }).count()).toBe(0);

      await page.goto(`${service.url}#/energy/saved`);
      const { sentence } = await tomte.energyLedger({ home: id });
      await page.getByRole('heading', { level: 1, name: sentence }).waitFor();
      await standsWell(page, 'real-energy-saved');
      expect(faults).toEqual([]);
    } finally {
      await browser.close();
      await service.stop();
      await removeData(dataDir);
      await dishwasherOff();
    }
  },
);
