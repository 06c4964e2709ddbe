/** The person's own files in a running Tomte: saved, broken, endless, greedy; everything else goes on. */
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, connect } from '@tomte/sdk/client';
import type { RunPage } from '@tomte/sdk/types';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { silentLog } from '../../src/lib/log.ts';
import { openService, type Service } from '../../src/main/serve.ts';
import { openSim, type Sim } from '../../src/sim/sim.ts';

const home = 'villa';
const patient = { timeout: 60_000, interval: 200 };
let sim: Sim;
let data: string;
let service: Service;
let tomte: Client;

const text = (run: string, more = '') => `
import { defineWorkflow } from '@tomte/sdk/define';
import { z } from 'zod';
export default defineWorkflow({
  title: 'Mine', text: 'Does it.', triggers: [{ manual: true }], settings: z.strictObject({}), ${more}
  async run(ctx) { ${run} },
});`;
const save = (name: string, content: string) =>
  writeFile(join(data, 'workflows', `${name}.ts`), content, { mode: 0o600 });

/** There before the home is; what starts it follows from its settings. */
const early = `
import { defineWorkflow } from '@tomte/sdk/define';
import { z } from 'zod';
export default defineWorkflow({
  title: 'Early', text: 'Does it.', settings: z.strictObject({ about: z.string().default('water') }),
  triggers: ({ about }) => [{ anomaly: { about } }],
  async run() {},
});`;

async function start(): Promise<void> {
  const config = loadConfig({ flags: { data, port: '0' }, env: {} });
  service = await openService({ config, log: silentLog });
  const { credential } = JSON.parse(await readFile(join(data, 'service.json'), 'utf8'));
  tomte = connect({ base: `${service.address}api/`, credential });
}

beforeAll(async () => {
  sim = await openSim({ days: 2, living: false });
  data = await mkdtemp(join(tmpdir(), 'tomte-own-'));
  await chmod(data, 0o755);
  await mkdir(join(data, 'workflows'), { mode: 0o700 });
  await save('early', early);
  await start();
  const answer = await tomte.linkHome({ address: sim.url, token: sim.tokens.admin, name: 'Villa' });
  if (!answer.ok) throw new Error(answer.error.message);
}, 90_000);
afterAll(async () => {
  await service.close();
  await sim.close();
  await rm(data, { recursive: true, force: true });
});

const names = async () => (await tomte.listWorkflows({ home })).map(({ name }) => name);
async function turnOn(name: string): Promise<void> {
  await expect.poll(names, patient).toContain(name);
  await tomte.setWorkflow({ home, name, mode: 'on' });
}
async function run(name: string): Promise<string> {
  return (await tomte.runWorkflow({ home, name })).id;
}
const page = (id: string): Promise<RunPage> => tomte.getRun({ id });
const stateOf = async (id: string) => (await page(id)).state;

test('a file is used when it is saved, its words are kept with the Run', {
  timeout: 120_000,
}, async () => {
  await save('garden', text(`console.log('hello'); return ctx.step('sum', () => 1 + 1);`));
  await turnOn('garden');
  const id = await run('garden');
  await expect.poll(() => stateOf(id), patient).toBe('done');
  expect(await page(id)).toMatchObject({
    logs: [{ text: 'hello' }],
    version: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect((await page(id)).steps.map(({ name }) => name)).toContain('sum');
});

test('a file that was there before the home hinders neither its first look nor Today, also after a restart', {
  timeout: 120_000,
}, async () => {
  await expect.poll(names, patient).toContain('early');
  const look = () => tomte.firstLook({ home });
  await expect.poll(async () => (await look()).state, patient).not.toBe('running');
  expect(await look()).toMatchObject({ state: 'done', error: null });
  await tomte.setWorkflow({ home, name: 'early', mode: 'on', settings: { about: 'motion' } });
  await service.close();
  await start();
  await expect.poll(names, patient).toContain('early');
  await expect.poll(async () => (await tomte.today({})).watching.workflowsOn, patient).toBe(2);
});

test('a Run that waits finishes on the version it began with, also after a restart', {
  timeout: 120_000,
}, async () => {
  await save(
    'waits',
    text(`await ctx.until({ entity: 'light.hall', is: 'on' }, { timeout: '1d' }); return 'first';`),
  );
  await turnOn('waits');
  sim.set('light.hall', 'off');
  const old = await run('waits');
  await expect.poll(async () => (await page(old)).waits.length, patient).toBe(1);
  await save('waits', text(`return 'second';`));
  const fileOf = async () =>
    (await tomte.listWorkflowFiles({})).find(({ name }) => name === 'waits');
  await expect.poll(async () => (await fileOf())?.version, patient).toBe(2);
  expect((await fileOf())?.older).toEqual([{ version: 1, runs: 1 }]);
  const fresh = await run('waits');
  await expect.poll(() => stateOf(fresh), patient).toBe('done');
  await service.close();
  await start();
  await expect.poll(async () => (await tomte.listHomes({}))[0]?.link.state, patient).toBe('live');
  sim.set('light.hall', 'on');
  await expect.poll(() => stateOf(old), patient).toBe('done');
  expect((await page(old)).result).toBe('first');
});

test('a file that breaks says where, and its last good version still runs', {
  timeout: 60_000,
}, async () => {
  await save('garden', text('return 1 +;'));
  const fault = async () =>
    (await tomte.listWorkflowFiles({})).find(({ name }) => name === 'garden')?.error?.message;
  await expect.poll(fault, patient).toContain('garden.ts:');
  const id = await run('garden');
  await expect.poll(() => stateOf(id), patient).toBe('done');
});

test.each([
  [
    'throws',
    `await ctx.step('a', () => 1); throw new RangeError('no');`,
    'run.failed',
    /throws\.ts:\d+:\d+: RangeError: no/,
  ],
  ['exits', `process.exit(1);`, 'run.crashed', /5 times/],
  [
    'greedy',
    `const all = []; for (;;) all.push(new Array(1e6).fill(all.length));`,
    'run.crashed',
    /MB/,
  ],
])(
  'one that %s fails with the reason, the others go on',
  async (name, body, code, words) => {
    await save(name, text(body));
    await turnOn(name);
    const bad = await run(name);
    const good = await run('waits');
    await expect.poll(() => stateOf(good), patient).toBe('done');
    await expect.poll(() => stateOf(bad), { timeout: 120_000, interval: 500 }).toBe('failed');
    expect((await page(bad)).error).toMatchObject({ code, message: expect.stringMatching(words) });
  },
  180_000,
);

test('one that never returns can be ended', { timeout: 60_000 }, async () => {
  await save('endless', text(`await new Promise(() => {});`));
  await turnOn('endless');
  const id = await run('endless');
  await expect.poll(() => stateOf(id), patient).toBe('running');
  await tomte.cancelRun({ id });
  await expect.poll(() => stateOf(id), patient).toBe('cancelled');
});
