/** A wish in words, enabled after its past; a model set up, what would leave seen, compared beside the rule. */
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, connect } from '@tomte/sdk/client';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSim, type Sim } from '../../src/sim/sim.ts';
import { type RunningService, startService } from '../crash/harness.ts';
import { changeByHand } from '../kit/dump.ts';
import { answerJson, type Listening, listenHttp } from '../kit/listen.ts';
import { openBrowser, standsWell, type TestBrowser, type Visitor } from './browser.ts';

const slow = 90_000;
const home = 'villa';
const key = 'sk-of-the-browser-test-1234';
const heard: string[] = [];
let sim: Sim;
let service: RunningService;
let dataDir: string;
let model: Listening;
let browser: TestBrowser;
let visitor: Visitor;
let page: Page;
let tomte: Client;

/** Which of the answers the model takes. */
let pick = 0;
/** What it writes where it is asked for a text. */
let said = 'It fits';
/** As a server of the OpenAI kind answers: one of the answers that its schema allows. */
function completion(body: string): object {
  const asked = JSON.parse(body) as { response_format?: { json_schema?: { schema?: Schema } } };
  const schema = asked.response_format?.json_schema?.schema;
  const content = JSON.stringify(
    Object.fromEntries(
      Object.entries(schema?.properties ?? {}).map(([name, one]) => [
        name,
        one.enum?.[pick] ?? said,
      ]),
    ),
  );
  return {
    ...{ id: 'c1', object: 'chat.completion', created: 1, model: 'small' },
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content } }],
    usage: { prompt_tokens: 60, completion_tokens: 9, total_tokens: 69 },
  };
}
interface Schema {
  readonly properties?: Readonly<Record<string, { readonly enum?: readonly string[] }>>;
}

beforeAll(async () => {
  model = await listenHttp((request, body, response) => {
    heard.push(`${request.headers.authorization}`);
    answerJson(response, 200, completion(body.toString()));
  });
  sim = await openSim({ days: 60, living: false });
  dataDir = await mkdtemp(join(tmpdir(), 'tomte-words-pages-'));
  await chmod(dataDir, 0o755);
  service = await startService({ dataDir, env: { TOMTE_ALLOW_ADDRESSES: '127.0.0.1' } });
  tomte = connect({ base: `${service.url}api/`, credential: service.credential });
  const answer = await tomte.linkHome({
    address: sim.url,
    token: sim.tokens.resident,
    name: 'Villa',
  });
  if (!answer.ok) throw new Error(answer.error.message);
  browser = await openBrowser();
  visitor = await browser.visitor();
  page = visitor.page;
  page.setDefaultTimeout(60_000);
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await service?.stop();
  await sim?.close();
  await model?.close();
  await rm(dataDir, { recursive: true, force: true });
});

test('a wish is found, tried on the last 60 days, and only then turned on', {
  timeout: slow,
}, async () => {
  await page.goto(`${service.url}#/workflows`);
  await page
    .getByLabel('What would you like to be told, or have done?')
    .fill('Tell me when the front door is left open and nobody is home');
  await page.getByRole('button', { name: 'Find it' }).click();
  await page.getByText('Rules: ').first().waitFor();
  const answer = page.locator('article.answer');
  await answer.getByText(/^In 60 days it would/).waitFor();
  const mode = async () =>
    (await tomte.listWorkflows({ home })).find(({ name }) => name === 'tell-when');
  expect(await mode()).toMatchObject({ mode: 'off', settings: {} });
  await standsWell(visitor);
  await answer.getByRole('button', { name: 'Turn on' }).click();
  await page.getByText('It is on.').waitFor();
  expect(await mode()).toMatchObject({
    mode: 'on',
    settings: { rules: ['binary_sensor.front_door is on while nobody is home'] },
  });
});

