/**
 * A real Home Assistant asked through Tomte: by the official client of assistants over both ways, in words,
 * and for an AI task of its own.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client as McpClient, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { type Client, connect } from '@tomte/sdk/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dataNotice } from '../../src/mcp/answer.ts';
import { type RunningService, startService } from '../crash/harness.ts';
import { realHome } from '../kit/real-home.ts';

const real = await realHome({ port: process.env.REAL_HOME_ASSISTANTS_PORT ?? '8125' });
const relay = 'input_boolean.dishwasher';
let service: RunningService;
let tomte: Client;
let dataDir: string;
let home: string;
const open: McpClient[] = [];

beforeAll(async () => {
  if (!real) return;
  // The house has none of its own.
  const machine = { friendly_name: 'Washing machine power', device_class: 'power' };
  await stateOf('sensor.washing_machine_power', {
    state: '430',
    attributes: { ...machine, unit_of_measurement: 'W', state_class: 'measurement' },
  });
  dataDir = await mkdtemp(join(tmpdir(), 'tomte-assistants-'));
  await chmod(dataDir, 0o755);
  service = await startService({ dataDir, env: { TOMTE_ALLOW_ADDRESSES: '127.0.0.1' } });
  tomte = connect({ base: `${service.url}api/`, credential: service.credential });
  const linked = await tomte.linkHome({ address: real.url, token: real.tokens.resident });
  if (!linked.ok) throw new Error(linked.error.message);
  home = linked.home.id;
}, 180_000);
afterAll(async () => {
  if (!real) return;
  for (const one of open) await one.close();
  await service.stop();
  await rm(dataDir, { recursive: true, force: true });
});

async function overHttp(readOnly: boolean): Promise<McpClient> {
  const made = new McpClient(
    { name: 'test', version: '1' },
    { capabilities: {}, versionNegotiation: { mode: 'auto' } },
  );
  const { token } = await tomte.makeMcpToken({ name: 'Test', readOnly });
  const headers = { authorization: `Bearer ${token}` };
  await made.connect(
    new StreamableHTTPClientTransport(new URL('mcp', service.url), { requestInit: { headers } }),
  );
  open.push(made);
  return made;
}

async function overStreams(readOnly: boolean): Promise<McpClient> {
  const made = new McpClient({ name: 'test', version: '1' }, { capabilities: {} });
  const program = join(import.meta.dirname, '../../bin/tomte.js');
  const args = [program, 'mcp', ...(readOnly ? ['--read-only'] : []), '--data', dataDir];
  await made.connect(
    new StdioClientTransport({ command: process.execPath, args, stderr: 'inherit' }),
  );
  open.push(made);
  return made;
}

async function call(of: McpClient, name: string, input: Record<string, unknown> = {}) {
  const answer = await of.callTool({ name, arguments: input });
  const text = (answer.content as { text: string }[])[0]?.text ?? '';
  const json = text.startsWith(dataNotice) ? JSON.parse(text.slice(dataNotice.length)) : null;
  return { text, json, isError: answer.isError === true };
}

/** As Home Assistant itself says; set first where `set` is given. */
async function stateOf(entity: string, set?: object): Promise<string> {
  const answer = await fetch(`${real!.url}/api/states/${entity}`, {
    headers: { authorization: `Bearer ${real!.tokens.admin}`, 'content-type': 'application/json' },
    ...(set && { method: 'POST', body: JSON.stringify(set) }),
  });
  return ((await answer.json()) as { state: string }).state;
}

describe.skipIf(!real).each([
  ['the streams of tomte mcp', overStreams],
  ['HTTP', overHttp],
] as const)('over %s', (_way, connected) => {
  test('a real home is searched, its past summed up, and why is answered', async () => {
    const mcp = await connected(false);
    const found = await call(mcp, 'search_home', { domain: 'sensor', limit: 5 });
    expect(found.json.entities.length).toBeGreaterThan(0);
    const id = found.json.entities[0].id as string;
    expect(await tomte.listEntities({ home })).toContainEqual(expect.objectContaining({ id }));
    expect(await call(mcp, 'history', { entities: [id], days: 1 })).toMatchObject({
      ...{ isError: false, json: [{ entity: id }] },
    });
    expect(await call(mcp, 'why', { text: 'why did nothing run' })).toMatchObject({
      isError: false,
    });
  }, 120_000);

  test('a change is a question to a person, and nothing is switched', async () => {
    const mcp = await connected(false);
    const before = await stateOf(relay);
    const asked = await call(mcp, 'propose_change', {
      reason: 'It is cheap now',
      action: {
        domain: 'input_boolean',
        action: before === 'on' ? 'turn_off' : 'turn_on',
        entities: [relay],
      },
    });
    expect(asked).toMatchObject({ isError: false, json: { state: 'open' } });
    const waiting = (await tomte.listApprovals({ state: 'open' })).find(({ action }) =>
      action?.entities.includes(relay),
    );
    expect(waiting).toMatchObject({ state: 'open', answeredBy: null });
    expect(await stateOf(relay)).toBe(before);
    await tomte.answerApproval({ id: waiting!.id, answer: 'no', by: 'Maja' });
    expect(await stateOf(relay)).toBe(before);
  }, 120_000);

  test('who may only read is offered no change, and refused one', async () => {
    const mcp = await connected(true);
    const names = (await mcp.listTools()).tools.map(({ name }) => name);
    expect(names).toContain('search_home');
    expect(names).not.toContain('propose_change');
    const asked = mcp.callTool({
      name: 'propose_change',
      arguments: { reason: 'x', workflow: { name: 'water-watch', mode: 'on' } },
    });
    const isRefused = await asked.then(
      ({ isError }) => isError === true,
      () => true,
    );
    expect(isRefused).toBe(true);
    expect(await tomte.listApprovals({ state: 'open' })).toEqual([]);
  }, 120_000);
});

test.skipIf(!real)(
  'a wish becomes a draft with things that this home has',
  async () => {
    const text = 'Warn me when the washing machine is done and nobody is home';
    const { candidates } = await tomte.draftWorkflow({ home, text });
    const [best] = candidates;
    const ids = (await tomte.listEntities({ home })).map(({ id }) => id);
    expect(best!.entities.map(({ id }) => id).filter((id) => /wash/.test(id))).not.toEqual([]);
    for (const { id } of best!.entities) expect(ids).toContain(id);
    expect(JSON.stringify(best!.settings)).toContain('while nobody is home');
    expect(best).toMatchObject({ mode: 'off', maySwitch: [] });
  },
  60_000,
);

test.skipIf(!real)(
  'a home without an AI task says so, and nothing is asked of it',
  async () => {
    await tomte.saveModel({ name: 'home-assistant', settings: {} });
    const tested = await tomte.testModel({ name: 'home-assistant', home });
    expect(tested).toMatchObject({
      ...{ ok: false, error: { code: 'decide.model_refused' } },
    });
    expect(JSON.stringify(tested)).toMatch(
      /no AI task that can be asked|does not allow its AI task/,
    );
  },
  60_000,
);
