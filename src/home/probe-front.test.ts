import type { ErrorCode } from '@tomte/sdk/errors';
import { afterEach, expect, test } from 'vitest';
import { attempt, closeAll, failing, fake, internet, raw, short } from './testing/attempt.ts';
import { html, json, type Reply, text } from './testing/fake-home.ts';

afterEach(closeAll);

const aiohttp = { Server: 'Python/3.14 aiohttp/3.13.2' };
const nginx = { Server: 'nginx/1.28.0' };
const cloudflare = { Server: 'cloudflare', 'CF-Ray': '8f0-AMS' };
const homeOwn = {
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  Server: '',
};

// What stands in front of a home, or instead of it, as each real one answers to every path.
test.each<[string, Reply, ErrorCode]>([
  ['Home Assistant that banned us', text(403, '403: Forbidden', aiohttp), 'link.address_banned'],
  ['the same behind nginx', text(403, '403: Forbidden', nginx), 'link.address_banned'],
  [
    'Home Assistant that does not trust the proxy',
    text(400, '400: Bad Request', aiohttp),
    'link.proxy_untrusted',
  ],
  [
    'Home Assistant that is stopping',
    { status: 503, headers: { 'Content-Length': '0' } },
    'link.starting',
  ],
  [
    'Home Assistant whose pages are not loaded',
    text(404, '404: Not Found', homeOwn),
    'link.starting',
  ],
  ['nginx with nothing behind', html(502, '<h1>502 Bad Gateway</h1>', nginx), 'link.proxy_error'],
  ['nginx that gave up waiting', html(504, '<h1>504</h1>', nginx), 'link.proxy_error'],
  ['Traefik without a server', text(503, 'no available server\n', {}), 'link.proxy_error'],
  [
    'nginx with a bad request of its own',
    html(400, '<h1>400 Bad Request</h1>', nginx),
    'link.proxy_error',
  ],
  ['Cloudflare 521', html(521, 'Web server is down', cloudflare), 'link.proxy_error'],
  ['Cloudflare 522', html(522, 'Connection timed out', cloudflare), 'link.proxy_error'],
  ['Cloudflare 525', html(525, 'SSL handshake failed', cloudflare), 'link.proxy_error'],
  ['Cloudflare without a tunnel', html(530, 'error code: 1033', cloudflare), 'link.proxy_error'],
  [
    'Cloudflare that limits requests',
    html(429, 'error code: 1015', cloudflare),
    'link.rate_limited',
  ],
  ['a filter', html(403, '<h1>Access denied</h1>', cloudflare), 'link.forbidden'],
  [
    'a filter with a riddle',
    html(403, 'Just a moment...', { ...cloudflare, 'cf-mitigated': 'challenge' }),
    'link.access_gateway',
  ],
  [
    'Cloudflare Access',
    {
      status: 302,
      headers: {
        Location: 'https://maja.cloudflareaccess.com/cdn-cgi/access/login/home.example.org?kid=1',
      },
    },
    'link.access_gateway',
  ],
  [
    'Authelia',
    {
      status: 302,
      headers: { Location: 'https://auth.example.org/?rd=https%3A%2F%2Fhome.example.org%2F' },
    },
    'link.access_gateway',
  ],
  [
    'Authelia’s own page',
    html(200, '<html><title>Login - Authelia</title></html>'),
    'link.access_gateway',
  ],
  [
    'Authentik',
    { status: 302, headers: { Location: '/outpost.goauthentik.io/start?rd=x' } },
    'link.access_gateway',
  ],
  [
    'oauth2-proxy',
    { status: 302, headers: { Location: '/oauth2/start?rd=%2F' } },
    'link.access_gateway',
  ],
  [
    'a password box',
    html(401, '401', { ...nginx, 'WWW-Authenticate': 'Basic realm="home"' }),
    'link.access_gateway',
  ],
  [
    'another host',
    { status: 301, headers: { Location: 'https://www.example.org/' } },
    'link.redirected',
  ],
  [
    'a page of its own',
    { status: 302, headers: { Location: '/login.html' } },
    'link.not_home_assistant',
  ],
  [
    'nowhere',
    { status: 302, headers: { Location: 'javascript:alert(1)' } },
    'link.not_home_assistant',
  ],
  ['a redirect without an address', { status: 302, headers: {} }, 'link.not_home_assistant'],
  ['a router', html(200, '<html>FRITZ!Box</html>'), 'link.not_home_assistant'],
  ['another app with a manifest', json(200, { name: 'Grafana' }), 'link.not_home_assistant'],
  [
    'a web server without such a page',
    html(404, '<h1>Not Found</h1>', nginx),
    'link.not_home_assistant',
  ],
  [
    'nginx on an https port',
    html(400, 'The plain HTTP request was sent to HTTPS port', nginx),
    'link.wants_https',
  ],
  [
    'nginx that misses a client certificate',
    html(400, '<center>No required SSL certificate was sent</center>', nginx),
    'link.tls_client_certificate',
  ],
])('%s', async (_who, reply, code) => {
  const server = await fake({ inFront: () => reply });
  await failing({ address: `http://127.0.0.1:${server.port}` }, code);
  expect(server.tokens).toEqual([]);
});