test('a model is set up and tested, what would leave is seen first, and it only watches', {
  timeout: slow,
}, async () => {
  await page.goto(`${service.url}#/home/models`);
  await page.getByRole('button', { name: 'Add OpenAI-compatible server' }).click();
  await page.getByLabel('Address').fill(`${model.url}/v1`);
  await page.getByLabel('Model', { exact: true }).fill('small');
  await page.getByLabel('Key').fill(key);
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('button', { name: 'Test it' }).click();
  await page.getByText(/^It answered “/).waitFor();
  expect(heard.at(-1)).toBe(`Bearer ${key}`);
  expect(await page.content()).not.toContain(key);
  expect(await page.getByRole('button', { name: /watch only/i }).count()).toBe(0);
  const before = heard.length;
  await page.getByRole('button', { name: 'See what would leave' }).click();
  await page.getByText(/Left out: names of people/).waitFor();
  expect(heard.length).toBe(before);
  await standsWell(visitor);
  await page.getByRole('button', { name: 'I agree: watch only beside the rule' }).click();
  await page.getByText('Watch only', { exact: true }).waitFor();
  pick = 1;
  const text = 'tell me about water leaks and wet floors';
  const [first, second] = (await tomte.draftWorkflow({ home, text })).candidates;
  await page.reload();
  await page.getByText('agreed 0 of 1; this one differs').waitFor();
  const differs = await page.locator('.differ li').textContent();
  expect(differs).toContain(`The rule: ${first!.title}`);
  expect(differs).toContain(`The model: ${second!.title}`);
  await page.getByLabel('Put the morning’s news in order').check();
  await expect
    .poll(async () => (await tomte.getDecideSettings({})).settings.uses)
    .toEqual({ alertWords: false, probableCause: false, digest: true, energyStory: false });
  await standsWell(visitor);
  await page.getByRole('button', { name: 'Let it decide' }).click();
  await page.getByRole('alert').first().waitFor();
  expect((await tomte.listModels({}))[0]?.state).toBe('watch');
});

test('a model that may decide writes a wish in code, which is read and not run', {
  timeout: slow,
}, async () => {
  await changeByHand(dataDir, "update models set watch_since = now() - interval '30 days'");
  await tomte.setModel({ name: 'openai-compatible', state: 'on' });
  const wish = async () => {
    await page.goto(`${service.url}#/workflows`);
    await page.reload();
    await page
      .getByLabel('What would you like to be told, or have done?')
      .fill('tell me when the front door is open');
    await page.getByRole('button', { name: 'Find it' }).click();
    await page.getByRole('button', { name: 'Let the model write it in code' }).click();
  };
  said = 'triggers: [], async run(ctx) { await ctx.fetch("x"); },';
  await wish();
  await page.getByText('Line 1: ctx.fetch is not for a draft').waitFor();
  said = `triggers: [{ state: { entity: E1, to: 'on' } }],
async run(ctx) {
  await ctx.log('The door is open');
},`;
  await wish();
  await page.getByText('It does nothing before you turn it on').waitFor();
  await page.getByText(/^In 60 days it would have run \d+ times, told you never/).waitFor();
  expect(await page.getByLabel('The draft, in code').textContent()).toContain(
    "const E1 = 'binary_sensor.front_door'; // ",
  );
  await standsWell(visitor);
  expect(await tomte.listWorkflowFiles({})).toEqual([]);
});

const named = async (name: string) =>
  (await tomte.listWorkflows({ home })).find((row) => row.name === name);
const file = () => readFile(join(dataDir, 'workflows/door-log.ts'), 'utf8');

