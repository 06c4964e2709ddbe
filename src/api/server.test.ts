import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@tomte/sdk/client';
import { TomteError } from '@tomte/sdk/errors';
import type { Tomte } from '@tomte/sdk/operations';
import type { LinkAnswer } from '@tomte/sdk/types';
import type { Hono } from 'hono';
import { expect, test } from 'vitest';
import { renderRefusal } from '../alert/links-page.ts';
import { systemClock } from '../lib/clock.ts';
import { silentLog } from '../lib/log.ts';
import { Secret } from '../lib/secret.ts';
import { openGuard } from './guard.ts';
import { LiveHub } from './live.ts';
import { hashPassword } from './password.ts';
import type { Site } from './routes.ts';
import { buildApi } from './server.ts';

const credential = new Secret('one-machine-credential');

function site(tomte: Partial<Tomte>, link?: Site['link']): Site {
  return {
    tomte: tomte as Tomte,
    live: new LiveHub(),
    link:
      link ??
      (async () => ({
        ok: false,
        error: new TomteError('link.refused', 'no').toJSON().error,
        probe: [],
      })),
    picture: async () => null,
  };
}

async function api(
  o: {
    tomte?: Partial<Tomte>;
    password?: string;
    demo?: Site;
    link?: Site['link'];
    backup?: () => AsyncGenerator<Uint8Array>;
    linkFault?: Error;
    ingressGateway?: string;
  } = {},
): Promise<Hono> {
  const webFolder = await mkdtemp(join(tmpdir(), 'tomte-web-'));
  await writeFile(join(webFolder, 'index.html'), '<!doctype html><title>Tomte</title>');
  const hash = o.password === undefined ? null : await hashPassword(o.password);
  const ended = new Set<string>();
  const guard = openGuard({
    clock: systemClock,
    credential,
    ended: { has: (id) => ended.has(id), end: async (id) => void ended.add(id) },
    sessionKey: Buffer.alloc(32, 7),
    passwordHash: () => hash,
    ingressGateway: o.ingressGateway ?? null,
    hosts: () => ['tomte.example.org'],
  });
  return buildApi({
    clock: systemClock,
    log: silentLog,
    guard,
    webFolder,
    home: {
      ...site(o.tomte ?? {}, o.link),
      receive: async () => ({ runs: 0, repeated: false }),
      links: {
        headers: {},
        show: async (t) => (o.linkFault ? Promise.reject(o.linkFault) : `page ${t}`),
        act: async (t) => (o.linkFault ? Promise.reject(o.linkFault) : `done ${t}`),
        refusal: (error) => renderRefusal(error),
      },
    },
    backup: o.backup ?? async function* () {},
    mcp: async () => new Response('mcp'),
    demo: async () => o.demo ?? null,
  });
}

const ask = (app: Hono, path: string, init: RequestInit & { host?: string } = {}) =>
  app.request(`http://127.0.0.1:8640${path}`, {
    ...init,
    headers: { host: init.host ?? '127.0.0.1:8640', ...(init.headers as Record<string, string>) },
  });
const code = async (response: Response) =>
  ((await response.json()) as { error: { code: string } }).error.code;

test('every failure has the one shape, whoever threw it', async () => {
  const app = await api({
    tomte: {
      getAlert: async () => {
        throw new TomteError('alert.not_found', 'There is no such alert');
      },
      today: async () => {
        throw new Error('a fault that names a path /etc/secret');
      },
    },
  });
  const known = await ask(app, '/api/alerts/x');
  expect(known.status).toBe(404);
  expect(await known.json()).toEqual({
    error: {
      code: 'alert.not_found',
      message: 'There is no such alert',
      hint: 'tomte alerts lists them.',
      details: {},
    },
  });
  const fault = await ask(app, '/api/today');
  expect(fault.status).toBe(500);
  expect(await fault.text()).not.toContain('secret');
  expect(await code(await ask(app, '/api/nothing-here'))).toBe('api.not_found');
});

test('wrong fields are named, and nothing is done', async () => {
  let called = false;
  const app = await api({
    tomte: {
      saveSettings: async () => {
        called = true;
        return { publicUrl: null, retentionDays: 1, digestAt: '07:30' };
      },
    },
  });
  const response = await ask(app, '/api/settings', {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ retentionDays: 'many', colour: 'red' }),
  });
  expect(response.status).toBe(422);
  expect(JSON.stringify(await response.json())).toContain('retentionDays');
  expect(called).toBe(false);
});

