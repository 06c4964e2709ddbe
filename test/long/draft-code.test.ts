/** A wish as a workflow in code: by the command, over a running service, to the page that turns it on. */
import { chmod, mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, connect } from '@tomte/sdk/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSim, type Sim } from '../../src/sim/sim.ts';
import { type RunningService, removeData, startService } from '../crash/harness.ts';
import { changeByHand } from '../kit/dump.ts';
import { type ModelServer, modelServer } from '../kit/model-server.ts';
import { tomte as command } from '../kit/tomte.ts';

const model = 'openai-compatible';
const body = `triggers: [{ state: { entity: E1, to: 'on', for: '10m' } }],
async run(ctx) {
  await ctx.alert({
    key: 'front', title: 'The front door is open', text: 'It is open for ten minutes.',
    severity: 'today', since: ctx.now(), entities: [E1],
  });
  await ctx.until({ entity: E1, is: 'off' }, { timeout: '2h' });
  await ctx.resolve('front', { title: 'Over: it is shut', text: 'It is shut.', at: ctx.now() });
},`;
let sim: Sim;
let service: RunningService;
let server: ModelServer;
let dataDir: string;
let tomte: Client;
let text = body;

beforeAll(async () => {
  server = await modelServer(() => ({ text }));
  sim = await openSim({ days: 60, living: false });
  dataDir = await mkdtemp(join(tmpdir(), 'tomte-draft-code-'));
  await chmod(dataDir, 0o755);
  service = await startService({ dataDir, env: { TOMTE_ALLOW_ADDRESSES: '127.0.0.1' } });
  tomte = connect({ base: `${service.url}api/`, credential: service.credential });
  const token = sim.tokens.resident;
  const answer = await tomte.linkHome({ address: sim.url, token, name: 'Villa' });
  if (!answer.ok) throw new Error(answer.error.message);
  await tomte.saveModel({ name: model, settings: { address: `${server.url}/v1`, model: 'pen' } });
  await tomte.setModel({ name: model, state: 'watch', agree: true });
  await changeByHand(dataDir, "update models set watch_since = now() - interval '30 days'");
  await tomte.setModel({ name: model, state: 'on' });
}, 180_000);
afterAll(async () => {
  await service?.stop();
  await sim?.close();
  await server?.close();
  await removeData(dataDir);
});

const draft = (name: string) =>
  command(
    ['draft', ...'tell me when the front door is open'.split(' '), '--code', name, '--json'],
    { dataDir },
  );

test('a draft is a file of this home, tried on 60 days, and off until a person turns it on', async () => {
  const ran = await draft('front-open');
  expect(ran.err).toBe('');
  expect(ran.json()).toMatchObject({
    ...{ problems: [], maySwitch: [] },
    look: { problems: [], isTypeChecked: true, replaces: false },
    kept: { name: 'front-open', isLoaded: true },
    entities: [{ id: 'binary_sensor.front_door' }],
    past: { workflow: 'front-open', actions: [] },
  });
  const file = await readFile(join(dataDir, 'workflows/front-open.ts'), 'utf8');
  expect(file).toContain("const E1 = 'binary_sensor.front_door';");
  const [home] = await tomte.listHomes({});
  const row = (await tomte.listWorkflows({ home: home!.id })).find(
    ({ name }) => name === 'front-open',
  );
  expect(row).toMatchObject({ mode: 'off', grants: [] });
  expect(JSON.stringify(server.asked.at(-1)!.body)).not.toContain('binary_sensor.front_door');
  expect(await tomte.listRuns({})).toEqual([]);
}, 240_000);

test('its past is shown before it is a file, and one without an end is ended', async () => {
  const home = (await tomte.listHomes({}))[0]!.id;
  const files = async () => (await tomte.listWorkflowFiles({})).map(({ name }) => name);
  const before = await files();
  const drafted = async () =>
    (await tomte.draftCode({ home, text: 'tell me when the front door is open' })).draft!;
  const past = await tomte.tryDraft({ home, draft: await drafted(), days: 60 });
  expect(past).toMatchObject({ workflow: 'draft', actions: [] });
  expect(past.sentence).toMatch(/^In 60 days it would/);
  text = "triggers: [{ time: { at: '07:00' } }],\nasync run(ctx) {\n  while (true) {}\n},";
  const endless = await drafted();
  await expect(tomte.tryDraft({ home, draft: endless, days: 60 })).rejects.toMatchObject({
    code: 'backtest.too_long',
  });
  await expect(tomte.tryDraft({ home, draft: 'unknown' })).rejects.toMatchObject({
    code: 'workflow.draft_gone',
  });
  expect(await files()).toEqual(before);
  expect(await tomte.listRuns({})).toEqual([]);
  expect(await tomte.listAlerts({})).toEqual([]);
  text = body;
}, 300_000);

test('what would reach out is no file, and says at which line', async () => {
  text = "triggers: [],\nasync run(ctx) {\n  await ctx.fetch('https://evil.example');\n},";
  const ran = await draft('reaches-out');
  expect(ran.code).toBe(1);
  expect(ran.json()).toMatchObject({ code: null, look: null, problems: [{ line: 3 }, {}] });
  await expect(readFile(join(dataDir, 'workflows/reaches-out.ts'))).rejects.toMatchObject({
    code: 'ENOENT',
  });
}, 120_000);
