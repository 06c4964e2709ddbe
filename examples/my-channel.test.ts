import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Message } from '@tomte/sdk/define';
import { afterAll, beforeAll, expect, test } from 'vitest';
import myChannel from './my-channel.ts';

const events = new Map<string, string>();
let status = 200;
const server = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  if (status === 200) events.set(request.url ?? '', body);
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ event_id: '$1' }));
});
let address = '';
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

const message: Message = {
  kind: 'open',
  deliveryId: 'd-1',
  tag: 'tomte-a1',
  homeName: 'Villa Berg',
  title: 'Water has run for 52 minutes',
  text: '0.4 L/min since 01:49.',
  lines: [],
  severity: 'now',
  silent: false,
  picture: null,
  link: null,
  buttons: [],
  sentAt: 0,
};
const send = () =>
  myChannel.send(message, {
    settings: { server: address, room: '!abc:example.org', token: 'secret' },
    fetch,
    signal: new AbortController().signal,
    home: null,
    now: () => 0,
    homeId: null,
    before: null,
    addressesOf: async (host) => [host],
  });

test('the example writes one message into the room, also when it is sent twice', async () => {
  expect(await send()).toEqual({ receipt: '$1' });
  await send();
  expect(events.size).toBe(1);
  expect([...events.values()][0]).toContain('Water has run for 52 minutes');
});

test.each([
  [403, 'channel.refused'],
  [502, 'channel.unreachable'],
])('the example ends an answer of %i as %s', async (answer, code) => {
  status = answer;
  await expect(send()).rejects.toMatchObject({ code });
});
