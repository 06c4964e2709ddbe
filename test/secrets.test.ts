/** Secrets are planted wherever a person may give one; then everything that was written or answered is searched for them. */
import { chmod, mkdir, mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, connect } from '@tomte/sdk/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../src/lib/clock.ts';
import { openSim, type Sim } from '../src/sim/sim.ts';
import { type RunningService, removeData, startService } from './crash/harness.ts';
import { dumpDatabases } from './kit/dump.ts';
import { answerJson, listenHttp } from './kit/listen.ts';
import { webhookReceiver } from './kit/webhook.ts';

const jwt = (signature: string) =>
  `eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.${Buffer.from(JSON.stringify({ iss: 'c0ffee', iat: 1_790_000_000, exp: 2_100_000_000 })).toString('base64url')}.${signature}`;

const canaries = {
  rejectedToken: jwt('canary-rejected-token-signature-000000000000'),
  password: 'canary-password-lantern',
  wrongPassword: 'canary-wrong-password',
  webhookSecret: 'canary-webhook-secret-1234',
  ntfyToken: 'tk_canaryntfytoken000000000000',
  smtpPassword: 'canary-smtp-password-99',
  channelUrlPassword: 'canary-in-an-address',
  connectorKey: 'canary-key-of-a-connector-77',
  webhookPath: 'canary-in-a-path',
  webhookQuery: 'canary-in-a-query',
  ntfyTopic: 'canary-name-of-a-topic',
  telegramToken: '123456789:canary-token-of-a-bot-000000000',
  discordWebhook: 'canary-in-a-discord-webhook',
  brokerUser: 'canary-user-of-the-broker',
  brokerPassword: 'canary-password-of-the-broker',
  lockCode: ['canary', 'code', 'of', 'a', 'lock'].join('-'),
};

let sim: Sim;
let service: RunningService;
let dataDir: string;
let token = '';
const answers: string[] = [];

async function ask(path: string, init: RequestInit = {}): Promise<string> {
  const response = await fetch(service.url + path, {
    ...init,
    headers: {
      authorization: `Bearer ${service.credential}`,
      'content-type': 'application/json',
      ...(init.headers as Record<string, string>),
    },
  });
  const text = await response.text();
  answers.push(`${path} ${JSON.stringify([...response.headers])} ${text}`);
  return text;
}
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  ask(path, { method: 'POST', body: JSON.stringify(body), headers });

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await systemClock.sleep(50);
}

beforeAll(async () => {
  sim = await openSim({ days: 2, living: false });
  token = sim.tokens.admin;
  dataDir = await mkdtemp(join(tmpdir(), 'tomte-secrets-'));
  await chmod(dataDir, 0o755);
  service = await startService({
    dataDir,
    env: { TOMTE_LOG_LEVEL: 'debug', TOMTE_ALLOW_ADDRESSES: '127.0.0.1' },
  });
}, 90_000);

afterAll(async () => {
  await service.kill9();
  await sim.close();
  await removeData(dataDir);
});

