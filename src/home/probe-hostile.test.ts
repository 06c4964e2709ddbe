import type { Socket } from 'node:net';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { attempt, closeAll, failing, fake, raw, short, token } from './testing/attempt.ts';
import { type FakeOptions, usualResults } from './testing/fake-home.ts';

afterEach(closeAll);

const once = (socket: Socket, then: () => void) => void socket.once('data', then);

// Servers that would like to keep us busy, fill our memory, or trip us up.
test.each<[string, (socket: Socket) => void]>([
  ['a header that drips', (socket) => once(socket, () => drip(socket, 'HTTP/1.1 200 OK\r\nX: '))],
  [
    'a body that drips',
    (socket) =>
      once(socket, () => drip(socket, 'HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n')),
  ],
  [
    'a length that is never reached',
    (socket) =>
      once(
        socket,
        () => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n{'),
      ),
  ],
])('%s: given up at the limit', async (_what, onSocket) => {
  const server = await raw(onSocket);
  await failing(
    { address: `http://127.0.0.1:${server.port}` },
    'link.unreachable',
    short('httpMs'),
  );
});

test.each<[string, (socket: Socket) => void]>([
  [
    'a body without end',
    (socket) =>
      once(socket, () => flood(socket, 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n')),
  ],
  ['a header without end', (socket) => once(socket, () => flood(socket, 'HTTP/1.1 200 OK\r\nX: '))],
  ['noise', (socket) => once(socket, () => flood(socket, '\0\x01\x02\x7f'))],
  ['another protocol that speaks first', (socket) => void socket.write('SSH-2.0-OpenSSH_9.9\r\n')],
  [
    'deeply nested JSON',
    (socket) =>
      once(
        socket,
        () =>
          void socket.end(
            `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n${'['.repeat(60_000)}`,
          ),
      ),
  ],
  [
    'JSON that pollutes',
    (socket) =>
      once(
        socket,
        () => void socket.end('HTTP/1.1 200 OK\r\n\r\n{"__proto__":{"name":"Home Assistant"}}'),
      ),
  ],
  ['JSON null', (socket) => once(socket, () => void socket.end('HTTP/1.1 200 OK\r\n\r\nnull'))],
  [
    'an upgrade nobody asked for',
    (socket) =>
      once(
        socket,
        () => void socket.write('HTTP/1.1 101 x\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'),
      ),
  ],
])('%s is not Home Assistant', async (_what, onSocket) => {
  const server = await raw(onSocket);
  await failing({ address: `http://127.0.0.1:${server.port}` }, 'link.not_home_assistant');
});

test.each<[string, (socket: WebSocket) => void]>([
  ['a binary greeting', (socket) => socket.send(Buffer.from([1, 2, 3]))],
  ['a greeting that is no JSON', (socket) => socket.send('hello')],
  [
    'a greeting of megabytes',
    (socket) =>
      socket.send(JSON.stringify({ type: 'auth_required', ha_version: '9'.repeat(1_000_000) })),
  ],
  ['a greeting that is a number', (socket) => socket.send('7')],
  ['a greeting in arrays of arrays', (socket) => socket.send('[[[]]]')],
  ['a yes before the question', (socket) => socket.send('{"type":"auth_ok"}')],
  ['a greeting without a version', (socket) => socket.send('{"type":"auth_required"}')],
  [
    'a greeting that pollutes',
    (socket) => socket.send('{"__proto__":{"type":"auth_required","ha_version":"2026.11.0"}}'),
  ],
  [
    'chatter without end',
    (socket) => void Array.from({ length: 500 }, () => socket.send('{"type":"x"}')),
  ],
])('%s is not Home Assistant, and gets no token', async (_what, talk) => {
  const home = await fake({ talk });
  await failing({ port: home.port }, 'link.not_home_assistant');
  expect(home.tokens).toEqual([]);
});

test.each<[string, Record<string, unknown>]>([
  ['a user that is a list', { ...usualResults, 'auth/current_user': [] }],
  ['no user', { ...usualResults, 'auth/current_user': undefined }],
  ['a configuration of null', { ...usualResults, get_config: null }],
])('after the login, %s is not Home Assistant', async (_what, results) => {
  const home = await fake({ results });
  await failing({ port: home.port }, 'link.not_home_assistant');
  expect(home.tokens).toHaveLength(1);
});

test('chatter after the login, instead of answers, is not Home Assistant', async () => {
  const chatter = (socket: WebSocket) => {
    socket.send('{"type":"auth_required","ha_version":"2026.11.0"}');
    socket.once('message', () => {
      socket.send('{"type":"auth_ok"}');
      for (let n = 0; n < 500; n++) socket.send('{"id":1,"type":"event","event":{}}');
    });
  };
  const home = await fake({ talk: chatter });
  const answer = await failing({ port: home.port }, 'link.not_home_assistant');
  expect(answer.error.message).toContain('nobody asked for');
});

test('a server that echoes the token does not get it into what a person reads', async () => {
  const home = await fake({ login: (sent) => `Invalid: ${sent}` });
  const answer = await failing({ port: home.port }, 'link.token_rejected');
  expect(String(answer.error.stack)).not.toContain(token);
});

test('whatever a home answers after the login, it is linked or refused by a code', async () => {
  const odd = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constant(undefined));
  const results = fc.record(
    Object.fromEntries(
      Object.keys(usualResults).map((type) => [
        type,
        fc.oneof(fc.constant(usualResults[type]), odd),
      ]),
    ),
  );
  let current: FakeOptions['results'] = {};
  const home = await fake({
    get results() {
      return current;
    },
  } as FakeOptions);
  await fc.assert(
    fc.asyncProperty(results, async (row) => {
      current = row;
      const { answer } = await attempt({ port: home.port });
      expect(answer.ok || answer.error.code.startsWith('link.')).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test('whatever bytes a server answers with, it ends in a code', async () => {
  let bytes = Buffer.alloc(0);
  const server = await raw((socket) => once(socket, () => void socket.end(bytes)));
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 40 }).map((a) => Buffer.from(a)),
    fc
      .constantFrom(
        'HTTP/1.1 200 OK\r\n',
        '\r\n',
        'Content-Length: 5\r\n',
        'Transfer-Encoding: chunked\r\n',
        'Location: //[\r\n',
        '{"name":"Home Assistant"}',
        'ffffffffff\r\n',
      )
      .map((t) => Buffer.from(t)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 8 }), async (pieces) => {
      bytes = Buffer.concat(pieces);
      const { answer } = await attempt(
        { address: `http://127.0.0.1:${server.port}` },
        short('httpMs'),
      );
      expect(!answer.ok && answer.error.code.startsWith('link.')).toBe(true);
    }),
    { numRuns: 100 },
  );
});

function drip(socket: Socket, start: string): void {
  socket.write(start);
  const timer = setInterval(() => socket.write('x'), 20);
  socket.once('close', () => clearInterval(timer));
}

function flood(socket: Socket, start: string): void {
  socket.write(start);
  const more = () => {
    while (!socket.destroyed && socket.write('x'.repeat(65_536)));
  };
  socket.on('drain', more);
  more();
}
