import type { IncomingMessage, ServerResponse } from 'node:http';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { isError, type TomteError } from '@tomte/sdk/errors';
import { afterEach, describe, expect, test } from 'vitest';
import { type Listening, listenHttp } from '../../test/kit/listen.ts';
import { systemClock } from './clock.ts';
import { type EgressOptions, guardedFetch } from './egress.ts';

/** 127.0.0.1 stands for the outside, 127.0.0.2 for what nobody outside may reach. */
const outside = '127.0.0.1';
const inside = '127.0.0.2';
const open: Listening[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

async function server(
  answer: (seen: Seen, response: ServerResponse) => void = (_, response) => void response.end('ok'),
  o: { host?: string; port?: number } = {},
) {
  const seen: Seen[] = [];
  const listening = await listenHttp((request, body, response) => {
    const one = {
      method: request.method!,
      path: request.url!,
      headers: request.headers,
      body: body.toString(),
    };
    seen.push(one);
    answer(one, response);
  }, o);
  open.push(listening);
  return { ...listening, seen };
}

const to =
  (location: string, status = 302) =>
  (_: Seen, response: ServerResponse) =>
    void response.writeHead(status, { location }).end();

/** A guard that knows names of its own and may reach 127.0.0.1. */
function guard(o: Partial<EgressOptions> & { names?: Record<string, readonly string[]> } = {}) {
  const asked: string[] = [];
  const resolve = async (host: string) => {
    asked.push(host);
    return o.names?.[host] ?? [];
  };
  const fetch = guardedFetch({ clock: systemClock, allow: [outside], resolve, ...o });
  return { fetch, asked };
}

async function faultOf(work: Promise<unknown>): Promise<TomteError> {
  const error = await work.then(
    () => new Error('it was let through'),
    (cause: unknown) => cause,
  );
  if (!isError(error)) throw error;
  return error;
}

describe('an address that is refused', () => {
  const refused = { code: 'connect.address_refused' };
  test.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0x7f.0.0.1/',
    'http://0177.0.0.1/',
    'http://017700000001/',
    'http://１２７.０.０.１/',
    'http://127.0.0.1./',
    'http://0/',
    'http://0.0.0.0/',
    'http://[::1]/',
    'http://[::]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[0:0:0:0:0:ffff:7f00:1]/',
    'http://[64:ff9b::127.0.0.1]/',
    'http://[2002:7f00:1::]/',
    'http://[fe80::1]/',
    'http://[fd00::1]/',
    'http://10.0.0.1/',
    'http://192.168.1.20:8123/',
    'http://169.254.169.254/latest/meta-data/',
    'http://2852039166/',
    'http://0xa9fea9fe/',
    'http://100.64.0.1/',
    'http://224.0.0.251/',
    'http://localhost:80/',
    'https://127.0.0.1/',
  ])('is %s', async (url) => {
    const fetch = guardedFetch({ clock: systemClock });
    expect(await faultOf(fetch(url))).toMatchObject(refused);
  });

  test('is localhost with a dot behind it, whatever the system makes of it', async () => {
    const fetch = guardedFetch({ clock: systemClock });
    expect((await faultOf(fetch('http://localhost./'))).code).toMatch(
      /^connect\.(address_refused|name_not_found)$/,
    );
  });

  test('is every one of a name’s addresses when one of them is', async () => {
    const { fetch } = guard({ names: { 'two.example': [outside, '10.0.0.1'] } });
    const fault = await faultOf(fetch('http://two.example/'));
    expect(fault).toMatchObject(refused);
    expect(fault.message).toBe('two.example is in a private network');
  });

  test.each([
    ['ftp://example.org/', 'ftp: is neither http nor https'],
    ['file:///etc/passwd', 'file: is neither http nor https'],
    ['data:text/plain,hello', 'data: is neither http nor https'],
    ['http://good.example@127.0.0.1/', 'This is not a request that can be sent'],
    ['http://user:word-of-mine@good.example/', 'This is not a request that can be sent'],
    ['//good.example/', 'This is not a request that can be sent'],
    ['http://', 'This is not a request that can be sent'],
  ])('is no address for us: %s', async (url, message) => {
    const fault = await faultOf(guard().fetch(url));
    expect(fault).toMatchObject({ code: 'connect.address_invalid', message });
    expect(JSON.stringify(fault)).not.toContain('word-of-mine');
  });
});

