import { TomteError } from '@tomte/sdk/errors';
import { afterAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { scrub } from '../../lib/secret.ts';
import { addApproval } from '../../store/approvals.ts';
import { json } from '../../store/tables.ts';
import { freshStore } from '../../store/testing.ts';
import type { Choices } from '../life.ts';
import { earFetch } from '../reach.ts';
import { failureOf, linked, message, png, send } from '../testing/channel.ts';
import { botToken, telegramServer } from '../testing/telegram.ts';
import { home, openRoom, water } from '../testing.ts';
import telegram from './telegram.ts';

const settings = (server: string, over: object = {}) => ({
  token: botToken,
  chat: '4711',
  server,
  ...over,
});

describe('a message in Telegram', () => {
  test('has the chart, the words and buttons, and rings when it is for now', async () => {
    await using server = await telegramServer();
    const text = 'Hall <script> & "door" *now* _x_';
    await send(telegram, settings(server.url), message({ ...linked, text }));
    const [one] = server.shown;
    expect(one).toMatchObject({ chat: 4711, silent: false });
    expect(Buffer.from(one!.photo!)).toEqual(Buffer.from(png));
    expect(one!.text).toBe(
      `The freezer is warming: −11 °C\n${text}\n• Its plug draws 0 W since 13:05\nVilla Berg`,
    );
    expect(one!.html).toContain('<b>The freezer is warming');
    expect(one!.buttons.map((row) => row.map((button) => button.text))).toEqual([
      ['I see it'],
      ['The whole alert'],
    ]);
  });

  test('for later today makes no sound', async () => {
    await using server = await telegramServer();
    await send(telegram, settings(server.url), message({ severity: 'today', picture: null }));
    expect(server.shown[0]).toMatchObject({ silent: true, photo: null });
  });

  test.each([png, null])('however long it is, it fits', async (picture) => {
    await using server = await telegramServer();
    const long = '𝄞&<'.repeat(400);
    const lines = Array.from({ length: 4 }, () => long);
    await send(
      telegram,
      settings(server.url),
      message({ title: 'x'.repeat(120), text: long, lines, picture }),
    );
    const shown = server.shown[0]!.text;
    expect(shown.length).toBeLessThanOrEqual(picture ? 1024 : 4096);
    expect(shown.isWellFormed()).toBe(true);
    expect(shown.includes('…')).toBe(picture !== null);
  });

  test('is changed in place without sound, with its picture, and ends without buttons', async () => {
    await using server = await telegramServer();
    const first = await send(telegram, settings(server.url), message());
    const update = message({
      kind: 'update',
      silent: true,
      text: 'Seen by Maja 02:44. It goes on.',
    });
    const second = await send(telegram, settings(server.url), update, { before: first.receipt });
    expect(second).toEqual(first);
    const over = message({ kind: 'over', silent: true, title: 'Over', picture: null, buttons: [] });
    const third = await send(telegram, settings(server.url), over, { before: second.receipt });
    expect(third).toEqual(first);
    expect(server.shown).toHaveLength(1);
    expect(server.shown[0]).toMatchObject({ edits: 2, buttons: [] });
    expect(server.shown[0]!.text).toMatch(/^Over\n/);
  });

  test('without a picture gets one at a change', async () => {
    await using server = await telegramServer();
    const first = await send(telegram, settings(server.url), message({ picture: null }));
    const update = message({ kind: 'update', silent: true });
    const second = await send(telegram, settings(server.url), update, { before: first.receipt });
    expect(second.receipt).toBe('4711 1 photo');
    expect(server.shown).toHaveLength(1);
  });

  test('that is news again is a new one, and the old one goes', async () => {
    await using server = await telegramServer();
    const first = await send(telegram, settings(server.url), message());
    const worse = message({ kind: 'update', title: '6 L/min' });
    const second = await send(telegram, settings(server.url), worse, { before: first.receipt });
    expect(second.receipt).not.toBe(first.receipt);
    expect(server.shown.map(({ message_id, silent }) => [message_id, silent])).toEqual([
      [2, false],
    ]);
  });

  test('that somebody deleted is sent again', async () => {
    await using server = await telegramServer();
    const first = await send(telegram, settings(server.url), message());
    server.shown.splice(0);
    const update = message({ kind: 'update', silent: true });
    const second = await send(telegram, settings(server.url), update, { before: first.receipt });
    expect(server.shown).toHaveLength(1);
    expect(second.receipt).toBe('4711 2 photo');
  });

  test('the same again is taken as done', async () => {
    await using server = await telegramServer();
    const same = message({ picture: null, silent: true });
    const first = await send(telegram, settings(server.url), same);
    expect(await send(telegram, settings(server.url), same, { before: first.receipt })).toEqual(
      first,
    );
  });

  test('goes without the link where Telegram does not take the address', async () => {
    await using server = await telegramServer();
    const odd = message({ link: 'http://tomte:8640/s/abc' });
    await send(telegram, settings(server.url), odd);
    expect(server.shown[0]!.buttons.flat().map(({ text }) => text)).not.toContain(
      'The whole alert',
    );
  });

  test('goes as text where pictures are not taken', async () => {
    await using server = await telegramServer();
    server.refuse = (method) =>
      method === 'sendPhoto'
        ? { code: 400, description: 'Bad Request: not enough rights to send photos to the chat' }
        : null;
    await send(telegram, settings(server.url), message());
    expect(server.shown[0]).toMatchObject({ photo: null });
  });

  test('follows a group that got another number', async () => {
    await using server = await telegramServer();
    server.chats = new Set([-100123]);
    let moved = false;
    server.refuse = () => {
      if (moved) return null;
      moved = true;
      const description = 'Bad Request: group chat was upgraded to a supergroup chat';
      return { code: 400, description, parameters: { migrate_to_chat_id: -100123 } };
    };
    const sent = await send(telegram, settings(server.url), message());
    expect(sent.receipt).toBe('-100123 1 photo');
  });
});

describe('Telegram’s refusals say what to do', () => {
  const refused = async (code: number, description: string, parameters?: object) => {
    await using server = await telegramServer();
    server.refuse = () => ({ code, description, ...(parameters ? { parameters } : {}) });
    return await failureOf(send(telegram, settings(server.url), message({ picture: null })));
  };
  test.each([
    [400, 'Bad Request: chat not found', 'channel.receiver_unknown', /start/],
    [403, 'Forbidden: bot was blocked by the user', 'channel.blocked', /Restart/],
    [403, "Forbidden: bot can't initiate conversation with a user", 'channel.blocked', /Start/],
    [403, 'Forbidden: bot was kicked from the group chat', 'channel.blocked', /group/],
    [400, 'Bad Request: message thread not found', 'channel.receiver_unknown', /topic/],
    [
      400,
      'Bad Request: not enough rights to send text messages to the chat',
      'channel.blocked',
      /permissions/,
    ],
    [401, 'Unauthorized', 'channel.login_refused', /BotFather/],
    [500, 'Internal Server Error', 'channel.unreachable', /again/],
  ])('%i %s', async (status, description, code, hint) => {
    const error = await refused(status, description);
    expect(error.code).toBe(code);
    expect(error.hint).toMatch(hint);
  });

  test('too many: it waits as long as Telegram says', async () => {
    const error = await refused(429, 'Too Many Requests: retry after 35', { retry_after: 35 });
    expect(error).toMatchObject({
      code: 'channel.rate_limited',
      details: { retryAfterMs: 35_000 },
    });
  });

  test('a wrong token, and one that is no token, are told apart from nothing else', async () => {
    await using server = await telegramServer();
    const other = '123456789:AAEhBOweik6ad9r_another_one_here';
    for (const token of [other, '../../getMe?padding=12345678']) {
      const error = await failureOf(send(telegram, settings(server.url, { token }), message()));
      expect(error.code).toBe('channel.login_refused');
    }
  });

  test('no chat yet: it says how to find it', async () => {
    const error = await failureOf(
      send(telegram, settings('http://127.0.0.1:1', { chat: undefined }), message()),
    );
    expect(error).toMatchObject({
      code: 'channel.receiver_unknown',
      hint: expect.stringContaining('/start'),
    });
  });

  test('the token stands in no error, also when nobody answers', async () => {
    for (const server of ['http://127.0.0.1:1', 'http://169.254.169.254']) {
      const error = await failureOf(send(telegram, settings(server), message()));
      const causes = [error, error.cause, (error.cause as Error | undefined)?.cause];
      const told = causes.map((e) => `${JSON.stringify(e)} ${(e as Error | undefined)?.stack}`);
      expect(told.join()).not.toContain('AAEhBOweik6ad9r');
    }
  });
});

describe('buttons in Telegram', async () => {
  const store = await freshStore();
  afterAll(() => store.close());
  const open = (server: string, o: Parameters<typeof openRoom>[1] = {}) =>
    openRoom(store, { earFetch: earFetch(systemClock), ...o }).then(async (room) => {
      for (const { id } of await room.alerts.channels()) await room.alerts.removeChannel(id);
      await room.alerts.saveChannel({
        kind: 'telegram',
        name: 'Family',
        settings: settings(server),
      });
      return room;
    });
  /** A question that is told like an alert. */
  async function ask(
    room: Awaited<ReturnType<typeof open>>,
    id: string,
    options: Choices['options'],
  ) {
    const expiresAt = room.clock.now() + 3_600_000;
    await addApproval(store.db, {
      ...{
        id,
        home_id: home,
        kind: 'question',
        title: 'Close the valve?',
        text: '',
        fallback: 'no',
      },
      ...{ options: json(options), state: 'open', expires_at: new Date(expiresAt) },
    });
    await room.alerts.open(water({ key: id, approval: { id, options, expiresAt } }));
    await room.alerts.drain();
  }
  /** News right after a look are looked at together, this much later. */
  const gatheredMs = 100;
  const earOf = async (room: Awaited<ReturnType<typeof open>>) =>
    (await room.alerts.channels())[0]!.ear;

  test('a press says it was seen, by whom, on the message itself', async () => {
    await using server = await telegramServer();
    const room = await open(server.url);
    await room.alerts.open(water({ key: 'press' }));
    await room.alerts.drain();
    room.alerts.start();
    await server.until(() => server.offsets.length > 1);
    expect((await earOf(room))?.state).toBe('hears');
    server.press(4711, 'I see it');
    await server.until(() => server.answers.length === 1);
    expect(server.answers[0]!.text).toBe('Noted.');
    room.clock.pass(gatheredMs);
    await server.until(() => /^.*\nSeen by Maja 02:41\. /.test(server.shown[0]!.text));
    expect(server.shown).toHaveLength(1);
    const pressed = (await room.alerts.list()).find(({ key }) => key === 'press');
    expect(pressed).toMatchObject({ state: 'acknowledged' });
    await room.alerts.stop();
  });

  test('news are confirmed with the next number, which survives a restart', async () => {
    await using server = await telegramServer();
    const room = await open(server.url);
    await room.alerts.open(water({ key: 'offset' }));
    await room.alerts.drain();
    room.alerts.start();
    await server.until(() => server.offsets.length > 1);
    server.press(4711, 'Quiet until 07:00');
    await server.until(() => server.offsets.at(-1) === 1001);
    await room.alerts.stop();
    const asked = server.offsets.length;
    const again = await openRoom(store, { earFetch: earFetch(systemClock) });
    again.alerts.start();
    await server.until(() => server.offsets.length > asked);
    expect(server.offsets[asked]).toBe(1001);
    expect(server.answers).toHaveLength(1);
    await again.alerts.stop();
  });

  test('a press while Tomte was off is heard when it is back', async () => {
    await using server = await telegramServer();
    const room = await open(server.url);
    await room.alerts.open(water({ key: 'off' }));
    await room.alerts.drain();
    server.press(4711, 'I see it');
    room.alerts.start();
    await server.until(() => server.answers.length === 1);
    await room.alerts.stop();
    const alert = (await room.alerts.list()).find(({ key }) => key === 'off');
    expect(alert!.state).toBe('acknowledged');
  });

  test('of two workers only the one that looks after the home listens, until the other takes it over', async () => {
    await using server = await telegramServer();
    let holder = 'a';
    const hears = (worker: string) => async () => holder === worker;
    const first = await open(server.url, { hears: hears('a') });
    const second = await openRoom(store, {
      earFetch: earFetch(systemClock),
      hears: hears('b'),
    });
    await first.alerts.open(water({ key: 'worker' }));
    await first.alerts.drain();
    first.alerts.start();
    second.alerts.start();
    await server.until(() => server.offsets.length > 1);
    await second.alerts.homesChanged();
    expect([(await earOf(first))?.state, (await earOf(second))?.state]).toEqual([
      'hears',
      undefined,
    ]);
    holder = 'b';
    await first.alerts.homesChanged();
    const asked = server.offsets.length;
    await second.alerts.homesChanged();
    await server.until(() => server.offsets.length > asked + 1);
    expect([(await earOf(first))?.state, (await earOf(second))?.state]).toEqual([
      undefined,
      'hears',
    ]);
    server.press(4711, 'I see it');
    await server.until(() => server.answers.length === 1);
    await second.alerts.stop();
    await first.alerts.stop();
    const alert = (await first.alerts.list()).find(({ key }) => key === 'worker');
    expect(alert!.state).toBe('acknowledged');
  });

  test('two chats of one bot share one ear, and a button counts in its own chat only', async () => {
    await using server = await telegramServer();
    server.chats = new Set([4711, 815]);
    const room = await open(server.url);
    await room.alerts.saveChannel({
      kind: 'telegram',
      name: 'Ola',
      settings: settings(server.url, { chat: '815' }),
    });
    await room.alerts.open(water({ key: 'two' }));
    await room.alerts.drain();
    room.alerts.start();
    await server.until(() => server.offsets.length > 1);
    const own = server.shown.find(({ chat }) => chat === 4711)!;
    const other = server.shown.find(({ chat }) => chat === 815)!;
    const buttons = other.buttons;
    other.buttons = own.buttons;
    server.press(815, 'I see it');
    await server.until(() => server.answers.length === 1);
    expect(server.answers[0]!.text).toContain('not one of Tomte’s');
    other.buttons = buttons;
    server.press(815, 'I see it', { id: 8, first_name: 'Ola' });
    await server.until(() => server.answers.length === 2);
    room.clock.pass(gatheredMs);
    await server.until(() => server.shown.every(({ text }) => text.includes('Seen by Ola 02:41')));
    await room.alerts.stop();
  });

  test('what cannot be taken back is asked for twice', async () => {
    await using server = await telegramServer();
    const chosen: string[] = [];
    const room = await open(server.url, {
      choose: async ({ option, by }) => void chosen.push(`${option} ${by}`),
    });
    await ask(room, 'ap1', [
      { id: 'no', label: 'No' },
      { id: 'yes', label: 'Close valve', danger: true },
    ]);
    room.alerts.start();
    await server.until(() => server.offsets.length > 1);
    server.press(4711, 'Close valve');
    await server.until(() => server.answers.length === 1);
    expect(server.answers[0]).toEqual({ text: expect.stringContaining('once more'), alert: true });
    expect(chosen).toEqual([]);
    server.press(4711, 'Close valve');
    await server.until(() => server.answers.length === 2);
    expect(chosen).toEqual(['yes Maja']);
    await room.alerts.stop();
  });

  test('a second answer is told that the first one counted', async () => {
    await using server = await telegramServer();
    const room = await open(server.url, {
      choose: async () => {
        throw new TomteError('approval.closed', 'Maja said no 02:40');
      },
    });
    await ask(room, 'ap2', [{ id: 'no', label: 'No' }]);
    room.alerts.start();
    await server.until(() => server.offsets.length > 1);
    server.press(4711, 'No');
    await server.until(() => server.answers.length === 1);
    expect(server.answers[0]!.text).toBe('Maja said no 02:40.');
    await room.alerts.stop();
  });

  test('a bot that another program hears, or whose token is wrong, is shown as deaf with the way out', async () => {
    await using server = await telegramServer();
    const room = await open(server.url);
    server.refuse = (method) =>
      method === 'getUpdates'
        ? {
            code: 409,
            description:
              "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
          }
        : null;
    room.alerts.start();
    await expect
      .poll(() => earOf(room), { timeout: 10_000 })
      .toMatchObject({
        state: 'deaf',
        error: { code: 'channel.refused', hint: expect.stringContaining('BotFather') },
      });
    await room.alerts.stop();
  });

  test('whoever starts the bot is told the number of the chat', async () => {
    await using server = await telegramServer();
    server.chats = new Set([4711, 99]);
    const room = await open(server.url);
    room.alerts.start();
    server.write(99, '/start');
    await server.until(() => server.shown.length === 1);
    expect(server.shown[0]!.text).toContain('99');
    await room.alerts.stop();
  });

  test('the token is sealed and masked', async () => {
    await using server = await telegramServer();
    const room = await open(server.url);
    expect((await room.alerts.channels())[0]!.settings).toMatchObject({
      token: '«secret»',
      chat: '4711',
    });
    const rows = await store.db.selectFrom('channels').selectAll().execute();
    const names = await store.db.selectFrom('settings').selectAll().execute();
    expect(JSON.stringify([rows, names])).not.toContain('AAEhBOweik6ad9r');
    await room.alerts.testChannel((await room.alerts.channels())[0]!.id);
    expect(scrub(`/bot${botToken}/sendMessage`)).toBe('/bot«secret»/sendMessage');
    expect(server.shown[0]!.buttons.flat()[0]!.text).toBe('It works');
  });
});
