import type { WorkflowDefinition } from '@tomte/sdk/define';
import { secret } from '@tomte/sdk/secret';
import { defineWorkflow, type FetchOptions } from '@tomte/sdk/workflow';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type Listening, listenHttp } from '../../test/kit/listen.ts';
import { home, openRoom, testKey } from '../connect/testing.ts';
import { ruleDecider } from '../decide/decider.ts';
import { systemClock } from '../lib/clock.ts';
import { silentLog } from '../lib/log.ts';
import { freshStore } from '../store/testing.ts';
import { openGrants } from './grants.ts';
import { workflowOperations } from './operations-workflows.ts';
import { type Outside, openOutside } from './outside.ts';
import { outsideDoors } from './outside-doors.ts';
import type { PlaceParts } from './parts.ts';

const store = await freshStore();
await openRoom(store, { connectors: new Map() });
const heard: object[] = [];
const source: Listening = await listenHttp((request, body, response) => {
  const { authorization, 'idempotency-key': key } = request.headers;
  const said = { ...(authorization && { authorization }), ...(key && { key }) };
  heard.push({ method: request.method, ...said, body: body.toString() });
  if (request.url !== '/silent') response.end(JSON.stringify({ said: authorization }));
});
afterAll(async () => {
  await source.close();
  await store.close();
});

const token = 'token-of-mine-for-prices';
const prices: WorkflowDefinition = defineWorkflow({
  title: 'Prices',
  text: 'Asks for prices.',
  triggers: [{ manual: true }],
  settings: z.strictObject({
    hours: z.int().default(3).describe('How many'),
    token: secret({ description: 'Token', hosts: [source.url] }).optional(),
    other: secret({ description: 'Other', hosts: ['b.example'] }).optional(),
  }),
  async run() {},
});
const partsOf = (place: 'tomte' | 'demo') =>
  ({
    ...{ place, store, key: testKey, clock: systemClock, log: silentLog, random: () => 0 },
    ...{
      connectors: new Map(),
      workflows: new Map([['prices', prices]]),
      allowAddresses: ['127.0.0.1'],
    },
    detectors: new Map(),
    engine: { cancelAll: async () => {} },
  }) as unknown as PlaceParts;
const lives = () =>
  new Map([
    [
      home,
      { link: { mirror: { infos: () => [] } }, triggers: { refresh: async () => {} }, voice: {} },
    ],
  ]) as never;

const asked = (
  { clock }: PlaceParts,
  outside: Outside,
  request: { url: string; options: FetchOptions },
) =>
  outsideDoors({ clock, outside, decider: ruleDecider }).fetch(home, {
    ...request,
    workflow: 'prices',
    idempotencyKey: 'run-1/fetch 1',
  });

test('a workflow’s secret is sealed, shown masked, and reaches its host alone, behind a word', async () => {
  const parts = partsOf('tomte');
  const place = { parts, lives, alerts: {} as never };
  const operations = workflowOperations(place, await openGrants(store.db));
  const change = (settings?: Record<string, unknown>) =>
    operations.setWorkflow({ home, name: 'prices', ...(settings ? { settings } : {}) });
  expect((await change({ token })).settings).toEqual({ token: '«secret»' });
  expect((await change({ token: '«secret»', hours: 4 })).settings).toEqual({
    hours: 4,
    token: '«secret»',
  });
  expect((await change()).settings).toMatchObject({ token: '«secret»' });
  await expect(change({ hours: 'many' })).rejects.toMatchObject({
    code: 'workflow.settings_invalid',
    details: { problems: [{ path: 'hours' }] },
  });
  const rows = await store.db.selectFrom('workflow_settings').selectAll().execute();
  expect(JSON.stringify(rows) + rows[0]!.secrets_sealed!.toString('latin1')).not.toContain('mine');

  const word = (rows[0]!.settings as { token: string }).token;
  expect(word).toMatch(/^tomte-secret-token-/);
  const outside = openOutside(parts, lives);
  const ask = (url: string, options: FetchOptions) => asked(parts, outside, { url, options });
  const headers = { authorization: `Bearer ${word}` };
  expect(await ask(source.url, { headers })).toMatchObject({
    status: 200,
    text: '{"said":"Bearer «secret»"}',
    json: { said: 'Bearer «secret»' },
  });
  expect(heard).toEqual([{ method: 'GET', authorization: `Bearer ${token}`, body: '' }]);
  await expect(ask('http://127.0.0.1:1/', { headers })).rejects.toMatchObject({
    code: 'connect.secret_refused',
  });
  await ask(source.url, { method: 'POST', body: { token: word } });
  expect(heard[1]).toMatchObject({ key: 'run-1/fetch 1', body: JSON.stringify({ token }) });
  const silent = ask(`${source.url}/silent`, { timeout: 10 });
  await expect(silent).rejects.toMatchObject({ code: 'connect.timeout' });
  expect((await change({ token: '' })).settings).toEqual({});
  expect(await ask(source.url, { headers })).toMatchObject({ json: { said: `Bearer ${word}` } });
  await outside.close();
});

test('the demo home asks nobody outside', async () => {
  const parts = partsOf('demo');
  const before = heard.length;
  const work = asked(parts, openOutside(parts, lives), { url: source.url, options: {} });
  await expect(work).rejects.toMatchObject({ code: 'connect.address_refused' });
  expect(heard).toHaveLength(before);
});
