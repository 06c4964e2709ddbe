import { describe, expect, test } from 'vitest';
import { failureOf, linked, message, png, rerouted, send } from '../testing/channel.ts';
import { type Asked, type Said, service } from '../testing/service.ts';
import discord from './discord.ts';
import gotify from './gotify.ts';
import matrix from './matrix.ts';
import pushover from './pushover.ts';
import slack from './slack.ts';

const update = message({ kind: 'update', silent: true, text: 'Seen by Maja 02:44. It goes on.' });
const worse = message({ kind: 'update', title: '6 L/min' });
const odd = 'Hall](http://evil.example) *now* @everyone <@1> _x_ `y`';

describe('Discord', () => {
  const path = '/api/webhooks/42/secret-word-of-a-webhook';
  const shown = new Map<string, Asked>();
  const server = (refuse?: () => Said | null) => {
    shown.clear();
    return service((asked) => {
      const said = refuse?.();
      if (said) return said;
      const [, id] = /\/messages\/(\d+)$/.exec(asked.path) ?? [];
      if (!asked.path.startsWith(path))
        return { status: 404, json: { code: 10_015, message: 'Unknown Webhook' } };
      if (id !== undefined && !shown.has(id))
        return { status: 404, json: { code: 10_008, message: 'Unknown Message' } };
      if (asked.method === 'DELETE') return shown.delete(id!) ? { status: 204 } : {};
      const place = id ?? String(1000 + shown.size);
      shown.set(place, asked);
      return { json: { id: place } };
    });
  };
  type Embed = { title: string; description: string; image?: { url: string } };
  const embedOf = ({ fields }: Asked) => (fields.embeds as Embed[])[0]!;

  test('gets the chart and the words, and nobody is mentioned', async () => {
    await using discordServer = await server();
    const { receipt } = await send(
      discord,
      { url: discordServer.url + path },
      message({ ...linked, text: odd }),
    );
    expect(receipt).toBe('1000');
    const [asked] = discordServer.asked as [Asked];
    expect(asked.path).toBe(`${path}?wait=true`);
    expect(asked.fields).toMatchObject({ allowed_mentions: { parse: [] } });
    expect(Buffer.from(asked.files.get('files[0]')!)).toEqual(Buffer.from(png));
    const embed = embedOf(asked);
    expect(embed.image).toEqual({ url: 'attachment://chart.png' });
    expect(embed.description).toContain('Hall\\]\\(http://evil.example\\) \\*now\\*');
    expect(embed.description).toContain(`[I see it](${linked.buttons![0]!.url})`);
    expect(asked.fields.flags).toBeUndefined();
  });

  test('changes its message in place; news again are a new one, and the old one goes', async () => {
    await using discordServer = await server();
    const settings = { url: discordServer.url + path };
    const first = await send(discord, settings, message());
    expect(await send(discord, settings, update, { before: first.receipt })).toEqual(first);
    expect(embedOf(shown.get('1000')!).description).toContain('Seen by Maja');
    expect(discordServer.asked.map(({ method }) => method)).toEqual(['POST', 'PATCH']);
    const again = await send(discord, settings, worse, { before: first.receipt });
    expect([...shown.keys()]).toEqual([again.receipt]);
  });

  test('sends anew what somebody deleted, without sound', async () => {
    await using discordServer = await server();
    const sent = await send(discord, { url: discordServer.url + path }, update, { before: '999' });
    expect(sent.receipt).toBe('1000');
    expect(discordServer.asked[1]!.fields).toMatchObject({ flags: 4096 });
  });

  test('says how long to wait, and which webhook is gone; its address stays out', async () => {
    const limited = () => ({
      status: 429,
      json: { message: 'You are being rate limited.', retry_after: 1.337, global: false },
    });
    await using busy = await server(limited);
    const waiting = await failureOf(send(discord, { url: busy.url + path }, message()));
    expect(waiting).toMatchObject({
      code: 'channel.rate_limited',
      details: { retryAfterMs: 1337 },
    });
    await using gone = await server();
    const error = await failureOf(
      send(discord, { url: `${gone.url}/api/webhooks/1/other-secret` }, message()),
    );
    expect(error.code).toBe('channel.login_refused');
    expect(JSON.stringify(error)).not.toContain('other-secret');
  });
});