test('another site can neither read nor do anything', async () => {
  const app = await api({
    tomte: { stopActions: async () => ({ stopped: true }), listHomes: async () => [] },
  });
  const post = (headers: Record<string, string>, body = '{}') =>
    ask(app, '/api/stop-actions', { method: 'POST', headers, body });
  const json = { 'content-type': 'application/json' };
  expect(await code(await post({ ...json, origin: 'https://evil.example' }))).toBe(
    'api.origin_refused',
  );
  expect(await code(await post({ ...json, 'sec-fetch-site': 'cross-site' }))).toBe(
    'api.origin_refused',
  );
  expect(await code(await post({ 'content-type': 'text/plain' }))).toBe('api.invalid');
  expect((await post({ ...json, origin: 'http://127.0.0.1:8640' })).status).toBe(200);
  const rebound = await ask(app, '/api/homes', { host: 'evil.example' });
  expect(await code(rebound)).toBe('api.origin_refused');
  expect((await ask(app, '/api/homes', { host: 'tomte.example.org' })).status).toBe(200);
});

test('behind a proxy that keeps the browser’s host apart, the page’s own requests pass', async () => {
  const app = await api({ tomte: { stopActions: async () => ({ stopped: true }) } });
  const response = await ask(app, '/api/stop-actions', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      origin: 'http://homeassistant.local:8123',
      'x-forwarded-host': 'homeassistant.local:8123',
    },
    body: '{}',
  });
  expect(response.status).toBe(200);
});

test('with a password set, only login, the app itself and signed links open without it', async () => {
  const app = await api({ tomte: { listHomes: async () => [] }, password: 'lantern in the barn' });
  expect(await code(await ask(app, '/api/homes'))).toBe('api.login_required');
  expect((await ask(app, '/')).status).toBe(200);
  expect(await (await ask(app, '/s/abc')).text()).toBe('page abc');
  const login = (password: string) =>
    ask(app, '/api/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ password }),
    });
  expect(await code(await login('wrong'))).toBe('api.password_wrong');
  const good = await login('lantern in the barn');
  const cookie = good.headers.get('set-cookie')!;
  expect(cookie).toMatch(/HttpOnly/);
  expect(cookie).toMatch(/SameSite=Strict/);
  expect(cookie).not.toMatch(/Secure/);
  const session = cookie.split(';')[0]!;
  expect((await ask(app, '/api/homes', { headers: { cookie: session } })).status).toBe(200);
  const forged = session.replace(/.$/, (c) => (c === 'A' ? 'B' : 'A'));
  expect(await code(await ask(app, '/api/homes', { headers: { cookie: forged } }))).toBe(
    'api.login_required',
  );
  const byCredential = { authorization: `Bearer ${credential.reveal()}` };
  expect((await ask(app, '/api/homes', { headers: byCredential })).status).toBe(200);
});

test('who logs out ends the session for a copy of its cookie too, and no other session', async () => {
  const app = await api({ tomte: { listHomes: async () => [] }, password: 'lantern in the barn' });
  const json = { 'content-type': 'application/json' };
  const enter = async () => {
    const body = JSON.stringify({ password: 'lantern in the barn' });
    const answer = await ask(app, '/api/login', { method: 'POST', headers: json, body });
    return answer.headers.get('set-cookie')!.split(';')[0]!;
  };
  const homes = async (cookie: string) =>
    (await ask(app, '/api/homes', { headers: { cookie } })).status;
  const [mine, yours] = [await enter(), await enter()];
  expect([await homes(mine), await homes(yours)]).toEqual([200, 200]);
  // A forged cookie ends nothing.
  for (const cookie of [`${yours}x`, mine]) {
    const headers = { ...json, cookie };
    await ask(app, '/api/logout', { method: 'POST', headers, body: '{}' });
  }
  expect([await homes(mine), await homes(yours)]).toEqual([401, 200]);
});

test('a live stream ends when streams are to be opened again, and takes nothing more', async () => {
  const hub = new LiveHub();
  const { body } = hub.stream(systemClock, new AbortController().signal);
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader.read()).value).toContain('open');
  hub.closeAll();
  hub.publish({ type: 'demoGone' });
  expect(await reader.read()).toEqual({ done: true, value: undefined });
});

test('after five wrong passwords the right one must wait too', async () => {
  const app = await api({ password: 'lantern in the barn' });
  const login = (password: string) =>
    ask(app, '/api/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ password }),
    });
  for (let n = 0; n < 5; n++) await login('wrong');
  expect((await login('lantern in the barn')).status).toBe(401);
});

