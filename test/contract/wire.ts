/** What a home says over the wire, frame by frame, with nothing of Tomte in between. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RawSocket, rawSocket, rest } from '../kit/raw-home.ts';
import type { HomeRow, TestHome } from './homes.ts';

export function wireContract({ start }: HomeRow): void {
  let home: TestHome;
  let socket: RawSocket;
  beforeAll(async () => {
    home = await start();
    socket = await home.open();
  });
  afterAll(async () => {
    socket?.close();
    await home?.close();
  });

  test('a good token is welcomed, and the user behind it is told', async () => {
    const user = await socket.result<{ is_admin: boolean; id: string }>('auth/current_user');
    expect(user.is_admin).toBe(home.admin);
    expect(user.id).toMatch(/^[0-9a-f]{32}$/);
  });

  test('a wrong token is refused with these words and closed with 1000', async () => {
    const wrong = await rawSocket({ url: home.url, token: 'not a token' });
    expect(wrong.answer).toEqual({
      type: 'auth_invalid',
      message: 'Invalid access token or password',
    });
    expect(await wrong.socket.closed).toBe(1000);
  });

  test('who it is shows without a token, and nothing else does', async () => {
    const open = { url: home.url };
    expect((await rest(open, { path: '/manifest.json' })).json).toMatchObject({
      name: 'Home Assistant',
    });
    expect(
      (await rest(open, { path: '/.well-known/oauth-authorization-server' })).json,
    ).toMatchObject({
      token_endpoint: `${home.url}/auth/token`,
    });
    expect((await rest(open, { path: '/api/websocket' })).text).toMatch(
      /^No WebSocket UPGRADE hdr/,
    );
    const closed = await rest(open, { path: '/api/' });
    expect([closed.status, closed.text, closed.headers.get('server')]).toEqual([
      401,
      '401: Unauthorized',
      '',
    ]);
  });

  test('a proxy it does not trust gets 400 from the web server itself', async () => {
    const headers = { 'x-forwarded-for': '192.0.2.1' };
    const answer = await rest(home, { path: '/api/', headers });
    expect([answer.status, answer.text]).toEqual([400, '400: Bad Request']);
    expect(answer.headers.get('server')).toMatch(/^Python\/.* aiohttp\//);
  });

  test('REST tells its state, its configuration and what is not there', async () => {
    expect((await rest(home, { path: '/api/' })).json).toEqual({ message: 'API running.' });
    expect((await rest(home, { path: '/api' })).status).toBe(404);
    expect((await rest(home, { path: '/api/core/state' })).json).toMatchObject({
      state: 'RUNNING',
    });
    expect((await rest(home, { path: '/api/config' })).json).toMatchObject({
      state: 'RUNNING',
      recovery_mode: false,
    });
    expect((await rest(home, { path: '/api/states/sensor.nobody' })).json).toEqual({
      message: 'Entity not found.',
    });
  });

  test('only an administrator writes states', async () => {
    const body = { state: '1' };
    const answer = await rest(home, {
      method: 'POST',
      path: '/api/states/sensor.contract_right',
      body,
    });
    expect(answer.status).toBe(home.admin ? 201 : 401);
    await home.remove('sensor.contract_right');
  });

  test('frames out of order, unknown or with a strange field are refused by their codes', async () => {
    const codeOf = async (type: string, fields?: object) =>
      ((await socket.call(type, fields)).error as { code: string }).code;
    expect(await codeOf('nobody/knows')).toBe('unknown_command');
    expect(await codeOf('get_states', { strange: 1 })).toBe('invalid_format');
    expect(await codeOf('unsubscribe_events', { subscription: 999_999 })).toBe('not_found');
    socket.send('{"id":1,"type":"ping"}');
    expect(await socket.frames.until((f) => f.id === 1 && f.success === false)).toMatchObject({
      error: { code: 'id_reuse', message: 'Identifier values have to increase.' },
    });
    socket.send('{"type":"ping"}');
    expect(await socket.frames.until((f) => f.id === null)).toMatchObject({
      error: { code: 'invalid_format' },
    });
    expect((await socket.call('ping')).type).toBe('pong');
  });

  test('text that is no JSON ends the socket with 1000', async () => {
    const other = await home.open();
    other.send('{bad');
    expect(await other.closed).toBe(1000);
  });

  test('a resident hears of states and registries, an administrator of everything', async () => {
    const allowed = await socket.call('subscribe_events', {
      event_type: 'entity_registry_updated',
    });
    expect(allowed.success).toBe(true);
    const everything = await socket.call('subscribe_events');
    const buttons = await socket.call('subscribe_events', {
      event_type: 'mobile_app_notification_action',
    });
    expect([everything.success, buttons.success]).toEqual([home.admin, home.admin]);
    if (!home.admin)
      expect(everything.error).toEqual({ code: 'unauthorized', message: 'Unauthorized' });
  });

  test('a token made over the socket opens a socket, until it is deleted', async () => {
    const name = `contract ${home.admin} ${process.hrtime.bigint()}`;
    const token = await socket.result<string>('auth/long_lived_access_token', {
      client_name: name,
      lifespan: 1,
    });
    const claims = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as Record<
      string,
      number
    >;
    expect(Object.keys(claims).sort()).toEqual(['exp', 'iat', 'iss']);
    expect(claims.exp! - claims.iat!).toBe(86_400);
    const again = { client_name: name, lifespan: 1 };
    expect((await socket.call('auth/long_lived_access_token', again)).error).toMatchObject({
      code: 'unknown_error',
    });
    const { socket: second } = await rawSocket({ url: home.url, token });
    const listed =
      await second.result<{ id: string; is_current: boolean }[]>('auth/refresh_tokens');
    const mine = listed.find((t) => t.is_current)!;
    second.send(
      JSON.stringify({
        id: second.nextId(),
        type: 'auth/delete_refresh_token',
        refresh_token_id: mine.id,
      }),
    );
    expect(await second.closed).toBe(1000);
    expect((await rawSocket({ url: home.url, token })).answer.type).toBe('auth_invalid');
  });
}