describe('a name', () => {
  test('is asked for once, and the connection goes to the address that was checked', async () => {
    const good = await server();
    const evil = await server(undefined, { host: inside, port: good.port });
    let calls = 0;
    const fetch = guardedFetch({
      clock: systemClock,
      allow: [outside],
      resolve: async () => (++calls === 1 ? [outside] : [inside]),
    });
    const url = `http://rebind.example:${good.port}/`;
    expect((await fetch(url)).status).toBe(200);
    expect(calls).toBe(1);
    expect(good.seen[0]!.headers.host).toBe(`rebind.example:${good.port}`);
    expect((await faultOf(fetch(url))).code).toBe('connect.address_refused');
    expect(evil.seen).toEqual([]);
  });

  test('that is not known is not found, and one that is never answered runs out of time', async () => {
    const { fetch } = guard();
    expect((await faultOf(fetch('http://nobody.example/'))).code).toBe('connect.name_not_found');
    const slow = guard({ resolve: () => new Promise(() => {}), timeMs: 20 });
    expect((await faultOf(slow.fetch('http://slow.example/'))).code).toBe('connect.timeout');
  });
});

describe('a redirect', () => {
  test('inside is refused before anything is sent there', async () => {
    const evil = await server(undefined, { host: inside });
    for (const location of [
      evil.url,
      `//${inside}:${evil.port}/`,
      `http://2130706434:${evil.port}/`,
      `http://rebind.example:${evil.port}/`,
    ]) {
      const good = await server(to(location));
      const { fetch } = guard({ names: { 'rebind.example': [inside] } });
      const fault = await faultOf(fetch(good.url));
      expect(fault.code, location).toBe('connect.address_refused');
    }
    expect(evil.seen).toEqual([]);
  });

  test.each(['file:///etc/passwd', 'http://user:word@other.example/', 'gopher://x/', 'http://['])(
    'to %s is refused',
    async (location) => {
      const good = await server(to(location));
      const { code } = await faultOf(guard().fetch(good.url));
      expect(code).toMatch(/^connect\.(address_invalid|redirect_refused)$/);
    },
  );

  test('on the same origin keeps everything, and turns a POST into a question', async () => {
    const good = await server(({ path }, response) =>
      path === '/a' ? response.writeHead(302, { location: '/b' }).end() : response.end('there'),
    );
    const headers = { authorization: 'Bearer t', 'content-type': 'text/plain' };
    const response = await guard().fetch(`${good.url}/a`, { method: 'POST', headers, body: 'x' });
    expect(await response.text()).toBe('there');
    expect(good.seen[1]).toMatchObject({ method: 'GET', path: '/b', body: '' });
    expect(good.seen[1]!.headers).toMatchObject({ authorization: 'Bearer t' });
    expect(good.seen[1]!.headers['content-type']).toBeUndefined();
  });

  test('that repeats what was sent does so on the same origin only', async () => {
    const good = await server(({ path }, response) =>
      path === '/a' ? response.writeHead(307, { location: '/b' }).end() : response.end(),
    );
    await guard().fetch(`${good.url}/a`, { method: 'PUT', body: 'x' });
    expect(good.seen[1]).toMatchObject({ method: 'PUT', body: 'x' });
    const other = await server();
    const sender = await server(to(other.url, 307));
    const fault = await faultOf(guard().fetch(sender.url, { method: 'POST', body: 'x' }));
    expect(fault.code).toBe('connect.redirect_refused');
    expect(other.seen).toEqual([]);
  });

  test('to another origin, be it another port or name, takes no header that lets in', async () => {
    const other = await server();
    const names = { 'other.example': [outside] };
    const headers = {
      authorization: 'Bearer t',
      cookie: 'c=1',
      'x-api-key': 'k',
      'proxy-authorization': 'p',
      accept: 'application/json',
    };
    for (const location of [other.url, `http://other.example:${other.port}/`]) {
      const good = await server(to(location, 301));
      await guard({ names }).fetch(good.url, { headers });
    }
    expect(other.seen).toHaveLength(2);
    for (const { headers: got } of other.seen) {
      expect(got.accept).toBe('application/json');
      expect(Object.keys(got)).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/auth|cookie|key/)]),
      );
    }
  });

  test('ends after five, is handed over when asked for, and is an error when told so', async () => {
    const round = await server(to('/again'));
    expect((await faultOf(guard().fetch(round.url))).code).toBe('connect.redirect_refused');
    expect(round.seen).toHaveLength(6);
    const { status } = await guard().fetch(round.url, { redirect: 'manual' });
    expect([status, round.seen.length]).toEqual([302, 7]);
    const fault = await faultOf(guard().fetch(round.url, { redirect: 'error' }));
    expect([fault.code, round.seen.length]).toEqual(['connect.redirect_refused', 8]);
  });
});