test('the stages of a test request come one by one, then the answer', async () => {
  const answer: LinkAnswer = {
    ok: false,
    error: new TomteError('link.refused', 'nobody listens').toJSON().error,
    probe: [],
  };
  const app = await api({
    link: async (_request, onStage) => {
      onStage({ stage: 'address', ok: true, ms: 1, detail: 'fine' });
      onStage({ stage: 'tcp', ok: false, ms: 2, detail: 'nobody listens' });
      return answer;
    },
  });
  const client = connect({
    base: 'http://127.0.0.1:8640/api/',
    fetch: (async (url: string, init: RequestInit) =>
      app.request(url, {
        ...init,
        headers: { ...(init.headers as object), host: '127.0.0.1:8640' },
      })) as typeof fetch,
  });
  const stages: string[] = [];
  const got = await client.linkLive({ address: '192.168.1.20', token: 'x' }, (s) =>
    stages.push(s.stage),
  );
  expect(stages).toEqual(['address', 'tcp']);
  expect(got).toEqual(answer);
});

test('the demo stands behind its own door, and the door closes', async () => {
  const open = await api({
    tomte: { listHomes: async () => [] },
    demo: site({ listHomes: async () => [] }),
  });
  expect((await ask(open, '/demo/api/homes')).status).toBe(200);
  expect((await ask(open, '/demo/')).status).toBe(200);
  expect(await code(await ask(await api(), '/demo/api/homes'))).toBe('api.not_found');
});

test('files outside the web app’s folder stay outside', async () => {
  const app = await api();
  for (const path of [
    '/../package.json',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/assets/..%2f..%2f..%2fetc%2fpasswd',
  ]) {
    const text = await (await ask(app, path)).text();
    expect(text).not.toContain('root:');
    expect(text).not.toContain('"dependencies"');
  }
});

test('many guesses at once are as many as one after another', async () => {
  const app = await api({ password: 'lantern in the barn' });
  const guess = () =>
    ask(app, '/api/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ password: 'wrong' }),
    });
  const answers = await Promise.all(Array.from({ length: 8 }, guess));
  const messages = await Promise.all(
    answers.map(
      async (one) => ((await one.json()) as { error: { message: string } }).error.message,
    ),
  );
  expect(messages.filter((text) => text === 'The password is not right')).toHaveLength(5);
});

test('a huge body is refused before login as after it', async () => {
  const app = await api({ password: 'lantern in the barn' });
  const response = await ask(app, '/api/login', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ password: 'x'.repeat(300_000) }),
  });
  expect(response.status).toBe(413);
});

test('the button of a signed page works over plain http, where browsers tell no origin', async () => {
  const app = await api({ password: 'lantern in the barn' });
  const pressed = await ask(app, '/s/abc', { method: 'POST', headers: { origin: 'null' } });
  expect(await pressed.text()).toBe('done abc');
});

test.each([
  [new TomteError('api.link_expired', 'This link was good for seven days'), 410, 'seven days'],
  [new TomteError('alert.not_found', 'There is no alert <b>x</b>'), 404, 'This alert is gone'],
  [new Error('a fault that names a path /etc/secret'), 500, 'This did not work'],
])(
  'a signed link that cannot be followed is answered by a page: %s',
  async (fault, status, said) => {
    const app = await api({ linkFault: fault, password: 'lantern in the barn' });
    for (const method of ['GET', 'POST']) {
      const answer = await ask(app, '/s/abc.def', { method });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([
        status,
        'text/html; charset=utf-8',
      ]);
      const page = await answer.text();
      expect(page).toContain(said);
      expect(page).not.toMatch(/<b>|secret|"error"/);
    }
  },
);

test('an address or an origin that cannot be read is refused, and is no fault', async () => {
  const app = await api({ tomte: { stopActions: async () => ({ stopped: true }) } });
  expect((await ask(app, '/%')).status).toBe(404);
  expect((await ask(app, '/%ff')).status).toBe(404);
  const response = await ask(app, '/api/stop-actions', {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: 'not an origin' },
    body: '{}',
  });
  expect(await code(response)).toBe('api.origin_refused');
});

test('with a password set, no way of writing the path leads round it', async () => {
  const app = await api({ tomte: { listHomes: async () => [] }, password: 'lantern in the barn' });
  for (const path of [
    '/%61pi/homes',
    '/api%2fhomes',
    '//api/homes',
    '/demo/..%2fapi/homes',
    '/demo//api/homes',
    '/s/..%2f..%2fapi/homes',
    '/demo/demo/api/homes',
    '/api/homes%00',
  ])
    expect(await (await ask(app, path)).text(), path).not.toBe('[]');
});