test('no secret is in a log, an answer, a page, a file or the database', async () => {
  const hook = await webhookReceiver();
  const prices = await echoing();
  const tomte = connect({ base: `${service.url}api/`, credential: service.credential });
  await post('api/homes', { address: sim.url, token: canaries.rejectedToken });
  await post(
    'api/homes',
    { address: sim.url, token: `Bearer "${canaries.rejectedToken}"` },
    { accept: 'application/x-ndjson' },
  );
  await post('api/homes', {
    address: `http://somebody:${canaries.channelUrlPassword}@127.0.0.1:1`,
    token,
  });
  await post('api/homes', { address: sim.url, token, colour: canaries.password });
  const linked = JSON.parse(await post('api/homes', { address: sim.url, token })) as {
    ok: boolean;
    home: { id: string };
  };
  expect(linked.ok).toBe(true);
  const { id } = linked.home;
  await post('api/channels', {
    kind: 'webhook',
    name: 'Hook',
    settings: {
      url: `${hook.url}/${canaries.webhookPath}?key=${canaries.webhookQuery}`,
      secret: canaries.webhookSecret,
    },
  });
  await post('api/channels', {
    kind: 'ntfy',
    name: 'Push',
    settings: { url: `http://127.0.0.1:9/${canaries.ntfyTopic}`, token: canaries.ntfyToken },
  });
  await post('api/channels', {
    kind: 'email',
    name: 'Mail',
    settings: {
      host: '127.0.0.1',
      port: 9,
      user: 'maja',
      password: canaries.smtpPassword,
      from: 'a@example.org',
      to: 'b@example.org',
    },
  });
  await post('api/channels', {
    kind: 'telegram',
    name: 'Bot',
    settings: { token: canaries.telegramToken, chat: '1', server: 'http://127.0.0.1:9' },
  });
  await post('api/channels', {
    kind: 'discord',
    name: 'Discord',
    settings: { url: `http://127.0.0.1:9/api/webhooks/1/${canaries.discordWebhook}` },
  });
  await post('api/channels', {
    kind: 'home-assistant-mqtt',
    name: 'Entities',
    home: id,
    settings: {
      host: '127.0.0.1',
      port: 9,
      user: canaries.brokerUser,
      password: canaries.brokerPassword,
    },
  });
  await post('api/channels', {
    kind: 'webhook',
    name: 'Bad',
    settings: { url: `not-an-address/${canaries.webhookPath}`, secret: canaries.webhookSecret },
  });
  const connector = `api/homes/${id}/connectors/http-json`;
  const settings = {
    url: `${prices.url}/{secret}?key={secret}`,
    headers: { authorization: 'Bearer {secret}' },
    secret: canaries.connectorKey,
  };
  await ask(connector, { method: 'PUT', body: JSON.stringify({ settings }) });
  expect(await post(`${connector}/ask`, {})).toContain('Bearer «secret»');
  expect(prices.heard()).toContain(`Bearer ${canaries.connectorKey}`);
  await prices.close();
  await post(`${connector}/ask`, { anew: true });
  await ask(`api/homes/${id}/connectors`);
  await ask('api/connector-kinds');
  await post('api/password', { password: canaries.password });
  await post('api/login', { password: canaries.wrongPassword }, { authorization: '' });
  await post('api/login', { password: canaries.password }, { authorization: '' });
  for (const channel of await tomte.listChannels({}))
    await post(`api/channels/${channel.id}/test`, {});
  for (const path of [
    'api/status',
    'api/homes',
    'api/channels',
    'api/today',
    'api/alerts',
    'api/runs',
    'api/workflows',
    'api/settings',
    'api/nothing',
  ]) {
    await ask(path);
  }
  await ask(`api/homes/${id}/doctor`);
  await ask(`api/homes/${id}/entities`);
  await ask(`api/homes/${id}/first-look`);
  await ask('');
  await ask(`api/homes/${id}?revoke=maybe`, { method: 'DELETE' });
  await until(async () => (await tomte.firstLook({ home: id })).state === 'done');
  await unlockWithCode(tomte, id);
  // The stored token is refused from now on: the Link's own way of failing.
  sim.world.auth.deleteToken(sim.world.auth.tokenOf(token)!.id);
  await until(async () => (await tomte.listHomes({}))[0]!.link.state === 'stopped');
  const database = await dumpDatabases(dataDir);
  const log = service.log();
  await service.kill9();
  await hook.close();

  const files = await everyFile(dataDir);
  const places: [string, string][] = [
    ['the log', log],
    ['the answers', answers.join('\n')],
    ['the database', database],
    ...files,
  ];
  const secrets: [string, string][] = [
    ...Object.entries(canaries),
    ['token', token],
    ['token signature', token.split('.')[2]!],
  ];
  for (const [place, text] of places) {
    for (const [name, secret] of secrets)
      expect(text.includes(secret), `${name} stands in ${place}`).toBe(false);
  }
  // The search itself works: what must be there is found.
  expect(log).toContain('first look');
  expect(database).toContain('argon2id$');
  expect(answers.join('')).toContain('«secret»');
}, 120_000);

/** The code is put together as it runs: what a person writes into their own file stands there. */
const locksmith = `
import { defineWorkflow } from '@tomte/sdk/define';
import { z } from 'zod';
export default defineWorkflow({
  title: 'Locksmith', text: 'Unlocks.', triggers: [{ manual: true }], settings: z.strictObject({}),
  async run(ctx) {
    const data = { code: ['canary', 'code', 'of', 'a', 'lock'].join('-') };
    return ctx.act({ domain: 'lock', action: 'unlock', entities: ['lock.front_door'], data });
  },
});`;

/** A door is unlocked with a code and a yes; the home hears the code. */
async function unlockWithCode(tomte: Client, home: string): Promise<void> {
  await mkdir(join(dataDir, 'workflows'), { recursive: true, mode: 0o755 });
  await writeFile(join(dataDir, 'workflows/locksmith.ts'), locksmith, { mode: 0o644 });
  await until(async () =>
    (await tomte.listWorkflows({ home })).some(({ name }) => name === 'locksmith'),
  );
  const grants = [{ entities: ['lock.front_door'], areas: [], ask: true }];
  await tomte.setWorkflow({ home, name: 'locksmith', mode: 'on', grants });
  const dry = await tomte.runWorkflow({ home, name: 'locksmith', dryRun: true });
  const real = await tomte.runWorkflow({ home, name: 'locksmith' });
  await until(async () => (await tomte.listApprovals({ state: 'open' })).length > 0);
  await ask('api/approvals');
  const [approval] = await tomte.listApprovals({ state: 'open' });
  await post(`api/approvals/${approval!.id}/answer`, { answer: 'yes' });
  for (const { id } of [dry, real]) {
    await until(async () => (await tomte.getRun({ id })).state === 'done');
    expect(await ask(`api/runs/${id}`)).toContain('"code":"«secret»"');
  }
  expect(await ask('api/actions')).toContain('"code":"«secret»"');
  await ask(`api/why?home=${home}&text=lock.front_door`);
  const heard = sim.world.calls.filter(({ domain }) => domain === 'lock');
  expect(heard.map(({ data }) => data)).toEqual([{ code: canaries.lockCode }]);
}

/** A source that repeats all it hears, as some do. */
async function echoing() {
  let heard = '';
  const server = await listenHttp((request, _body, response) => {
    heard += String(request.headers.authorization);
    answerJson(response, 200, { url: request.url, headers: request.headers });
  });
  return { ...server, heard: () => heard };
}

async function everyFile(folder: string): Promise<[string, string][]> {
  const out: [string, string][] = [];
  for (const name of await readdir(folder, { recursive: true })) {
    const path = join(folder, name);
    if ((await stat(path)).isFile()) out.push([name, (await readFile(path)).toString('latin1')]);
  }
  return out;
}
