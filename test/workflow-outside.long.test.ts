/** A person's own workflow asks outside: its secret reaches its host, and neither its code nor any record has it. */
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, connect } from '@tomte/sdk/client';
import type { RunPage } from '@tomte/sdk/types';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../src/config.ts';
import { openLog } from '../src/lib/log.ts';
import { openService, type Service } from '../src/main/serve.ts';
import { openSim, type Sim } from '../src/sim/sim.ts';
import { dumpDatabases, textStream } from './kit/dump.ts';
import { answerJson, type Listening, listenHttp } from './kit/listen.ts';

const home = 'villa';
const canary = 'canary-key-of-a-workflow-88';
const patient = { timeout: 60_000, interval: 200 };
const log = textStream();
const heard: string[] = [];
let sim: Sim;
let data: string;
let service: Service;
let tomte: Client;
let source: Listening;
let other: Listening;

const workflow = (redirect: string) => `
import { defineWorkflow } from '@tomte/sdk/define';
import { secret } from '@tomte/sdk/secret';
import { z } from 'zod';
export default defineWorkflow({
  title: 'Asks', text: 'Asks outside.', triggers: [{ manual: true }],
  settings: z.strictObject({
    url: z.string().describe('Where'),
    key: secret({ description: 'Key', hostOf: 'url' }),
  }),
  async run(ctx, { url, key }) {
    ctx.log('the key is ' + key);
    const headers = { authorization: 'Bearer ' + key };
    const answer = await ctx.fetch(url + '/echo', { method: 'POST', headers, body: { key } });
    await ctx.fetch(url + '/away', { headers });
    const refusal = await ctx.fetch('${redirect}', { headers }).catch((error) => error.code);
    const inside = await ctx.fetch('http://127.0.0.2:1/').catch((error) => error.code);
    const { value, stale } = await ctx.facts('weather', { kind: 'daily' });
    return { answer: answer.json, refusal, inside, source: value.source, stale, key };
  },
});`;

beforeAll(async () => {
  other = await listenHttp((request, _body, response) => {
    heard.push(`other ${JSON.stringify(request.headers)}`);
    answerJson(response, 200, {});
  });
  source = await listenHttp((request, body, response) => {
    heard.push(`source ${request.headers.authorization} ${body}`);
    if (request.url === '/away') response.writeHead(302, { location: other.url }).end();
    else answerJson(response, 200, { said: request.headers.authorization, body: body.toString() });
  });
  sim = await openSim({ days: 2, living: false });
  data = await mkdtemp(join(tmpdir(), 'tomte-outside-'));
  await chmod(data, 0o755);
  await mkdir(join(data, 'workflows'), { mode: 0o700 });
  await writeFile(join(data, 'workflows', 'asks.ts'), workflow(other.url), { mode: 0o600 });
  const env = { TOMTE_ALLOW_ADDRESSES: '127.0.0.1' };
  const config = loadConfig({ flags: { data, port: '0' }, env });
  service = await openService({ config, log: openLog('debug', log) });
  const { credential } = JSON.parse(await readFile(join(data, 'service.json'), 'utf8'));
  tomte = connect({ base: `${service.address}api/`, credential });
  const answer = await tomte.linkHome({ address: sim.url, token: sim.tokens.admin, name: 'Villa' });
  if (!answer.ok) throw new Error(answer.error.message);
}, 90_000);
afterAll(async () => {
  await service.close();
  await Promise.all([sim.close(), source.close(), other.close()]);
  await rm(data, { recursive: true, force: true });
});

test('a secret goes to its host, is masked in what it answers, and stands in no record', {
  timeout: 120_000,
}, async () => {
  const names = async () => (await tomte.listWorkflows({ home })).map(({ name }) => name);
  await expect.poll(names, patient).toContain('asks');
  const settings = { url: source.url, key: canary };
  const row = await tomte.setWorkflow({ home, name: 'asks', mode: 'on', settings });
  expect(row.settings).toEqual({ url: source.url, key: '«secret»' });
  const { id } = await tomte.runWorkflow({ home, name: 'asks' });
  const page = (): Promise<RunPage> => tomte.getRun({ id });
  await expect.poll(async () => (await page()).state, patient).toMatch(/^(done|failed)$/);
  const done = await page();
  expect(done).toMatchObject({ state: 'done', error: null });
  expect(done.result).toEqual({
    answer: { said: 'Bearer «secret»', body: '{"key":"«secret»"}' },
    refusal: 'connect.secret_refused',
    inside: 'connect.address_refused',
    source: 'home',
    stale: false,
    key: expect.stringMatching(/^tomte-secret-key-[0-9a-f]{32}$/),
  });
  expect(heard[0]).toBe(`source Bearer ${canary} ${JSON.stringify({ key: canary })}`);
  expect(heard.filter((one) => one.startsWith('other'))).toHaveLength(1);
  expect(heard.find((one) => one.startsWith('other'))).not.toMatch(/canary|tomte-secret/);
  const records = [JSON.stringify(done), await dumpDatabases(data), log.text()];
  for (const record of records) expect(record).not.toContain(canary);
  // The search works: what must be there is found.
  expect(records[1]).toContain('tomte-secret-key-');
});
