import { readFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import type { ErrorCode } from '@tomte/sdk/errors';
import type { LinkRequest } from '@tomte/sdk/types';
import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../lib/clock.ts';
import {
  attempt,
  closeAll,
  failing,
  fake,
  internet,
  raw,
  short,
  token,
} from './testing/attempt.ts';
import { closedPort, type FakeOptions, usualResults, withConfig } from './testing/fake-home.ts';
import { mintToken } from './testing/mint.ts';

afterEach(closeAll);

const ownVersion = async () =>
  (JSON.parse(await readFile('package.json', 'utf8')) as { version: string }).version;

test('a home answers: its facts, the user, the token’s end; the token goes out once', async () => {
  const home = await fake();
  const { answer } = await attempt({ port: home.port });
  if (!answer.ok) throw answer.error;
  expect(answer.facts).toMatchObject({
    name: 'Villa Berg',
    address: `http://127.0.0.1:${home.port}`,
    version: '2026.11.0',
    timeZone: 'Europe/Oslo',
    currency: 'NOK',
    entities: 2,
    user: { name: 'Maja', admin: false },
  });
  expect(answer.userId).toBe('u1');
  expect(answer.instance).toMatch(/^[0-9a-f]{32}$/);
  expect(answer.pin).toBe(null);
  expect(answer.warnings.map((w) => w.code)).toEqual(['link.token_rights_missing']);
  expect(home.tokens).toEqual([token]);
  expect([...home.userAgents]).toEqual([`Tomte/${await ownVersion()}`]);
});

test('the stages come in order, one row each', async () => {
  const home = await fake();
  const { seen } = await attempt({ port: home.port });
  expect(seen.map((row) => row.stage)).toEqual([
    'address',
    'dns',
    'tcp',
    'tls',
    'http',
    'websocket',
    'auth',
    'home',
  ]);
  expect(seen.every((row) => row.ok && row.ms >= 0)).toBe(true);
});

test('a name given by the person stays', async () => {
  const home = await fake();
  const { answer } = await attempt({ port: home.port, name: ' Cabin ' });
  expect(answer.ok && answer.facts.name).toBe('Cabin');
});

test.each<[string, FakeOptions['results'], string[]]>([
  [
    'an administrator’s token',
    { ...usualResults, 'auth/current_user': { id: 'a', name: 'Ola', is_admin: true } },
    ['link.token_admin'],
  ],
  [
    'recovery mode',
    withConfig({ recovery_mode: true }),
    ['link.token_rights_missing', 'link.recovery_mode'],
  ],
  [
    'safe mode',
    withConfig({ safe_mode: true }),
    ['link.token_rights_missing', 'link.recovery_mode'],
  ],
  [
    'no recorder, no history',
    withConfig({ components: [] }),
    ['link.token_rights_missing', 'link.recorder_missing', 'link.history_missing'],
  ],
  [
    'a recorder that stands still',
    { ...usualResults, 'recorder/info': { recording: false } },
    ['link.token_rights_missing', 'link.recorder_missing'],
  ],
  [
    'no energy page',
    { ...usualResults, 'energy/get_prefs': undefined },
    ['link.token_rights_missing', 'link.energy_missing'],
  ],
])('%s is linked and warned about', async (_what, results, codes) => {
  const home = await fake({ results: results! });
  const { answer } = await attempt({ port: home.port });
  expect(answer.ok && answer.warnings.map((w) => w.code)).toEqual(codes);
});

test('a token that ends soon is warned about', async () => {
  const home = await fake();
  const exp = Math.floor(systemClock.now() / 1000) + 10 * 86_400;
  const { answer } = await attempt({ port: home.port, token: mintToken({ exp }) });
  expect(answer.ok && answer.warnings.map((w) => w.code)).toContain('link.token_expires_soon');
});

test('the same home has the same identity for another user and address', async () => {
  const one = await fake();
  const two = await fake({
    results: { ...usualResults, 'auth/current_user': { id: 'x', name: 'Ola', is_admin: true } },
  });
  const [first, second] = [await attempt({ port: one.port }), await attempt({ port: two.port })];
  expect(
    first.answer.ok && second.answer.ok && first.answer.instance === second.answer.instance,
  ).toBe(true);
});

// Addresses and tokens that are wrong before anything is sent.
test.each<[string, Partial<LinkRequest>, ErrorCode]>([
  ['an address that is none', { address: 'ftp://x' }, 'link.address_invalid'],
  ['no token', { token: '' }, 'link.token_missing'],
  ['half a token', { token: token.slice(0, 40) }, 'link.token_malformed'],
  ['an ended token', { token: mintToken({ exp: 1_700_000_000 }) }, 'link.token_expired'],
])('%s is refused without a connection', async (_what, request, code) => {
  const home = await fake();
  await failing({ port: home.port, ...request }, code);
  expect(home.requests).toEqual([]);
});

test('a name nobody knows', async () => {
  const answer = await failing({ address: 'nowhere.example.org' }, 'link.name_not_found', {
    network: internet({}),
  });
  expect(answer.probe.at(-1)).toMatchObject({ stage: 'dns', ok: false });
});

test('a real resolver that does not know the name', async () => {
  await failing({ address: 'nowhere.invalid' }, 'link.name_not_found');
});

test('a resolver that never answers', async () => {
  const network = { ...internet({}), lookup: () => new Promise<never>(() => {}) };
  await failing({ address: 'home.example.org' }, 'link.name_not_found', {
    network,
    ...short('dnsMs'),
  });
});

test('what a home calls itself cannot break a line or hide', async () => {
  const home = await fake({ results: withConfig({ location_name: 'Villa\nBerg\u202e\u0007' }) });
  const { answer } = await attempt({ port: home.port });
  expect(answer.ok && answer.facts.name).toBe('Villa Berg');
});

test('nobody listens: refused, with one row for each port', async () => {
  const closed = await closedPort();
  const answer = await failing({ address: '192.168.1.20' }, 'link.refused', {
    network: internet({ 8123: closed, 80: closed, 443: closed }),
  });
  expect(answer.probe.filter((row) => row.stage === 'tcp').map((row) => row.port)).toEqual([
    8123, 80, 443,
  ]);
  expect(answer.error.message).toContain('nothing listens on port 8123');
});

test('nobody is there: unreachable, within its limit', async () => {
  const network = { ...internet({}), connect: () => new Socket() };
  const answer = await failing({ address: '192.168.1.20', port: 8123 }, 'link.unreachable', {
    network,
    ...short('tcpMs'),
  });
  expect(answer.error.message).toBe('192.168.1.20 did not answer on port 8123.');
});

test('a server that takes the call and says nothing is given up', async () => {
  const server = await raw(() => {});
  await failing({ port: server.port }, 'link.unreachable', short('httpMs'));
});

test('the whole ends at its deadline', async () => {
  const server = await raw(() => {});
  await failing({ port: server.port }, 'link.unreachable', { deadlineMs: 300 });
});

test('a person who stops it is obeyed at once', async () => {
  const server = await raw(() => stop.abort());
  const stop = new AbortController();
  await failing({ port: server.port }, 'link.stopped', { signal: stop.signal });
});

// What the home says to the one login. Each server counts how often the token came.
test.each<[string, string, ErrorCode]>([
  ['a refused token', 'Invalid access token or password', 'link.token_rejected'],
  ['a local user through the cloud', 'User is local only', 'link.token_local_only'],
  ['a local user from outside', 'User cannot authenticate remotely', 'link.token_local_only'],
  ['a user that is switched off', 'User is not active', 'link.user_inactive'],
  ['no answer to the token', 'silent', 'link.unreachable'],
  ['a connection closed at the token', 'hang-up', 'link.websocket_blocked'],
])('%s: tried once and stopped', async (_what, said, code) => {
  const home = await fake({ login: () => said });
  const limits = said === 'silent' ? short('authMs') : {};
  const answer = await failing({ port: home.port }, code, limits);
  expect(home.tokens).toEqual([token]);
  expect(answer.probe.at(-1)).toMatchObject({ stage: 'auth', ok: false });
});

test('the first port that answers as Home Assistant is kept', async () => {
  const [home, closed] = [await fake(), await closedPort()];
  const network = internet({ 8123: closed, 80: home.port, 443: closed });
  const { answer } = await attempt({ address: 'homeassistant.local' }, { network });
  expect(answer.ok && answer.facts.address).toBe('http://homeassistant.local');
  expect(home.tokens).toHaveLength(1);
});

test('something else that answers tells more than a closed port', async () => {
  const closed = await closedPort();
  const router = await fake({
    inFront: () => ({
      status: 200,
      headers: { 'Content-Type': 'text/html' },
      body: '<h1>Router</h1>',
    }),
  });
  const network = internet({ 8123: closed, 80: router.port, 443: closed });
  const answer = await failing({ address: '192.168.1.20' }, 'link.not_home_assistant', { network });
  expect(answer.error.message).toContain('port 80');
  expect(router.tokens).toEqual([]);
});

test.each([['2024.3.9'], ['2023.12.0'], ['0.118.5']])(
  'version %s is too old, and gets no token',
  async (version) => {
    const home = await fake({ version });
    await failing({ port: home.port }, 'link.version_unsupported');
    expect(home.tokens).toEqual([]);
  },
);

test.each([['NOT_RUNNING'], ['STARTING'], ['STOPPING']])(
  'a home that says %s is starting',
  async (state) => {
    const home = await fake({ results: withConfig({ state }) });
    await failing({ port: home.port }, 'link.starting');
  },
);

test('plain http over the internet needs a yes, and gets no token without it', async () => {
  const home = await fake();
  const network = internet({ 8123: home.port }, ['203.0.113.7']);
  const answer = await failing({ address: 'home.example.org', port: 8123 }, 'link.plain_http', {
    network,
  });
  expect(home.tokens).toEqual([]);
  expect(answer.probe.at(-1)).toMatchObject({ stage: 'auth', ok: false });
  const { answer: allowed } = await attempt(
    { address: 'home.example.org', port: 8123, allowPlainHttp: true },
    { network },
  );
  expect(allowed.ok).toBe(true);
});

test.each([
  ['10.0.0.5'],
  ['172.16.3.4'],
  ['192.168.1.20'],
  ['169.254.3.4'],
  ['fd00::20'],
  ['fe80::1'],
  ['100.101.102.103'],
])('plain http to %s stays among one’s own machines', async (address) => {
  const home = await fake();
  const network = internet({ 8123: home.port }, [address]);
  const { answer } = await attempt({ address: 'homeassistant.local', port: 8123 }, { network });
  expect(answer.ok).toBe(true);
});

test('a slow first address does not keep the second one waiting', async () => {
  const home = await fake();
  const usual = internet({ 8123: home.port }, ['192.168.1.9', '192.168.1.20']);
  const network = {
    ...usual,
    connect: (to: Parameters<typeof usual.connect>[0]) =>
      to.address === '192.168.1.9' ? new Socket() : usual.connect(to),
  };
  const { answer } = await attempt({ address: 'homeassistant.local', port: 8123 }, { network });
  expect(answer.ok).toBe(true);
});
