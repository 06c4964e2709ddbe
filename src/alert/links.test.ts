import { createSecretKey } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import { freshStore } from '../store/testing.ts';
import { linkActions, openLinks } from './links.ts';
import { renderLinkPage } from './links-page.ts';
import { removePerson, savePerson } from './persons.ts';
import { handClock, home, night, openRoom, type Room, testKey, water } from './testing.ts';
import { nextMorning } from './turn.ts';

const publicUrl = 'https://tomte.example.org/home/';
const links = openLinks(testKey, () => publicUrl);
const subject = { id: 'a1', action: 'seen', channel: 'c1' } as const;
const tokenOf = (url: string | null) => url!.slice(url!.lastIndexOf('/') + 1);
const store = await freshStore();
afterAll(() => store.close());

describe('a signed link', () => {
  test('opens what it was made for, for seven days', () => {
    const url = links.url(subject, night);
    expect(url).toMatch(/^https:\/\/tomte\.example\.org\/home\/s\/[\w-]+\.[\w-]{43}$/);
    expect(links.read(tokenOf(url), night + 6.9 * 86_400_000)).toEqual(subject);
    expect(() => links.read(tokenOf(url), night + 7.1 * 86_400_000)).toThrow(/seven days/);
  });

  test('that was changed, cut, or made with another key is refused', () => {
    const token = tokenOf(links.url(subject, night));
    const [body, mac] = token.split('.') as [string, string];
    const other = Buffer.from(Buffer.from(body, 'base64url').toString().replace('a1', 'a2'));
    const bad = [
      `${other.toString('base64url')}.${mac}`,
      body,
      `${body}.`,
      '',
      '.',
      `${body}.${mac}x`,
      'x'.repeat(5000),
      tokenOf(openLinks(createSecretKey(Buffer.alloc(32, 8)), () => publicUrl).url(subject, night)),
    ];
    for (const one of bad) {
      expect(() => links.read(one, night), one).toThrow(
        expect.objectContaining({ code: 'api.link_expired' }),
      );
    }
  });

  test.each([
    null,
    '',
    'http://127.0.0.1:8640',
    'http://localhost:8640',
    'http://[::1]:8640',
    'http://0.0.0.0:8640',
    'http://tomte.localhost',
    'http://127.1',
  ])('is not made for an address phones cannot open: %s', (url) => {
    expect(openLinks(testKey, () => url).url(subject, night)).toBeNull();
  });
});

describe('the page of a link', () => {
  test('only shows; its button acts, once, in the name of the channel that carried it', async () => {
    const room = await openRoom(store, { publicUrl: () => publicUrl });
    const settings = { action: 'notify.mobile_app_maja' };
    const name = 'Maja’s phone';
    await room.alerts.saveChannel({ kind: 'companion-app', name, home, settings });
    const { id } = await room.alerts.open(water());
    await room.alerts.drain();
    type Sent = { data: { actions: { title: string; uri: string }[] } };
    const { actions } = (room.voice.told[0]!.data as unknown as Sent).data;
    expect(actions.map(({ title }) => title)).toEqual(['I see it', 'Quiet until 07:00']);
    const token = tokenOf(actions[0]!.uri);
    const shown = await room.alerts.links.show(token);
    expect(shown).toContain('Water has run for 52 minutes');
    expect(shown).toContain('I see it');
    expect((await room.alerts.page(id)).state).toBe('open');
    expect(await room.alerts.links.act(token)).toContain('Seen by Maja’s phone 02:41.');
    expect(await room.alerts.page(id)).toMatchObject({ state: 'acknowledged', seenBy: name });
    const quiet = tokenOf(actions[1]!.uri);
    expect(await room.alerts.links.act(quiet)).toContain('Quiet until 07:00.');
    expect((await room.alerts.page(id)).quietUntil).toBe('2026-11-21T06:00:00.000Z');
    await room.alerts.stop();
  });

  test('of a whole alert offers both buttons, each with its own token', async () => {
    const room = await openRoom(store, { publicUrl: () => publicUrl });
    const { id } = await room.alerts.open(water({ key: 'open-page' }));
    const html = await room.alerts.links.show(tokenOf(room.alerts.link(id, 'open')));
    expect(html.match(/<form method="post" action="[\w.-]+">/g)).toHaveLength(2);
    expect(html).not.toMatch(/<script|javascript:/i);
  });

  test('shows texts of the home as text', async () => {
    const room = await openRoom(store);
    const { id } = await room.alerts.open(
      water({ key: 'x', title: '<img src=x onerror=1>', lines: ['"><script>x</script>'] }),
    );
    const page = await room.alerts.page(id);
    for (const action of linkActions) {
      const html = renderLinkPage(page, { action, done: false });
      expect(html).not.toContain('<script>');
      expect(html).not.toContain('<img');
    }
  });
});