test('a ban names the line to remove', async () => {
  const server = await fake({ inFront: () => text(403, '403: Forbidden', aiohttp) });
  const answer = await failing({ port: server.port }, 'link.address_banned');
  expect(answer.error.message).toContain('the line with 127.0.0.1');
});

test('a redirect to another host names it, and nothing is sent there', async () => {
  const other = await fake();
  const server = await fake({
    inFront: () => ({ status: 308, headers: { Location: `http://localhost:${other.port}/x?y=z` } }),
  });
  const answer = await failing({ port: server.port }, 'link.redirected');
  expect(answer.error.details.address).toBe(`http://localhost:${other.port}`);
  expect(other.requests).toEqual([]);
});

test('a first set-up that is not finished is said before a token is spent', async () => {
  const server = await fake({
    inFront: (request) =>
      request.url === '/auth/providers'
        ? json(400, { message: 'Onboarding not finished', code: 'onboarding_required' })
        : null,
  });
  await failing({ port: server.port }, 'link.onboarding_unfinished');
  expect(server.tokens).toEqual([]);
});

test('a gateway that lets /api and /auth pass is no hindrance', async () => {
  const server = await fake({
    inFront: (request) =>
      /^\/(api|auth)\//.test(request.url ?? '')
        ? null
        : { status: 302, headers: { Location: 'https://maja.cloudflareaccess.com/' } },
  });
  const { answer } = await attempt({ port: server.port });
  expect(answer.ok).toBe(true);
});

// A proxy that passes pages and not the WebSocket.
test.each<[string, Reply, ErrorCode]>([
  [
    'strips the upgrade',
    text(400, 'No WebSocket UPGRADE hdr: None\n Can "Upgrade" only to "WebSocket".', homeOwn),
    'link.websocket_blocked',
  ],
  ['answers the upgrade with a page', html(200, '<html></html>', nginx), 'link.websocket_blocked'],
  ['knows no such page', html(404, 'Not Found', nginx), 'link.websocket_blocked'],
  ['refuses it', html(403, 'no', nginx), 'link.forbidden'],
  ['has nothing behind it', html(502, 'Bad Gateway', nginx), 'link.proxy_error'],
  [
    'asks for a login',
    { status: 302, headers: { Location: 'https://auth.example.org/?rd=x' } },
    'link.access_gateway',
  ],
  [
    'adds a header Home Assistant does not accept',
    text(400, '400: Bad Request', aiohttp),
    'link.proxy_untrusted',
  ],
  ['stands before a home that is not ready', text(404, '404: Not Found', homeOwn), 'link.starting'],
])('a proxy that %s', async (_what, reply, code) => {
  const server = await fake({
    inFront: (request) => (request.url === '/api/websocket' ? reply : null),
  });
  const answer = await failing({ port: server.port }, code);
  expect(answer.probe.at(-1)).toMatchObject({ stage: 'websocket', ok: false });
  expect(server.tokens).toEqual([]);
});

test('a proxy that takes the upgrade and keeps the greeting to itself', async () => {
  const server = await fake({ talk: () => {} });
  await failing({ port: server.port }, 'link.websocket_blocked', short('websocketMs'));
  expect(server.tokens).toEqual([]);
});

test('a proxy that upgrades and hangs up', async () => {
  const server = await fake({ talk: (socket) => socket.close(1000) });
  await failing({ port: server.port }, 'link.websocket_blocked');
});

test('a proxy that upgrades wrongly', async () => {
  const server = await fake({
    upgrade: (stream) =>
      stream.end(
        'HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: no\r\n\r\n',
      ),
  });
  await failing({ port: server.port }, 'link.websocket_blocked');
});

test('a Home Assistant Cloud address whose home is away: the edge hangs up in the handshake', async () => {
  const edge = await raw((socket) => socket.once('data', () => socket.destroy()));
  const network = internet({ 443: edge.port }, ['203.0.113.9']);
  await failing({ address: 'abcdefgh.ui.nabu.casa' }, 'link.cloud_disconnected', { network });
});

test('a port that is passed to nothing hangs up', async () => {
  const forward = await raw((socket) => socket.destroy());
  await failing({ address: `http://127.0.0.1:${forward.port}` }, 'link.proxy_error');
});
