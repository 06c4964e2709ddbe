/**
 * Opens every page in a real browser, takes its picture in both themes and three widths, and asks axe.
 *   node --conditions=source web/dev/look.ts FOLDER [name of page …]
 */
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import chromium from '@sparticuz/chromium';
import { type Page, chromium as playwright } from 'playwright-core';
import { type Scene, startFake } from './fake.ts';
import { now } from './fixtures.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
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
  ['watched', 'linked', '#/watched'],
  ['workflows', 'linked', '#/workflows'],
  ['workflow', 'linked', '#/workflows/villa-berg/water-watch'],
  ['run', 'linked', '#/run/r1'],
  ['rooms', 'linked', '#/home'],
  ['doctor', 'linked', '#/home/link'],
  ['told', 'linked', '#/home/told'],
  ['settings', 'linked', '#/home/settings'],
];

const [folder = 'pictures', ...only] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
const fake = await startFake();
// One process for all would die with the first page that is closed.
const args = chromium.args.filter((arg) => arg !== '--single-process' && arg !== '--no-zygote');
const browser = await playwright.launch({
  executablePath: await chromium.executablePath(),
  args,
});
const widths = process.env.WIDTHS?.split(',').map(Number) ?? [320, 390, 820, 1440];
let found = 0;
for (const theme of ['light', 'dark'] as const) {
  for (const width of widths) {
    const context = await browser.newContext({
      viewport: { width, height: width < 800 ? 844 : 900 },
      colorScheme: theme,
      reducedMotion: 'reduce',
      bypassCSP: false,
    });
    await context.clock.setFixedTime(now);
    for (const [name, scene, path, act] of pages) {
      if (only.length > 0 && !only.includes(name)) continue;
      fake.show(scene);
      const page = await context.newPage();
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning')
          console.log(name, message.text());
      });
      page.on('pageerror', (error) => console.log(name, 'threw', error.message));
      await page.goto(`${fake.url}${path}`);
      await page.waitForSelector('h1');
      await page.waitForTimeout(350);
      await act?.(page);
      await page.waitForTimeout(350);
      const wide = await page.evaluate(
        () => document.documentElement.scrollWidth - window.innerWidth,
      );
      if (wide > 0) console.log(`${name} ${width}: ${wide} px too wide`);
      await page.evaluate(axe);
      const result = (await page.evaluate(
        'axe.run(document, { resultTypes: ["violations"] })',
      )) as { violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] };
      for (const v of result.violations) {
        found += 1;
        console.log(
          `${name} ${width} ${theme}: ${v.id}`,
          v.nodes
            .slice(0, 2)
            .map((n) => `${n.html.slice(0, 160)} ${n.failureSummary.slice(0, 200)}`),
        );
      }
      if (width !== 320)
        await page.screenshot({ path: `${folder}/${name}-${width}-${theme}.png`, fullPage: true });
      await page.close();
    }
    await context.close();
  }
}
await browser.close();
fake.close();
console.log(`${found} axe violations`);