test('a draft is checked for this home and kept, off, with its last 60 days', {
  timeout: 240_000,
}, async () => {
  await page.getByLabel('Its name').fill('../door');
  await page.getByRole('button', { name: 'Check it for this home' }).click();
  await page.getByText('cannot be a name').waitFor();
  expect(await page.getByRole('button', { name: /switched off/ }).count()).toBe(0);
  await page.getByLabel('Its name').fill('door-log');
  await page.getByRole('button', { name: 'Check it for this home' }).click();
  await page.getByText('Its types fit this home.').waitFor();
  expect(await named('door-log')).toBeUndefined();
  await page.getByRole('button', { name: 'Keep it, switched off' }).click();
  await page.getByText('It is kept as door-log, and off.').waitFor();
  expect(await page.getByText(/^In 60 days it would .* told you never/).count()).toBe(1);
  expect(await named('door-log')).toMatchObject({ mode: 'off', grants: [] });
  expect(await file()).toContain("await ctx.log('The door is open');");
  await standsWell(visitor);
});

test('a change to it is shown line by line, and takes its place switched off', {
  timeout: 240_000,
}, async () => {
  await tomte.setWorkflow({ home, name: 'door-log', mode: 'on', atOnce: true });
  said = said.replace('The door is open', 'The front door is open');
  await page.goto(`${service.url}#/workflows`);
  await page.reload();
  await page
    .getByLabel('What would you like to be told, or have done?')
    .fill('say which door it is');
  await page.getByRole('button', { name: 'Find it' }).click();
  await page.getByLabel('In code, as').selectOption('door-log');
  await page.getByRole('button', { name: 'Let the model write it in code' }).click();
  await page.getByRole('button', { name: 'Check it for this home' }).click();
  await page.getByText(/^It would take the place of your door-log/).waitFor();
  const diff = await page.getByLabel('What would change, line by line').textContent();
  expect(diff).toContain("−   await ctx.log('The door is open');");
  expect(diff).toContain("+   await ctx.log('The front door is open');");
  await standsWell(visitor);
  const before = await file();
  // It is written to after it was shown: what nobody saw is not overwritten.
  await writeFile(join(dataDir, 'workflows/door-log.ts'), `${before}// mine\n`);
  const replace = () => page.getByRole('button', { name: 'Replace mine, switched off' }).click();
  await replace();
  await page.getByText('changed since they were compared').waitFor();
  expect(await file()).toBe(`${before}// mine\n`);
  expect((await named('door-log'))?.mode).toBe('on');
  await page.getByRole('button', { name: 'Check it for this home' }).click();
  await replace();
  await page.getByText('It is kept as door-log, and off.').waitFor();
  expect(await file()).toContain('The front door is open');
  expect((await named('door-log'))?.mode).toBe('off');
});

test('a page of another site can keep nothing', async () => {
  const body = JSON.stringify({ name: 'door-log', over: 'x' });
  const post = (headers: Record<string, string>) =>
    fetch(`${service.url}api/homes/${home}/code-drafts/x/keep`, {
      ...{ method: 'POST', body },
      headers: { 'content-type': 'application/json', ...headers },
    });
  expect((await post({ origin: 'https://evil.example' })).status).toBe(403);
  const answer = await post({ origin: service.url.slice(0, -1) });
  expect(await answer.json()).toMatchObject({ error: { code: 'workflow.draft_gone' } });
});

test('“what if …?” is tried on the last 60 days, with the way to where one tries further', {
  timeout: slow,
}, async () => {
  await page.goto(`${service.url}#/today`);
  await page.getByRole('button', { name: 'Ask why' }).click();
  const dialog = page.getByRole('dialog', { name: 'Ask why, or search' });
  const ask = async (text: string) => {
    await dialog.getByLabel('Ask why, or search').fill(text);
    await dialog.getByRole('button', { name: 'Ask', exact: true }).click();
  };
  await ask('What if batteries were told at 40 %?');
  await dialog.getByText(/^In the last 60 days, with “.*” at 40 instead of \d+/).waitFor();
  await standsWell(visitor);
  await ask('What if I sold the house?');
  await dialog.getByText(/^Say which workflow \(“sold house” does not say it\)/).waitFor();
  await ask('What if batteries were told at 40 %?');
  await dialog.getByRole('link', { name: 'Try it: Watch the batteries' }).click();
  await expect.poll(() => page.url()).toContain('batter');
});
