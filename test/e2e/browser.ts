/**
 * A real Chromium for tests of the pages, from npm.
 * A test opens one with `openBrowser()`, asks it for pages, and closes it.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import chromium from '@sparticuz/chromium';
import {
  type Browser,
  type BrowserContext,
  type Page,
  chromium as playwright,
} from 'playwright-core';

const axeSource = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
);

export interface Visit {
  readonly width?: number;
  readonly height?: number;
  readonly theme?: 'light' | 'dark';
}

export interface TestBrowser {
  /** A person who was never here: no cookies, nothing kept. Page faults are collected in `faults`. */
  visitor(visit?: Visit): Promise<Visitor>;
  close(): Promise<void>;
}

export interface Visitor {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the pages complained about: thrown errors, refused content, missing files. */
  readonly faults: string[];
  close(): Promise<void>;
}

export async function openBrowser(): Promise<TestBrowser> {
  // Pages are drawn as SVG and text: the graphics libraries are neither unpacked nor loaded.
  chromium.setGraphicsMode = false;
  // One process for all would die with the first page that is closed.
  const args = chromium.args.filter((arg) => arg !== '--single-process' && arg !== '--no-zygote');
  const executablePath = await chromium.executablePath();
  const launch = (): Promise<Browser> => playwright.launch({ executablePath, args });
  // Seen once in thirty on a busy machine: Chromium dies at birth, before any page. Then it gets one more try.
  const browser = await launch().catch(launch);
  return {
    visitor: (visit = {}) => openVisitor(browser, visit),
    close: () => browser.close(),
  };
}

async function openVisitor(browser: Browser, visit: Visit): Promise<Visitor> {
  const context = await browser.newContext({
    viewport: { width: visit.width ?? 1440, height: visit.height ?? 900 },
    colorScheme: visit.theme ?? 'light',
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(`threw ${error.message}`));
  page.on('console', (message) => {
    // A 4xx answer is news for the page, which shows it; Chromium also prints it.
    const answered = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !answered) faults.push(message.text());
  });
  return { context, page, faults, close: () => context.close() };
}

/** What axe finds on the page as it stands: one line a violation, none on an accessible page. */
export async function axe(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  const result = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as {
    violations: { id: string; help: string; nodes: { html: string }[] }[];
  };
  return result.violations.map(
    (v) => `${v.id}: ${v.help}: ${v.nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`,
  );
}

/** Where it is set, pages given a name are kept there as pictures, to be looked at. */
const pictures = process.env.TOMTE_PICTURES;

async function pictured(page: Page, name: string): Promise<void> {
  for (const width of pictures ? [320, 390, 768, 1024, 1440] : []) {
    await page.setViewportSize({ width, height: 900 });
    await page.screenshot({ path: join(pictures!, `${name}-${width}.png`), fullPage: true });
  }
}

/**
 * Throws unless the page as it stands is accessible in both themes, fits a small phone, and complained
 * about nothing. Leaves it light, and as wide as a desk. One with a name is accessible on the phone too.
 */
export async function standsWell({ page, faults }: Visitor, name?: string): Promise<void> {
  const wrong: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    wrong.push(...(await axe(page)));
    if (name) await pictured(page, `${name}-${colorScheme}`);
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 320, height: 700 });
  // A chart is drawn anew for the width it gets.
  await page.waitForFunction(fits, undefined, { timeout: 10_000 }).catch(async () => {
    wrong.push(`${await tooWide(page)} px too wide at 320`);
  });
  if (name) wrong.push(...(await axe(page)));
  await page.setViewportSize({ width: 1440, height: 900 });
  wrong.push(...faults);
  if (wrong.length > 0) throw new Error(`${page.url()} does not stand well:\n${wrong.join('\n')}`);
}

const wider = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
const fits = `${wider} <= 0`;

/** Pixels by which the page is wider than the window; more than 0 means sideways scrolling. */
export const tooWide = (page: Page): Promise<number> => page.evaluate(wider) as Promise<number>;