describe('Slack', () => {
  const settings = { token: 'xoxb-secret-of-the-app', channel: 'C0123456789' };
  const server = (refuse?: (method: string) => Said | null) => {
    let posts = 0;
    const upload = { upload_url: 'https://files.slack.com/upload/v1/abc', file_id: 'F1' };
    const answers: Record<string, (asked: Asked) => unknown> = {
      'chat.postMessage': () => ({
        ok: true,
        channel: 'C0123456789',
        ts: `170000000${++posts}.000100`,
      }),
      'chat.update': ({ fields }) =>
        fields.ts === '1700000001.000100'
          ? { ok: true }
          : { ok: false, error: 'message_not_found' },
      'chat.delete': () => ({ ok: true }),
      'files.getUploadURLExternal': () => ({ ok: true, ...upload }),
      'files.completeUploadExternal': () => ({ ok: true, files: [] }),
    };
    return service((asked) => {
      const method = asked.path.replace('/api/', '');
      if (asked.path.startsWith('/upload')) return {};
      if (asked.headers.authorization !== `Bearer ${settings.token}`)
        return { json: { ok: false, error: 'invalid_auth' } };
      return refuse?.(method) ?? { json: answers[method]!(asked) };
    });
  };
  const through =
    (url: string): typeof fetch =>
    (input, init) => {
      const from = String(input).startsWith('https://slack.com')
        ? 'https://slack.com'
        : 'https://files.slack.com';
      return rerouted(from, url)(input, init);
    };
  const methods = (asked: readonly Asked[]) => asked.map(({ path }) => path.replace('/api/', ''));

  test('gets plain words in blocks, links that are its own, and the chart in the thread', async () => {
    await using slackServer = await server();
    const o = { fetch: through(slackServer.url) };
    const sent = await send(slack, settings, message({ ...linked, text: odd }), o);
    expect(sent.receipt).toBe('C0123456789 1700000001.000100');
    expect(methods(slackServer.asked)).toEqual([
      ...[
        'chat.postMessage',
        'files.getUploadURLExternal',
        '/upload/v1/abc',
        'files.completeUploadExternal',
      ],
    ]);
    const { fields } = slackServer.asked[0]!;
    const blocks = fields.blocks as { type: string; text?: { type: string; text: string } }[];
    expect(blocks[1]!.text).toMatchObject({ type: 'plain_text', text: odd });
    expect(fields.text).toContain('&lt;@1&gt;');
    expect(blocks.find(({ text }) => text?.type === 'mrkdwn')!.text!.text).toContain(
      `<${linked.buttons![0]!.url}|I see it>`,
    );
    expect(slackServer.asked[2]!.body).toEqual(Buffer.from(png));
    expect(slackServer.asked[3]!.fields).toMatchObject({
      channel_id: 'C0123456789',
      thread_ts: '1700000001.000100',
    });
  });

  test('changes its message in place; news again are a new one', async () => {
    await using slackServer = await server();
    const o = { fetch: through(slackServer.url) };
    const plain = message({ picture: null });
    const first = await send(slack, settings, plain, o);
    expect(await send(slack, settings, update, { ...o, before: first.receipt })).toEqual(first);
    const again = await send(
      slack,
      settings,
      { ...worse, picture: null },
      { ...o, before: first.receipt },
    );
    expect(again.receipt).toBe('C0123456789 1700000002.000100');
    expect(methods(slackServer.asked)).toEqual([
      ...['chat.postMessage', 'chat.update', 'chat.postMessage', 'chat.delete'],
    ]);
  });

  test('without the right to add files still gets the text', async () => {
    await using slackServer = await server((method) =>
      method.startsWith('files') ? { json: { ok: false, error: 'missing_scope' } } : null,
    );
    const sent = await send(slack, settings, message(), { fetch: through(slackServer.url) });
    expect(sent.receipt).toContain('1700000001');
  });

  test.each([
    ['invalid_auth', 'channel.login_refused'],
    ['channel_not_found', 'channel.receiver_unknown'],
    ['not_in_channel', 'channel.blocked'],
    ['internal_error', 'channel.unreachable'],
    ['msg_too_long', 'channel.refused'],
  ])('that says %s ends as %s', async (error, code) => {
    await using slackServer = await server(() => ({ json: { ok: false, error } }));
    const failure = await failureOf(
      send(slack, settings, message(), { fetch: through(slackServer.url) }),
    );
    expect(failure.code).toBe(code);
    expect(JSON.stringify(failure)).not.toContain(settings.token);
  });

  test('says how long to wait', async () => {
    await using slackServer = await server(() => ({
      ...{
        status: 429,
        headers: { 'retry-after': '30' },
        json: { ok: false, error: 'ratelimited' },
      },
    }));
    const failure = await failureOf(
      send(slack, settings, message(), { fetch: through(slackServer.url) }),
    );
    expect(failure).toMatchObject({
      code: 'channel.rate_limited',
      details: { retryAfterMs: 30_000 },
    });
  });
});

