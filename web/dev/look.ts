/**
 * Opens every page in a real browser, takes its picture in both themes and three widths, and asks axe.
 *   node --conditions=tomte-source web/dev/look.ts FOLDER [name of page …]
 */
import { mkdir } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { axe, openBrowser, tooWide } from '../../test/e2e/browser.ts';
import { type Scene, startFake } from './fake.ts';
import { now } from './fixtures.ts';

const fill = async (page: Page, address: string) => {
  await page.getByLabel('Home Assistant public IP or URL').fill(address);
  await page.getByLabel('Token', { exact: true }).fill('x'.repeat(183));
  await page.getByRole('button', { name: 'Authorize' }).click();
};
const pages: readonly [
  name: string,
  scene: Scene,
  path: string,
  act?: (page: Page) => Promise<void>,
][] = [
  ['welcome', 'none', ''],
  ['password', 'locked', ''],
  ['link', 'none', '#/link'],
  [
    'link-trying',
    'none',
    '#/link',
    async (page) => {
      await fill(page, 'slow');
      await page.waitForTimeout(5_000);
    },
  ],
  ['link-refused', 'none', '#/link', (page) => fill(page, 'refused')],
  [
    'link-untrusted',
    'none',
    '#/link',
    async (page) => {
      await fill(page, 'untrusted');
      await page.waitForTimeout(600);
    },
  ],
  ['look-running', 'looking', '#/first-look/villa-berg'],
  ['look', 'linked', '#/first-look/villa-berg'],
  ['today', 'linked', '#/today'],
  ['today-demo', 'demo', 'demo/#/today'],
  ['today-stale', 'stale', '#/today'],
  ['watch', 'linked', '#/watch'],
  ['alert', 'linked', '#/watch/a1'],
  ['alert-over', 'linked', '#/watch/a3'],
  [
    'alert-answered',
    'linked',
    '#/watch/a1',
    (page) => page.getByRole('button', { name: 'Someone used it' }).click(),
  ],
  ['watched', 'linked', '#/watched'],
  ['detector', 'linked', '#/watched/water'],
  ['workflows', 'linked', '#/workflows'],
  ['workflow', 'linked', '#/workflows/villa-berg/water-watch'],
  ['workflow-off', 'linked', '#/workflows/villa-berg/valve'],
  [
    'workflow-webhooks',
    'linked',
    '#/workflows/villa-berg/water-watch',
    async (page) => {
      await page.getByRole('button', { name: 'Make anew…: bell' }).click();
      await page.getByRole('button', { name: 'Make a new address and key' }).click();
    },
  ],
  [
    'workflow-why-not',
    'linked',
    '#/workflows/villa-berg/water-watch',
    async (page) => {
      await page.getByText('What it was, and what it had to be').click();
    },
  ],
  ['run', 'linked', '#/run/r1'],
  [
    'run-branches',
    'linked',
    '#/run/r2',
    async (page) => {
      await page.locator('summary').nth(3).click();
    },
  ],
  [
    'ask',
    'linked',
    '#/today',
    async (page) => {
      await page.keyboard.press('/');
      await page
        .getByLabel('Ask why, or search', { exact: true })
        .last()
        .fill('Why did the heater not start at 02:00?');
      await page.getByRole('button', { name: 'Ask', exact: true }).click();
    },
  ],
  ['rooms', 'linked', '#/home'],
  ['doctor', 'linked', '#/home/link'],
  ['people', 'linked', '#/home/people'],
  [
    'people-forms',
    'linked',
    '#/home/people',
    async (page) => {
      await page.getByRole('button', { name: 'Change Maja' }).click();
      await page.getByRole('button', { name: 'Change At night' }).click();
      await page.getByLabel('if nobody saw it after').fill('no');
      await page.getByRole('button', { name: 'Save' }).last().click();
      await page.getByRole('button', { name: 'Add a person' }).click();
      await page.getByRole('button', { name: 'Add', exact: true }).click();
    },
  ],
  ['told', 'linked', '#/home/told'],
  ['outside', 'linked', '#/home/outside'],
  [
    'outside-asked',
    'linked',
    '#/home/outside',
    async (page) => {
      await page.getByRole('button', { name: /^Ask now.*Weather/ }).click();
      await page.getByRole('button', { name: /^Change.*Price/ }).click();
    },
  ],
  ['settings', 'linked', '#/home/settings'],
];

const [folder = 'pictures', ...only] = process.argv.slice(2);
const widths = process.env.WIDTHS?.split(',').map(Number) ?? [320, 390, 820, 1440];
await mkdir(folder, { recursive: true });
const fake = await startFake();
const browser = await openBrowser();
let found = 0;
for (const theme of ['light', 'dark'] as const) {
  for (const width of widths) {
    const height = width < 800 ? 844 : 900;
    const visitor = await browser.visitor({ width, height, theme });
    const { page, faults } = visitor;
    await page.clock.setFixedTime(now);
    for (const [name, scene, path, act] of pages) {
      if (only.length > 0 && !only.includes(name)) continue;
      fake.show(scene);
      await page.goto('about:blank');
      await page.goto(`${fake.url}${path}`);
      await page.waitForSelector('h1');
      await page.waitForTimeout(350);
      await act?.(page);
      await page.waitForTimeout(350);
      const wide = await tooWide(page);
      if (wide > 0) faults.push(`${wide} px too wide`);
      faults.push(...(await axe(page)));
      for (const fault of faults.splice(0)) {
        found += 1;
        console.log(name, width, theme, fault);
      }
      if (width !== 320)
        await page.screenshot({ path: `${folder}/${name}-${width}-${theme}.png`, fullPage: true });
    }
    await visitor.close();
  }
}
await browser.close();
fake.close();
console.log(`${found} faults`);