test('behind a proxy that speaks https the session is sent over https only', async () => {
  const app = await api({ password: 'lantern in the barn' });
  const good = await ask(app, '/api/login', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-proto': 'https' },
    body: JSON.stringify({ password: 'lantern in the barn' }),
  });
  expect(good.headers.get('set-cookie')).toMatch(/; Secure/);
});

test('a backup is handed to commands of the machine alone, piece by piece', async () => {
  let ended = false;
  const backup = async function* () {
    try {
      for (let n = 0; ; n++) yield Buffer.from(`piece ${n};`);
    } finally {
      ended = true;
    }
  };
  const app = await api({ password: 'ten-characters', backup });
  const headers = { authorization: `Bearer ${credential.reveal()}` };
  const login = await ask(app, '/api/login', {
    method: 'POST',
    body: JSON.stringify({ password: 'ten-characters' }),
  });
  const cookie = login.headers.get('set-cookie')!.split(';')[0]!;
  const refused = await ask(app, '/api/backup', { method: 'POST', headers: { cookie } });
  expect(await code(refused)).toBe('api.machine_only');
  expect(await code(await ask(app, '/api/backup', { headers }))).toBe('api.not_found');
  const given = await ask(app, '/api/backup', { method: 'POST', headers });
  const reader = given.body!.getReader();
  expect(String(Buffer.from((await reader.read()).value!))).toBe('piece 0;');
  await reader.cancel();
  expect(ended).toBe(true);
});

test('without a password, too, a backup needs the credential of the machine', async () => {
  const app = await api();
  expect(await code(await ask(app, '/api/backup', { method: 'POST' }))).toBe('api.machine_only');
  expect(await code(await ask(app, '/demo/api/backup', { method: 'POST' }))).toBe('api.not_found');
});

test('a backup that cannot begin is answered as any other failure', async () => {
  const backup = async function* (): AsyncGenerator<Uint8Array> {
    yield* [];
    throw new TomteError('backup.running', 'A backup is being made already');
  };
  const app = await api({ backup });
  const headers = { authorization: `Bearer ${credential.reveal()}` };
  const answer = await ask(app, '/api/backup', { method: 'POST', headers });
  expect(answer.status).toBe(409);
  expect(await code(answer)).toBe('backup.running');
});

test('an app of Home Assistant is opened through its gateway; a password lets others in too', async () => {
  const from = (remoteAddress: string) => ({ incoming: { socket: { remoteAddress } } });
  const headers = { host: 'my-home.example', 'x-ingress-path': '/api/hassio_ingress/x' };
  const answers = async (o: { password?: string }) => {
    const app = await api({ ...o, ingressGateway: '172.30.32.2' });
    const asked = async (remote: string, init: RequestInit = {}) => {
      const request = new Request('http://my-home.example/index.html', { headers, ...init });
      const answer = await app.fetch(request, from(remote));
      return answer.ok ? 'in' : code(answer);
    };
    return {
      gateway: await asked('172.30.32.2'),
      mapped: await asked('::ffff:172.30.32.2'),
      otherApp: await asked('172.30.33.5'),
      // The header alone is nothing: anybody can write it.
      byIp: await asked('192.168.1.7', { headers: { ...headers, host: '192.168.1.20' } }),
      itself: await asked('127.0.0.1', { headers: { host: 'localhost:8640' } }),
      otherSite: await asked('172.30.32.2', {
        method: 'POST',
        headers: { ...headers, origin: 'https://evil.example' },
      }),
      noHeader: await asked('172.30.32.2', { headers: { host: '172.30.33.9' } }),
    };
  };
  expect(await answers({})).toEqual({
    ...{ gateway: 'in', mapped: 'in', itself: 'in', noHeader: 'api.ingress_only' },
    ...{ otherApp: 'api.ingress_only', byIp: 'api.ingress_only' },
    otherSite: 'api.origin_refused',
  });
  // The page opens to whoever knows the password; the name of the home is none of Tomte's own.
  expect(await answers({ password: 'ten-characters' })).toEqual({
    ...{ gateway: 'in', mapped: 'in', itself: 'in', noHeader: 'in' },
    ...{ otherApp: 'api.origin_refused', byIp: 'in', otherSite: 'api.origin_refused' },
  });
});
