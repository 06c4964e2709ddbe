import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { ChannelDefinition, Message } from '@tomte/sdk/define';
import { isError, TomteError } from '@tomte/sdk/errors';
import { SMTPServer } from 'smtp-server';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { channelAddresses, channelFetch } from '../reach.ts';
import { message as anyMessage, linked } from '../testing/channel.ts';
import { fakeVoice, night, receiver } from '../testing.ts';
import companionApp from './companion-app.ts';
import email from './email.ts';
import ntfy from './ntfy.ts';
import persistentNotification from './persistent-notification.ts';
import webhook from './webhook.ts';

const png = new Uint8Array([137, 80, 78, 71, 13, 10]);
const message = (over: Partial<Message> = {}): Message =>
  anyMessage({ deliveryId: 'd-1', picture: png, ...over });

const send = <S>(
  channel: ChannelDefinition,
  settings: S,
  one: Message,
  o: { home?: ReturnType<typeof fakeVoice>; signal?: AbortSignal; before?: string } = {},
) =>
  channel.send(one, {
    settings: channel.settings.parse(settings),
    fetch: channelFetch(systemClock),
    signal: o.signal ?? new AbortController().signal,
    home: o.home ?? null,
    now: () => night,
    homeId: null,
    before: o.before ?? null,
    addressesOf: channelAddresses,
  });
const failureOf = async (work: Promise<unknown>): Promise<TomteError> => {
  const error = await work.then(
    () => new Error('it was taken'),
    (cause: unknown) => cause,
  );
  if (!isError(error)) throw error;
  return error;
};

describe('the phone app', () => {
  const settings = { action: 'notify.mobile_app_maja' };
  type Sent = { title: string; data: Record<string, never> };

  test('gets text, picture and tag, and rings through silence when it is for now', async () => {
    const home = fakeVoice();
    await send(companionApp, settings, message(), { home });
    expect(home.told).toHaveLength(1);
    expect(home.told[0]).toMatchObject({
      domain: 'notify',
      action: 'mobile_app_maja',
      data: {
        title: 'The freezer is warming: −11 °C',
        data: {
          tag: 'tomte-a1',
          image: '/api/image/serve/1/original',
          ttl: 0,
          priority: 'high',
          push: { 'interruption-level': 'critical' },
        },
      },
    });
  });

  test('has buttons without any address where the home tells us of a press', async () => {
    const home = { ...fakeVoice(), hearsButtons: true };
    await send(companionApp, settings, message(), { home });
    expect(home.told[0]!.data).toMatchObject({
      data: {
        actions: [
          { action: 'TOMTE see.mac', title: 'I see it' },
          { action: 'TOMTE quiet.mac', title: 'Quiet until 07:00' },
        ],
      },
    });
  });

  test('shows no button and no link while phones cannot reach Tomte', async () => {
    const home = fakeVoice();
    await send(companionApp, settings, message(), { home });
    const { data } = home.told[0]!.data as Sent;
    expect(Object.keys(data)).not.toContain('actions');
    expect(Object.keys(data)).not.toContain('url');
    await send(companionApp, settings, message(linked), { home });
    expect(home.told[1]!.data).toMatchObject({
      data: {
        url: linked.link,
        clickAction: linked.link,
        actions: [{ action: 'URI', title: 'I see it', uri: linked.buttons[0]!.url }],
      },
    });
  });

  test('makes no sound for an update, for over, and for what can wait until later today', async () => {
    const home = fakeVoice();
    await send(companionApp, settings, message({ silent: true }), { home });
    await send(companionApp, settings, message({ severity: 'today' }), { home });
    for (const { data } of home.told) {
      expect(data).toMatchObject({ data: { push: { sound: 'none' }, importance: 'low' } });
    }
  });

  test('gets the text when the home does not keep the picture', async () => {
    const home = fakeVoice();
    home.keepFailure = new TomteError('home.not_permitted', 'no');
    await send(companionApp, settings, message(), { home });
    expect(Object.keys((home.told[0]!.data as Sent).data)).not.toContain('image');
  });

  test('a text that the app would take as an order is shown as words', async () => {
    const home = fakeVoice();
    for (const text of ['clear_notification', ' TTS ', 'command_dnd', 'The door is open']) {
      await send(companionApp, settings, message({ text }), { home });
    }
    expect(home.told.map(({ data }) => data.message)).toEqual([
      ...['clear_notification.', 'TTS.', 'command_dnd.', 'The door is open'],
    ]);
  });

  test('over: what rang through silent mode is taken away first, for an iPhone does not replace it', async () => {
    const home = fakeVoice();
    const { receipt } = await send(companionApp, settings, message(), { home });
    const update = message({ kind: 'update', silent: true });
    const after = await send(companionApp, settings, update, { home, before: receipt });
    const over = message({ kind: 'over', silent: true, title: 'Over' });
    await send(companionApp, settings, over, { home, before: after.receipt });
    expect(home.told.map(({ data }) => data.message)).toEqual([
      ...[message().text, message().text],
      ...['clear_notification', message().text],
    ]);
    expect(home.told[2]!.data).toEqual({
      message: 'clear_notification',
      data: { tag: 'tomte-a1' },
    });
  });

  test('that was renamed says what to do', async () => {
    const home = fakeVoice();
    home.failure = new TomteError('home.action_unknown', 'no such Action');
    const error = await failureOf(send(companionApp, settings, message(), { home }));
    expect(error).toMatchObject({
      code: 'channel.receiver_unknown',
      hint: expect.stringContaining('renamed'),
    });
  });

  test('of a home that is not linked now is tried again later', async () => {
    const error = await failureOf(send(companionApp, settings, message()));
    expect(error).toMatchObject({ code: 'channel.unreachable', details: { away: true } });
  });
});

