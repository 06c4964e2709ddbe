import { createServer, type Server } from 'node:https';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { systemClock as clock } from '../lib/clock.ts';
import { silentLog as log } from '../lib/log.ts';
import { Secret } from '../lib/secret.ts';
import { dial } from './dial.ts';
import { requestHome } from './http.ts';
import { openSocket } from './socket.ts';
import { type Identity, selfSigned } from './testing/certificates.ts';

const servers: Server[] = [];
let mine: Identity;
let other: Identity;
beforeAll(async () => {
  mine = await selfSigned(['localhost'], clock.now());
  other = await selfSigned(['localhost'], clock.now());
});
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** A server that tells what reached it. */
async function home(identity: Identity) {
  const heard: string[] = [];
  const server = createServer({ key: identity.key, cert: identity.cert }, (request, response) => {
    heard.push(String(request.headers.authorization));
    response.end('{}');
  });
  server.on('upgrade', (request, socket) => {
    heard.push(String(request.url));
    socket.end('HTTP/1.1 503 Starting\r\n\r\n');
  });
  // A client that turns away in the handshake is what some of these tests are about.
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  return { address: `https://127.0.0.1:${(server.address() as { port: number }).port}`, heard };
}
const token = new Secret('token-that-must-not-leave');
const get = { method: 'GET', path: '/api/config' } as const;

test('a certificate nobody vouches for is refused by name', async () => {
  const { address } = await home(mine);
  await expect(dial({ address, clock })).rejects.toMatchObject({ code: 'link.tls_untrusted' });
});

test('the pinned certificate is accepted, for the socket and for requests, however it is written', async () => {
  const { address, heard } = await home(mine);
  for (const pin of [mine.fingerprint, mine.fingerprint.replaceAll(':', '').toLowerCase()]) {
    const answer = await requestHome({ address, token, pin, localAddress: null, clock }, get);
    expect(answer.status).toBe(200);
  }
  const pin = mine.fingerprint;
  await expect(openSocket({ address, token, pin, clock, log })).rejects.toMatchObject({
    code: 'link.proxy_error',
  });
  expect(heard).toEqual([...Array(2).fill(`Bearer ${token.reveal()}`), '/api/websocket']);
});

test('another certificate than the pinned one gets to hear nothing, the token least of all', async () => {
  const { address, heard } = await home(other);
  const pin = mine.fingerprint;
  await expect(
    requestHome({ address, token, pin, localAddress: null, clock }, get),
  ).rejects.toMatchObject({ code: 'link.tls_untrusted' });
  await expect(openSocket({ address, token, pin, clock, log })).rejects.toMatchObject({
    code: 'link.tls_untrusted',
  });
  expect(heard).toEqual([]);
});

test('the token goes to the home only, whatever path is asked for', async () => {
  const { address } = await home(mine);
  const pin = mine.fingerprint;
  await expect(
    requestHome(
      { address, token, pin, localAddress: null, clock },
      { ...get, path: '//elsewhere/x' },
    ),
  ).rejects.toMatchObject({ code: 'app.internal' });
});