describe('Matrix', () => {
  const server = (refuse?: (asked: Asked) => Said | null) => {
    const events = new Map<string, Asked>();
    return service((asked) => {
      if (asked.headers.authorization !== 'Bearer syt_secret_token') {
        return {
          status: 401,
          json: { errcode: 'M_UNKNOWN_TOKEN', error: 'Unrecognised access token' },
        };
      }
      const said = refuse?.(asked);
      if (said) return said;
      if (asked.path.startsWith('/_matrix/media/v3/upload'))
        return { json: { content_uri: 'mxc://example.org/chart' } };
      if (asked.path.includes('/directory/room/'))
        return { json: { room_id: '!abc:example.org', servers: [] } };
      // The same transaction twice is one event.
      events.set(asked.path, asked);
      return { json: { event_id: `$${[...events.keys()].indexOf(asked.path)}` } };
    });
  };
  const settings = (url: string, over: object = {}) => ({
    ...{ server: url, room: '!abc:example.org', token: 'syt_secret_token', ...over },
  });

  test('gets text and HTML, in which names are text, and the chart below', async () => {
    await using homeServer = await server();
    const text = '<script>x</script> & more';
    const sent = await send(matrix, settings(homeServer.url), message({ ...linked, text }));
    expect(sent.receipt).toBe('$0');
    const [first, , third] = homeServer.asked as [Asked, Asked, Asked];
    expect(first.path).toBe(
      `/_matrix/client/v3/rooms/!abc%3Aexample.org/send/m.room.message/${message().deliveryId}`,
    );
    expect(first.fields).toMatchObject({
      msgtype: 'm.text',
      format: 'org.matrix.custom.html',
      'm.mentions': {},
    });
    expect(first.fields.formatted_body).toContain('&lt;script&gt;x&lt;/script&gt; &amp; more');
    expect(third.fields).toMatchObject({ msgtype: 'm.image', url: 'mxc://example.org/chart' });
  });

  test('changes its message in place and without sound; a second try is the same message', async () => {
    await using homeServer = await server();
    const to = settings(homeServer.url);
    const first = await send(matrix, to, message({ picture: null }));
    expect(await send(matrix, to, message({ picture: null }))).toEqual(first);
    const next = { ...update, deliveryId: 'd-2', picture: null };
    expect(await send(matrix, to, next, { before: first.receipt })).toEqual(first);
    expect(homeServer.asked.at(-1)!.fields).toMatchObject({
      msgtype: 'm.notice',
      'm.new_content': { body: expect.stringContaining('Seen by Maja') },
      'm.relates_to': { rel_type: 'm.replace', event_id: '$0' },
    });
  });

  test('finds a room by its name', async () => {
    await using homeServer = await server();
    await send(
      matrix,
      settings(homeServer.url, { room: '#home:example.org' }),
      message({ picture: null }),
    );
    expect(homeServer.asked.map(({ method }) => method)).toEqual(['GET', 'PUT']);
  });

  test.each([
    [403, { errcode: 'M_FORBIDDEN', error: 'not in room' }, 'channel.blocked'],
    [404, { errcode: 'M_NOT_FOUND', error: 'Room not found' }, 'channel.receiver_unknown'],
    [429, { errcode: 'M_LIMIT_EXCEEDED', retry_after_ms: 2000 }, 'channel.rate_limited'],
    [502, { errcode: 'M_UNKNOWN' }, 'channel.unreachable'],
  ])('that answers %i %o ends as %s', async (status, json, code) => {
    await using homeServer = await server(() => ({ status, json }));
    const error = await failureOf(send(matrix, settings(homeServer.url), message()));
    expect(error.code).toBe(code);
    if (status === 429) expect(error.details.retryAfterMs).toBe(2000);
  });

  test('with a wrong token is refused for good', async () => {
    await using homeServer = await server();
    const error = await failureOf(
      send(matrix, settings(homeServer.url, { token: 'syt_another' }), message()),
    );
    expect(error.code).toBe('channel.login_refused');
  });
});