test('whose yes does not count may see an alert, and switch nothing by its button', async () => {
  const pressed: string[] = [];
  const room = await openRoom(store, {
    async press(alert, by) {
      pressed.push(`${alert} ${by}`);
      return { text: 'Close Main valve: confirmed' };
    },
  });
  const { id: channel } = await room.alerts.saveChannel({
    ...{ kind: 'webhook', name: 'Hall tablet' },
    settings: { url: 'https://hook.example', secret: 'a-long-secret-of-mine' },
  });
  const person = { name: 'Ola', channels: [channel], maySayYes: false };
  const { id: ola } = await savePerson(store.db, person);
  const { id } = await room.alerts.open(water({ key: 'switched' }));
  const token = (action: 'act' | 'seen') => links.token({ id, action, channel }, night);
  const refusal = { code: 'person.not_allowed', message: 'Ola may not answer this' };
  await expect(room.alerts.links.act(token('act'))).rejects.toMatchObject(refusal);
  await expect(room.alerts.links.press(token('act'))).rejects.toMatchObject(refusal);
  await room.alerts.links.press(token('seen'));
  expect((await room.alerts.page(id)).seenBy).toBe('Ola');
  expect(pressed).toEqual([]);
  await savePerson(store.db, { ...person, id: ola, maySayYes: true });
  await room.alerts.links.press(token('act'));
  expect(pressed).toEqual([`${id} Ola`]);
  await removePerson(store.db, ola);
  await room.alerts.removeChannel(channel);
});

test('the way out of a mail switches the channel off by its button alone, for a year, and says where it comes back', async () => {
  const room = await openRoom(store, { clock: handClock(), publicUrl: () => publicUrl });
  const { id } = await room.alerts.saveChannel({
    ...{ kind: 'webhook', name: 'Mails to <Maja>' },
    settings: { url: 'https://hook.example', secret: 'a-long-secret-of-mine' },
  });
  const until = room.clock.now() + 365 * 86_400_000;
  const token = links.token({ id, action: 'stop', channel: id, until }, room.clock.now());
  await room.alerts.open(water({ key: 'waits' }));
  const enabled = async () =>
    (await room.alerts.channels()).find((channel) => channel.id === id)?.enabled;
  expect(await room.alerts.links.show(token)).toContain('Switch it off');
  expect(await enabled()).toBe(true);
  room.clock.pass(300 * 86_400_000);
  expect(await room.alerts.links.act(token)).toContain('Mails to &lt;Maja&gt; is off.');
  expect(await enabled()).toBe(false);
  const shown = async () => (await room.alerts.channels()).find((channel) => channel.id === id);
  expect(await shown()).toMatchObject({ stoppedAt: new Date(room.clock.now()).toISOString() });
  const { kind, name, settings } = (await shown())!;
  await room.alerts.saveChannel({ id, kind, name, settings, enabled: true });
  expect(await shown()).toMatchObject({ enabled: true, stoppedAt: null });
  await room.alerts.removeChannel(id);
  expect(await room.alerts.links.act(token)).toContain('This channel is off.');
});

