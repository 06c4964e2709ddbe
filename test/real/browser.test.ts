/** A newcomer with a real Home Assistant, in a real browser: what goes wrong is said, then the home is linked and speaks up. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { startService } from '../crash/harness.ts';
import { axe, openBrowser } from '../e2e/browser.ts';
import { realHome } from '../kit/real-home.ts';

const home = await realHome();
const wrongToken = `eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.${Buffer.from('{"iss":"0123456789abcdef0123456789abcdef","iat":1790000000,"exp":2100000000}').toString('base64url')}.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA`;

async function authorize(
  page: Page,
  o: { address: string; port: string; token: string },
): Promise<void> {
  await page.getByLabel('Home Assistant public IP or URL').fill(o.address);
  await page.getByLabel('Port', { exact: true }).fill(o.port);
  await page.getByLabel('Token', { exact: true }).fill(o.token);
  await page.getByRole('button', { name: 'Authorize' }).click();
}

async function standsWell(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await axe(page)).toEqual([]);
  }
}

async function setWater(litresPerMinute: number): Promise<void> {
  await fetch(`${home!.url}/api/services/input_number/set_value`, {
    method: 'POST',
    headers: { authorization: `Bearer ${home!.tokens.admin}`, 'content-type': 'application/json' },
    body: JSON.stringify({ entity_id: 'input_number.water_flow', value: litresPerMinute }),
  });
}

test.skipIf(!home)(
  'five wrong links are explained, the right one shows the toilet, and pouring water appears on Today',
  { timeout: 600_000 },
  async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'tomte-browser-'));
    await chmod(dataDir, 0o755);
    const stranger = createServer((_request, response) => response.end('<h1>A printer</h1>'));
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    const service = await startService({ dataDir });
    const browser = await openBrowser();
    const { page, faults } = await browser.visitor();
    page.setDefaultTimeout(60_000);
    const { hostname, port } = new URL(home!.url);
    const right = { address: hostname, port, token: home!.tokens.resident };
    try {
      await setWater(0);
      await page.goto(service.url);
      await page.getByRole('link', { name: 'Link my home' }).click();
      const failing = [
        { ...right, port: '1', code: 'link.refused' },
        { ...right, address: 'no-such-home.invalid', code: 'link.name_not_found' },
        {
          ...right,
          port: String((stranger.address() as AddressInfo).port),
          code: 'link.not_home_assistant',
        },
        { ...right, token: 'half-a-token', code: 'link.token_malformed' },
        { ...right, token: wrongToken, code: 'link.token_rejected' },
      ];
      for (const { code, ...given } of failing) {
        await authorize(page, given);
        await page.getByText(code).first().waitFor();
        await standsWell(page);
      }
      await authorize(page, right);
      await page.getByRole('heading', { level: 1, name: /^Linked: Reference Home/ }).waitFor();
      await page.getByText('Water ran for 3 h').first().waitFor();
      await page.getByText('It would have told you 1 time').waitFor();
      await standsWell(page);
      await page.getByRole('button', { name: 'Turn on: Watch the water' }).click();
      await page.getByRole('link', { name: 'Go to Today' }).click();
      await setWater(20);
      const told = page.getByRole('link', { name: /Water is pouring: 20/ }).first();
      await told.waitFor({ timeout: 300_000 });
      await standsWell(page);
      await told.click();
      await page.locator('figure svg').first().waitFor();
      await page.getByRole('button', { name: 'I see it' }).click();
      await page.locator('article header b', { hasText: 'Seen' }).waitFor();
      await standsWell(page);
      expect(faults).toEqual([]);
    } finally {
      await setWater(0);
      await browser.close();
      await service.stop();
      stranger.close();
      await rm(dataDir, { recursive: true, force: true });
    }
  },
);