describe('an answer', () => {
  test('is given as fetch gives it', async () => {
    const good = await server((_, response) =>
      response
        .writeHead(201, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
        .end(gzipSync('{"a":1}')),
    );
    const response = await guard().fetch(new URL(good.url), { method: 'POST', body: '{}' });
    expect(response.status).toBe(201);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(response.headers.get('content-encoding')).toBeNull();
    expect(await response.json()).toEqual({ a: 1 });
    expect((await guard().fetch(good.url, { method: 'HEAD' })).status).toBe(201);
    const empty = await server((_, response) => void response.writeHead(204).end());
    expect((await guard().fetch(empty.url)).body).toBeNull();
  });

  const plainMax = 100_000;
  test.each([
    ['plain', {}, Buffer.alloc(plainMax + 1)],
    ['gzip', { 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(200 * 1024 * 1024))],
    ['brotli', { 'content-encoding': 'br' }, brotliCompressSync(Buffer.alloc(50 * 1024 * 1024))],
  ])('that is too large is refused, however small it travels: %s', async (_name, headers, body) => {
    const good = await server((_seen, response) => response.writeHead(200, headers).end(body));
    const before = process.memoryUsage.rss();
    const fault = await faultOf(guard({ bytesMax: plainMax }).fetch(good.url));
    expect(fault.code).toBe('connect.too_large');
    expect(process.memoryUsage.rss() - before).toBeLessThan(100 * 1024 * 1024);
    const cut = await guard({ bytesMax: plainMax, longer: 'cut' }).fetch(good.url);
    expect((await cut.arrayBuffer()).byteLength).toBe(plainMax);
  });

  test('that never ends, or never begins, runs out of time', async () => {
    const silent = await server(() => {});
    const drips = await server((_, response) => void response.writeHead(200).write('a'));
    for (const { url } of [silent, drips]) {
      const fault = await faultOf(guard({ timeMs: 50 }).fetch(url));
      expect(fault.code).toBe('connect.timeout');
    }
  });

  test('is no longer waited for when the caller stops', async () => {
    const stop = new AbortController();
    const silent = await server(() => stop.abort(new Error('enough')));
    const work = guard().fetch(silent.url, { signal: stop.signal });
    await expect(work).rejects.toThrow('enough');
    const late = guard().fetch(silent.url, { signal: AbortSignal.abort(new Error('before')) });
    await expect(late).rejects.toThrow('before');
    expect(silent.seen).toHaveLength(1);
  });

  test('that breaks off, or is packed wrongly, names the host and nothing of the path', async () => {
    const broken = await server((_, response) => void response.socket?.destroy());
    const odd = await server((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('no gzip'),
    );
    for (const { url, port } of [broken, odd]) {
      const fault = await faultOf(guard().fetch(`${url}/word-of-mine?key=word-of-mine`));
      expect(fault.code).toBe('connect.unreachable');
      expect(fault.message).toContain(`127.0.0.1:${port}`);
      expect(JSON.stringify(fault) + String(fault.cause)).not.toContain('word-of-mine');
    }
  });
});

test('what goes out names the host that was asked, not one among the headers', async () => {
  const good = await server();
  await guard().fetch(good.url, { headers: { host: 'other.example' } });
  expect(good.seen[0]!.headers.host).toBe(`127.0.0.1:${good.port}`);
});

test('a hop can be filled in for its own host only', async () => {
  const good = await server();
  const { fetch } = guard();
  await fetch(good.url, {}, (hop) => ({ ...hop, headers: new Headers({ 'x-filled': 'yes' }) }));
  expect(good.seen[0]!.headers['x-filled']).toBe('yes');
  const astray = fetch(good.url, {}, (hop) => ({ ...hop, url: new URL('http://127.0.0.1:1/') }));
  expect((await faultOf(astray)).code).toBe('app.internal');
});