describe('whoever ends their last way for what is urgent', () => {
  const until = night + 365 * 86_400_000;
  const phone = (room: Room, name: string, o: object = {}) =>
    room.alerts.saveChannel({
      ...{ kind: 'companion-app', name, home },
      settings: { action: `notify.mobile_app_${name.toLowerCase()}` },
      ...o,
    });
  const ends = (room: Room, id: string) =>
    room.alerts.links.press(links.token({ id, action: 'stop', channel: id, until }, night));
  const told = ({ voice }: Room) =>
    voice.told.map(({ action, data }) => `${action}: ${data.title}`);

  test('is told of it on what is left of theirs, once; else somebody else is', async () => {
    await using own = await freshStore();
    const room = await openRoom(own, { publicUrl: () => publicUrl });
    const mail = await phone(room, 'Mail');
    const small = await phone(room, 'Tablet', { severities: ['today'] });
    await phone(room, 'Ola');
    await savePerson(own.db, { name: 'Maja', channels: [mail.id, small.id] });
    await ends(room, mail.id);
    await ends(room, mail.id);
    await room.alerts.drain();
    expect(told(room)).toEqual(['mobile_app_tablet: Maja hears of nothing urgent any more']);
    expect(room.voice.told[0]!.data.message).toBe(
      '“Mail” was ended by the link in a message. It is switched on again in Tomte, under Home.',
    );
    await room.alerts.removeChannel(small.id);
    const { kind, name, settings } = mail;
    await room.alerts.saveChannel({ ...{ id: mail.id, kind, name, settings }, enabled: true });
    await ends(room, mail.id);
    await room.alerts.drain();
    expect(told(room)[1]).toBe('mobile_app_ola: Maja hears of nothing urgent any more');
  });

  test('is nobody while there is another way', async () => {
    await using own = await freshStore();
    const room = await openRoom(own, { publicUrl: () => publicUrl });
    const [mail, mine] = [await phone(room, 'Mail'), await phone(room, 'Maja')];
    await savePerson(own.db, { name: 'Maja', channels: [mail.id, mine.id] });
    await ends(room, mail.id);
    await room.alerts.drain();
    expect(told(room)).toEqual([]);
  });
});

test('a test is ticked by what the channel took, what the person saw, and the pressed button', async () => {
  const room = await openRoom(store, {
    clock: handClock(),
    publicUrl: () => publicUrl,
  });
  const settings = { action: 'notify.mobile_app_maja' };
  const { id } = await room.alerts.saveChannel({
    kind: 'companion-app',
    name: 'Maja’s phone',
    home,
    settings,
  });
  const after = await room.alerts.testChannel(id);
  expect(after.test).toMatchObject({ arrived: true, picture: null, button: null });
  type Sent = { data: { image: string; actions: { uri: string }[] } };
  const { data } = room.voice.told[0]!.data as unknown as Sent;
  expect(data.image).toBe('/api/image/serve/1/original');
  expect(Buffer.from(room.voice.kept[0]!).subarray(1, 4).toString()).toBe('PNG');
  expect(room.voice.kept[0]!.length).toBeLessThan(30_000);
  const token = tokenOf(data.actions[0]!.uri);
  expect(await room.alerts.links.show(token)).toContain('Press the button');
  await room.alerts.links.act(token);
  const confirmed = await room.alerts.confirmTest(id, { picture: true });
  expect(confirmed.test).toMatchObject({ arrived: true, picture: true, button: true });
  room.voice.failure = new Error('fault');
  await expect(room.alerts.testChannel(id)).rejects.toThrow('fault');
});

test.each([
  ['in the night', '2026-11-21T01:41:00Z', '2026-11-21T06:00:00Z'],
  ['at seven sharp', '2026-11-21T06:00:00Z', '2026-11-22T06:00:00Z'],
  ['in the evening', '2026-11-21T20:00:00Z', '2026-11-22T06:00:00Z'],
  ['when the clock goes back', '2026-10-24T20:00:00Z', '2026-10-25T06:00:00Z'],
  ['when the clock goes forward', '2026-03-28T20:00:00Z', '2026-03-29T05:00:00Z'],
])('quiet until seven means the next seven o’clock of the home: %s', (_when, now, until) => {
  expect(nextMorning(Date.parse(now), 'Europe/Oslo')).toBe(Date.parse(until));
});