describe('the notification in Home Assistant', () => {
  test('shows names as they are and replaces by its id', async () => {
    const home = fakeVoice();
    const text = 'Hall](http://evil.example) *now* <img src=x>';
    await send(persistentNotification, {}, message({ text }), { home });
    expect(home.told[0]).toMatchObject({
      domain: 'persistent_notification',
      action: 'create',
      data: { notification_id: 'tomte_a1' },
    });
    const shown = String(home.told[0]!.data.message);
    expect(shown).toContain('Hall\\]\\(http://evil.example\\) \\*now\\* \\<img');
    expect(shown).toContain('![Chart](/api/image/serve/1/original)');
  });
});

describe('ntfy', () => {
  test('gets the picture with the words beside it, and replaces by the sequence', async () => {
    await using server = await receiver(() => ({ status: 200, body: '{"id":"ntfy1"}' }));
    const token = 'tk_secret_of_ntfy';
    const settings = { url: `${server.url}/my-home`, token };
    const sent = await send(ntfy, settings, message(linked));
    expect(sent).toEqual({ receipt: 'ntfy1' });
    const [{ method, headers, body }] = server.received as [(typeof server.received)[0]];
    expect(method).toBe('PUT');
    expect(body).toEqual(Buffer.from(png));
    expect(headers).toMatchObject({
      priority: '5',
      'x-sequence-id': 'tomte-a1',
      filename: 'chart.png',
      authorization: `Bearer ${token}`,
      click: linked.link,
    });
    expect(JSON.parse(headers.actions as string)).toEqual([
      { action: 'view', label: 'I see it', url: linked.buttons[0]!.url },
    ]);
    const title = /^=\?UTF-8\?B\?(.*)\?=$/.exec(headers.title as string)![1]!;
    expect(Buffer.from(title, 'base64').toString()).toBe('The freezer is warming: −11 °C');
  });

  test('without attachments still gets the words', async () => {
    await using server = await receiver(({ method }) =>
      method === 'PUT' ? { status: 400 } : { status: 200, body: '{"id":"ntfy2"}' },
    );
    const sent = await send(ntfy, { url: `${server.url}/my-home` }, message());
    expect(sent.receipt).toBe('ntfy2');
    expect(server.received[1]!.body.toString()).toBe(
      'Was −18 °C until 13:20. Is the door shut?\nIts plug draws 0 W since 13:05',
    );
  });

  test.each([
    [403, 'channel.refused'],
    [404, 'channel.refused'],
    [429, 'channel.rate_limited'],
    [503, 'channel.unreachable'],
  ])('that answers %i ends as %s', async (status, code) => {
    await using server = await receiver(() => ({ status }));
    const error = await failureOf(send(ntfy, { url: `${server.url}/t` }, message()));
    expect(error.code).toBe(code);
  });
});