describe('Pushover', () => {
  const settings = { token: 'a'.repeat(30), user: 'u'.repeat(30) };
  const through = (url: string) => ({ fetch: rerouted('https://api.pushover.net', url) });
  const good = ({ fields, path }: Asked): Said => {
    if (path.includes('/receipts/')) return { json: { status: 1, request: 'r2' } };
    if (
      fields.priority === '2' &&
      !(Number(fields.retry) >= 30 && Number(fields.expire) <= 10_800)
    ) {
      return {
        status: 400,
        json: { status: 0, errors: ['retry must be supplied with priority=2'] },
      };
    }
    if (String(fields.message).length > 1024)
      return { status: 400, json: { status: 0, errors: ['message is too long'] } };
    return {
      json: { status: 1, request: 'r1', ...(fields.priority === '2' ? { receipt: 'rcpt1' } : {}) },
    };
  };

  test('gets words, chart and link, however long', async () => {
    await using server = await service(good);
    const sent = await send(
      pushover,
      settings,
      message({ ...linked, text: 'x'.repeat(1500) }),
      through(server.url),
    );
    expect(sent.receipt).toBe('r1');
    const [{ path, fields, files }] = server.asked as [Asked];
    expect(path).toBe('/1/messages.json');
    expect(fields).toMatchObject({ priority: '1', url: linked.link, title: message().title });
    expect(String(fields.message)).toHaveLength(1024);
    expect(Buffer.from(files.get('attachment')!)).toEqual(Buffer.from(png));
  });

  test('repeats until seen where that is wanted, and stops when it is over', async () => {
    await using server = await service(good);
    const until = { ...settings, untilSeen: true };
    const first = await send(pushover, until, message(), through(server.url));
    expect(first.receipt).toBe('until seen rcpt1');
    const over = message({ kind: 'over', silent: true });
    await send(pushover, until, over, { ...through(server.url), before: first.receipt });
    expect(server.asked.at(-1)).toMatchObject({
      method: 'POST',
      path: '/1/receipts/rcpt1/cancel.json',
    });
    expect(server.asked.at(-2)!.fields.priority).toBe('-2');
  });

  test.each([
    [400, { token: 'invalid', errors: ['application token is invalid'] }, 'channel.login_refused'],
    [
      400,
      {
        user: 'invalid',
        errors: ['user identifier is not a valid user, group, or subscribed user key'],
      },
      'channel.receiver_unknown',
    ],
    [429, { errors: ['You have sent too many messages'] }, 'channel.rate_limited'],
    [500, { errors: [] }, 'channel.unreachable'],
  ])('that answers %i %o ends as %s', async (status, json, code) => {
    await using server = await service(() => ({ status, json: { status: 0, ...json } }));
    const error = await failureOf(send(pushover, settings, message(), through(server.url)));
    expect(error.code).toBe(code);
    expect(JSON.stringify(error)).not.toContain(settings.token);
  });
});

describe('Gotify', () => {
  const settings = (server: string) => ({ server, token: 'AqwSecretOfApp' });

  test('gets plain words with an urgency, and the page behind it', async () => {
    await using server = await service(() => ({ json: { id: 25, appid: 1 } }));
    const sent = await send(gotify, settings(server.url), message({ ...linked, text: odd }));
    expect(sent.receipt).toBe('25');
    const [{ path, headers, fields }] = server.asked as [Asked];
    expect(path).toBe('/message');
    expect(headers['x-gotify-key']).toBe('AqwSecretOfApp');
    expect(fields).toMatchObject({
      ...{ title: message().title, priority: 9, message: expect.stringContaining(odd) },
      extras: {
        'client::display': { contentType: 'text/plain' },
        'client::notification': { click: { url: linked.link } },
      },
    });
  });

  test('with the token of a client is refused with the way out', async () => {
    const errorDescription =
      'you need to provide a valid access token or user credentials to access this api';
    await using server = await service(() => ({
      status: 401,
      json: { error: 'Unauthorized', errorCode: 401, errorDescription },
    }));
    const error = await failureOf(send(gotify, settings(server.url), message()));
    expect(error).toMatchObject({
      code: 'channel.login_refused',
      hint: expect.stringContaining('application'),
    });
  });
});
