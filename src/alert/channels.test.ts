import { defineChannel } from '@tomte/sdk/define';
import { isError } from '@tomte/sdk/errors';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import { scrub } from '../lib/secret.ts';
import { freshStore } from '../store/testing.ts';
import { defaultChannels } from './defaults.ts';
import { merge } from './merge.ts';
import { openRoom, receiver, water } from './testing.ts';

const store = await freshStore();
const room = await openRoom(store);
afterAll(() => store.close());
const secret = 'a-long-secret-of-mine';

test('a secret is sealed in the store, masked on the screen, and kept when sent back masked', async () => {
  await using hook = await receiver(() => ({ status: 204 }));
  const saved = await room.alerts.saveChannel({
    kind: 'webhook',
    name: 'Node-RED',
    settings: { url: hook.url, secret },
  });
  expect(saved.settings).toEqual({ url: hook.url, secret: '«secret»', withPicture: true });
  const rows = await store.db.selectFrom('channels').selectAll().execute();
  expect(JSON.stringify(rows)).not.toContain(secret);
  expect(rows[0]!.secrets_sealed!.toString('latin1')).not.toContain(secret);
  await room.alerts.saveChannel({
    id: saved.id,
    kind: 'webhook',
    name: 'Renamed',
    settings: saved.settings,
  });
  await room.alerts.testChannel(saved.id);
  expect(hook.received[0]!.headers['tomte-signature']).toMatch(/^t=\d+,v1=/);
  expect((await room.alerts.channels())[0]).toMatchObject({ name: 'Renamed', enabled: true });
  expect(scrub(`echo ${secret}`)).toBe('echo «secret»');
  await room.alerts.removeChannel(saved.id);
  expect(await room.alerts.channels()).toEqual([]);
});

test('the token of an ntfy server does not go along when its address becomes another', async () => {
  const settings = { url: 'https://ntfy.example/topic', token: 'tk_of_mine' };
  const ntfy = { kind: 'ntfy', name: 'Push' };
  const saved = await room.alerts.saveChannel({ ...ntfy, settings });
  const change = (url: string) =>
    room.alerts.saveChannel({ ...ntfy, id: saved.id, settings: { ...saved.settings, url } });
  await change('https://ntfy.example/other-topic');
  const refused = { code: 'api.invalid', message: expect.stringContaining('type it again') };
  await expect(change('https://evil.example/topic')).rejects.toMatchObject(refused);
  await room.alerts.removeChannel(saved.id);
});

test('wrong settings are refused, each field named', async () => {
  const work = room.alerts.saveChannel({
    kind: 'ntfy',
    name: 'x',
    settings: { url: 'my-home', colour: 'red' },
  });
  const error = await work.catch((cause: unknown) => cause);
  expect(isError(error, 'api.invalid')).toBe(true);
  expect(JSON.stringify(error)).toMatch(/"path":"url"/);
  await expect(
    room.alerts.saveChannel({ kind: 'pigeon', name: 'x', settings: {} }),
  ).rejects.toMatchObject({ code: 'api.invalid' });
  await expect(
    room.alerts.saveChannel({ id: 'gone', kind: 'ntfy', name: 'x', settings: {} }),
  ).rejects.toMatchObject({ code: 'channel.not_found' });
});

test('every kind has a form in which each field is explained', () => {
  const kinds = room.alerts.channelKinds();
  expect(kinds.length).toBeGreaterThan(4);
  for (const { schema } of kinds) {
    for (const field of Object.values(schema.properties as Record<string, object>)) {
      expect(field).toHaveProperty('description');
    }
  }
});

test('a mailbox gets the news and the end, not each update between them', async () => {
  const mailbox = await openRoom(store, {
    channels: new Map([
      [
        'mailbox',
        defineChannel({
          title: 'Mailbox',
          text: '',
          appends: true,
          settings: z.strictObject({}),
          send: async (message) => {
            mails.push(message.title);
            return { receipt: '' };
          },
        }),
      ],
    ]),
  });
  const mails: string[] = [];
  const { id } = await mailbox.alerts.saveChannel({ kind: 'mailbox', name: 'm', settings: {} });
  const alert = await mailbox.alerts.open(water());
  await mailbox.alerts.drain();
  const at = mailbox.clock.now() + 20 * 60_000;
  mailbox.clock.pass(20 * 60_000);
  await mailbox.alerts.open(water({ title: 'Water has run for 72 minutes', at }));
  await mailbox.alerts.acknowledge(alert.id, 'Maja');
  await mailbox.alerts.drain();
  await mailbox.alerts.resolve('home-1', water().key, { title: 'Over', text: '23 L', at });
  await mailbox.alerts.drain();
  expect(mails).toEqual(['Water has run for 52 minutes', 'Over']);
  await mailbox.alerts.removeChannel(id);
});

test('what waits for a channel is held back when the channel is switched off', async () => {
  const settings = {};
  const bell = { kind: 'persistent-notification', name: 'Bell', settings };
  const { id } = await room.alerts.saveChannel(bell);
  await room.alerts.open(water({ key: 'later' }));
  await room.alerts.saveChannel({ ...bell, id, enabled: false });
  await room.alerts.drain();
  expect(room.voice.told).toEqual([]);
  const [alert] = await room.alerts.list({ state: 'open', home: 'home-1', limit: 1 });
  expect(alert?.deliveries).toMatchObject([{ channel: 'Bell', state: 'held' }]);
});

test('a home that is linked gets its own bell and a channel for each phone', () => {
  const actions = {
    notify: { mobile_app_majas_phone: {}, send_message: {}, notify: {} },
    light: { turn_on: {} },
  };
  expect(defaultChannels(actions)).toMatchObject([
    { kind: 'persistent-notification', name: 'Home Assistant', enabled: true },
    {
      kind: 'companion-app',
      name: 'Majas phone',
      severities: ['now', 'today', 'digest'],
      settings: { action: 'notify.mobile_app_majas_phone' },
    },
  ]);
});

test('of messages that wait for one channel only the newest is sent, and it rings if one had to', () => {
  const waiting = (turn: number, over: object = {}) => ({
    id: `d${turn}`,
    kind: 'update' as const,
    silent: true,
    attempts: 0,
    next_at: new Date(0),
    turn,
    ...over,
  });
  const open = waiting(1, { kind: 'open', silent: false });
  expect(merge([open, waiting(2), waiting(3)], false)).toEqual({
    kind: 'send',
    id: 'd3',
    as: 'open',
    silent: false,
    attempts: 0,
    superseded: ['d1', 'd2'],
  });
  const over = waiting(2, { kind: 'over' });
  expect(merge([open, over], false).kind).toBe('skip');
  expect(merge([open, over], true)).toMatchObject({ kind: 'send', as: 'over', silent: true });
  expect(merge([{ ...open, attempts: 1 }, over], false).kind).toBe('send');
});