describe('a webhook', () => {
  const secret = 'a-long-secret-of-mine';

  test('can be checked by whoever knows the secret, and by nobody else', async () => {
    await using server = await receiver(() => ({ status: 204 }));
    await send(webhook, { url: server.url, secret }, message());
    const { headers, body } = server.received[0]!;
    const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(headers['tomte-signature'] as string)!;
    expect(Number(t)).toBe(Math.floor(night / 1000));
    const mac = (key: string) => createHmac('sha256', key).update(`${t}.${body}`).digest('hex');
    expect(v1).toBe(mac(secret));
    expect(v1).not.toBe(mac('another-long-secret'));
    expect(headers['tomte-delivery']).toBe('d-1');
    const content = JSON.parse(body.toString()) as Record<string, unknown>;
    expect(content).toMatchObject({ kind: 'open', home: 'Villa Berg', delivery: 'd-1' });
    expect((content.buttons as object[])[0]).toEqual({ id: 'seen', label: 'I see it', url: null });
    expect(Buffer.from(content.picture as string, 'base64')).toEqual(Buffer.from(png));
  });

  test('that sends elsewhere is refused: the message goes only where it was told to', async () => {
    await using elsewhere = await receiver(() => ({ status: 200 }));
    await using server = await receiver(() => ({ status: 302, location: elsewhere.url }));
    const error = await failureOf(send(webhook, { url: server.url, secret }, message()));
    expect(error.code).toBe('channel.refused');
    expect(elsewhere.received).toEqual([]);
  });

  test.each([
    'http://169.254.169.254/latest',
    'http://2852039166/latest',
    'http://[fe80::1]/',
    'http://[::ffff:a9fe:a9fe]/',
    'http://[64:ff9b::a9fe:a9fe]/',
    'http://[fd00:ec2::254]/latest',
    'http://0.0.0.0:8640/',
    'http://maja:word@127.0.0.1/',
  ])('to the machine’s own cloud address is refused: %s', async (url) => {
    const error = await failureOf(send(webhook, { url, secret }, message()));
    expect(error.code).toBe('channel.address_invalid');
  });

  test('that nobody hears is tried again, and its address stays out of the error', async () => {
    const url = 'http://127.0.0.1:1/secret-path';
    const error = await failureOf(send(webhook, { url, secret }, message()));
    expect(error.code).toBe('channel.unreachable');
    expect(JSON.stringify(error)).not.toContain('secret-path');
  });

  test('stops when told to', async () => {
    const stop = new AbortController();
    await using server = await receiver(() => {
      stop.abort();
      return { status: 200 };
    });
    const work = send(webhook, { url: server.url, secret }, message(), { signal: stop.signal });
    expect((await failureOf(work)).code).toBe('channel.unreachable');
  });
});

