import type { IncomingMessage, ServerResponse } from 'node:http';
import { isError, type TomteError } from '@tomte/sdk/errors';
import { afterEach, expect, test } from 'vitest';
import { type Listening, listenHttp } from '../../test/kit/listen.ts';
import { systemClock } from './clock.ts';
import { guardedFetch } from './egress.ts';
import { Secret } from './secret.ts';
import { fetchWithSecrets, originOf } from './secret-fetch.ts';

const value = 'käse "of" mine+1';
const reference = 'tomte-secret-token-00112233445566778899aabbccddeeff';
const open: Listening[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

interface Seen {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

async function server(
  answer: (seen: Seen, response: ServerResponse) => void = (_, response) => void response.end(),
) {
  const seen: Seen[] = [];
  const listening = await listenHttp((request, body, response) => {
    const one = { path: request.url!, headers: request.headers, body: body.toString() };
    seen.push(one);
    answer(one, response);
  });
  open.push(listening);
  return { ...listening, seen };
}

const fetchFor = (origins: readonly string[], secret = value) =>
  fetchWithSecrets({
    fetch: guardedFetch({
      clock: systemClock,
      allow: ['127.0.0.1'],
      resolve: async () => ['127.0.0.1'],
    }),
    secrets: [{ name: 'token', value: new Secret(secret), reference, origins }],
  });

async function faultOf(work: Promise<unknown>): Promise<TomteError> {
  const error = await work.then(
    () => new Error('it was let through'),
    (cause: unknown) => cause,
  );
  if (!isError(error)) throw error;
  return error;
}

test('the word is the secret in address, headers, login and body, each written as it must be', async () => {
  const own = await server();
  const fetch = fetchFor([own.url], 'plain+of"mine');
  await fetch(`${own.url}/p/${reference}?key=${reference}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${reference}`,
      'x-login': `Basic ${Buffer.from(`maja:${reference}`).toString('base64')}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ key: reference }),
  });
  const [seen] = own.seen;
  expect(seen!.path).toBe('/p/plain%2Bof%22mine?key=plain%2Bof%22mine');
  expect(seen!.headers.authorization).toBe('Bearer plain+of"mine');
  const login = String(seen!.headers['x-login']).slice('Basic '.length);
  expect(Buffer.from(login, 'base64').toString()).toBe('maja:plain+of"mine');
  expect(JSON.parse(seen!.body)).toEqual({ key: 'plain+of"mine' });
  const form = new URLSearchParams({ key: reference });
  await fetch(own.url, { method: 'POST', body: form });
  expect(new URLSearchParams(own.seen[1]!.body).get('key')).toBe('plain+of"mine');
  await fetch(own.url, { method: 'PUT', body: `<${reference}>` });
  expect(own.seen[2]!.body).toBe('<plain+of"mine>');
});

test('for another host, port or scheme nothing is sent, and the refusal names the secret only', async () => {
  const own = await server();
  const other = await server();
  const fetch = fetchFor([own.url]);
  const headers = { authorization: `Bearer ${reference}` };
  const login = { authorization: `Basic ${Buffer.from(`a:${reference}`).toString('base64')}` };
  const requests: [string, RequestInit][] = [
    [other.url, { headers }],
    [other.url, { headers: login }],
    [`${other.url}/${reference}`, {}],
    [other.url, { method: 'POST', body: `x ${reference}` }],
    [`https://127.0.0.1:${own.port}/`, { headers }],
    [`http://own.example:${own.port}/`, { headers }],
    [`http://127.0.0.1.evil.example:${own.port}/`, { headers }],
  ];
  for (const [url, init] of requests) {
    const fault = await faultOf(fetch(url, init));
    expect(fault.code, url).toBe('connect.secret_refused');
    expect(fault.message).toContain('The secret token is for');
    expect(JSON.stringify(fault)).not.toMatch(/mine|käse/);
  }
  expect([...own.seen, ...other.seen]).toEqual([]);
});

test('a redirect to another host leaves it behind, and may not carry it in its address', async () => {
  const other = await server((_, response) => void response.end('hello'));
  const own = await server(({ headers, path }, response) => {
    const echo = path === '/echo' ? encodeURIComponent(String(headers['x-key'])) : 'none';
    response.writeHead(302, { location: `${other.url}/?key=${echo}` }).end();
  });
  const fetch = fetchFor([own.url], 'plain+of mine');
  const headers = { 'x-key': reference };
  expect(await (await fetch(own.url, { headers })).text()).toBe('hello');
  expect(own.seen[0]!.headers['x-key']).toBe('plain+of mine');
  expect(JSON.stringify(other.seen)).not.toMatch(/mine|tomte-secret/);
  const fault = await faultOf(fetch(`${own.url}/echo`, { headers }));
  expect(fault.code).toBe('connect.secret_refused');
  expect(other.seen).toHaveLength(1);
});

test('an answer that repeats it has it masked, in text, header and however it is written', async () => {
  const own = await server(({ headers }, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'x-echo': 'plain+of"mine' });
    response.end(
      JSON.stringify({
        json: 'plain+of"mine',
        url: 'a%2F'.concat(encodeURIComponent('plain+of"mine')),
        login: headers.authorization,
        kept: 'Ärger',
      }),
    );
  });
  const fetch = fetchFor([own.url], 'plain+of"mine');
  const login = Buffer.from(`maja:${reference}`).toString('base64');
  const response = await fetch(own.url, { headers: { authorization: `Basic ${login}` } });
  expect(response.headers.get('x-echo')).toBe('«secret»');
  expect(await response.json()).toEqual({
    json: '«secret»',
    url: 'a%2F«secret»',
    login: 'Basic «secret»',
    kept: 'Ärger',
  });
});

test('bytes that hold no secret come as they were', async () => {
  const bytes = Buffer.from([0, 255, 128, 10, 13, 200]);
  const own = await server((_, response) => void response.end(bytes));
  const response = await fetchFor([own.url])(own.url, { method: 'POST', body: bytes });
  expect(Buffer.from(await response.arrayBuffer())).toEqual(bytes);
});

test('a secret that no header can hold is told without its words', async () => {
  const own = await server();
  const fetch = fetchFor([own.url], 'two\nlines of mine');
  const fault = await faultOf(fetch(own.url, { headers: { 'x-key': reference } }));
  expect(fault.code).toBe('connect.secret_refused');
  expect(JSON.stringify(fault)).not.toContain('mine');
});

test('a host is meant by https unless its address says otherwise', () => {
  expect(originOf('API.example.org')).toBe('https://api.example.org');
  expect(originOf('http://nas.lan:8080/x?y')).toBe('http://nas.lan:8080');
  expect(originOf('https://a.example:443')).toBe('https://a.example');
});