describe('e-mail', () => {
  const settings = (port: number) => ({
    host: '127.0.0.1',
    port,
    encryption: 'none',
    user: 'maja',
    password: 'mail-secret',
    from: 'tomte@example.org',
    to: 'maja@example.org',
  });

  async function mailServer(
    answer: { code?: number; words?: string; password?: string; heard?: () => void } = {},
  ) {
    const mails: string[] = [];
    const server = new SMTPServer({
      authOptional: true,
      hideSTARTTLS: true,
      closeTimeout: 100,
      allowInsecureAuth: true,
      logger: false,
      onAuth: (auth, _session, done) =>
        auth.password === (answer.password ?? 'mail-secret')
          ? done(null, { user: auth.username })
          : done(new Error('Invalid login')),
      onData(stream, _session, done) {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          if (answer.heard) return answer.heard();
          if (answer.code) {
            done(Object.assign(new Error(answer.words), { responseCode: answer.code }));
            return;
          }
          mails.push(Buffer.concat(chunks).toString());
          done();
        });
      },
    });
    server.on('error', () => {});
    server.listen(0, '127.0.0.1');
    await once(server.server, 'listening');
    return {
      mails,
      port: (server.server.address() as AddressInfo).port,
      [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
    };
  }
  const header = (mail: string, name: string) =>
    new RegExp(`^${name}: (.*(?:\r\n[ \t].*)*)`, 'im').exec(mail)?.[1]?.replace(/\r\n\s+/g, ' ');

  test('is complete as text, has the chart in it, and threads by the alert', async () => {
    await using server = await mailServer();
    const title = 'Water has run for 52 minutes';
    const sent = await send(email, settings(server.port), message({ ...linked, title }));
    expect(sent.receipt).toBe('<d-1@example.org>');
    const [mail] = server.mails as [string];
    expect(header(mail, 'Subject')).toBe(title);
    expect(header(mail, 'Message-ID')).toBe('<d-1@example.org>');
    expect(header(mail, 'In-Reply-To')).toBe('<tomte-a1@example.org>');
    expect(header(mail, 'List-Unsubscribe')).toBe('<mailto:tomte@example.org?subject=unsubscribe>');
    expect(header(mail, 'List-Unsubscribe-Post')).toBe(undefined);
    expect(mail).toMatch(/Content-ID: <chart>/i);
    expect(mail).toMatch(/cid:chart/);
    expect(mail).toContain(Buffer.from(png).toString('base64'));
  });

  test('can be ended by one press in the mail program, where Tomte can be reached over https', async () => {
    await using server = await mailServer();
    const way = (unsubscribe: string) =>
      send(email, settings(server.port), message({ unsubscribe }));
    await way('https://tomte.example/s/token.mac');
    await way('http://tomte.example/s/token.mac');
    const [safe, plain] = server.mails as [string, string];
    expect(header(safe, 'List-Unsubscribe')).toBe(
      '<https://tomte.example/s/token.mac>, <mailto:tomte@example.org?subject=unsubscribe>',
    );
    expect(header(safe, 'List-Unsubscribe-Post')).toBe('List-Unsubscribe=One-Click');
    expect(header(plain, 'List-Unsubscribe')).not.toContain('http');
    expect(header(plain, 'List-Unsubscribe-Post')).toBe(undefined);
  });

  test('shows names from the home as text, never as HTML', async () => {
    await using server = await mailServer();
    const text = '<script>alert(1)</script> & "hall"';
    await send(email, settings(server.port), message({ text, lines: ['<b>x</b>'] }));
    const [mail] = server.mails as [string];
    const html = mail.slice(mail.indexOf('text/html'));
    expect(html).toContain('&lt;script&gt;');
    expect(html).not.toContain('<script>');
    expect(html).not.toContain('<b>x');
  });

  test('with a wrong password is refused for good, and the password is not repeated', async () => {
    await using server = await mailServer({ password: 'another' });
    const error = await failureOf(send(email, settings(server.port), message()));
    expect(error.code).toBe('channel.login_refused');
    expect(JSON.stringify(error) + error.message).not.toContain('mail-secret');
  });

  test.each([
    [451, 'busy', 'channel.unreachable'],
    [552, 'too large', 'channel.refused'],
    [550, '5.1.1 no such user here', 'channel.receiver_unknown'],
    [553, '5.7.1 sender address not owned by user', 'channel.blocked'],
  ])('that the server answers with %i %s ends as %s', async (code, words, expected) => {
    await using server = await mailServer({ code, words });
    const error = await failureOf(send(email, settings(server.port), message()));
    expect(error.code).toBe(expected);
  });

  test('goes only to a server that may be reached', async () => {
    const error = await failureOf(
      send(email, { ...settings(25), host: '169.254.169.254' }, message()),
    );
    expect(error.code).toBe('channel.address_invalid');
  });

  test('is given up when the server takes it and says nothing more', async () => {
    const stop = new AbortController();
    await using server = await mailServer({ heard: () => stop.abort() });
    const error = await failureOf(
      send(email, settings(server.port), message(), { signal: stop.signal }),
    );
    expect(error.code).toBe('channel.unreachable');
  });

  test('is not sent readable when encryption was asked for', async () => {
    await using server = await mailServer();
    const work = send(email, { ...settings(server.port), encryption: 'starttls' }, message());
    expect((await failureOf(work)).code).toMatch(/^channel\./);
    expect(server.mails).toEqual([]);
  });
});
