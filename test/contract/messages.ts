/** What alerts need of a home: its phones, its notices, its picture store. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pushReceiver } from '../kit/push.ts';
import { type RawSocket, rest } from '../kit/raw-home.ts';
import { eventually, type HomeRow, type TestHome } from './homes.ts';

const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);

export function messagesContract({ start }: HomeRow): void {
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

  test('a phone gets the whole message, and its buttons come back to an administrator', async () => {
    const name = `Contract ${home.admin ? 'admin' : 'resident'}`;
    const phone = await pushReceiver({ url: home.url, token: home.token, name });
    await eventually(async () => {
      const actions = await socket.result<{ notify: Record<string, object> }>('get_services');
      return actions.notify[phone.action] ?? null;
    });
    const data = {
      tag: 'water',
      image: '/api/image/serve/1/original',
      actions: [{ action: 'SEEN', title: 'I see it' }],
    };
    const message = { title: 'Water', message: 'It runs.', data };
    await socket.result('call_service', {
      domain: 'notify',
      service: phone.action,
      service_data: message,
    });
    expect(await phone.pushes.until((p) => p.title === 'Water')).toMatchObject({
      ...message,
      push_token: 'test',
    });
    if (home.admin) {
      const id = socket.nextId();
      await socket.result('subscribe_events', { event_type: 'mobile_app_notification_action' });
      await phone.press('SEEN');
      const { event } = await socket.events.until((e) => e.id === id);
      expect(event).toMatchObject({ data: { action: 'SEEN' } });
    }
    await phone.close();
  });

  test('a phone nobody has is an unknown Action', async () => {
    const sent = { domain: 'notify', service: 'mobile_app_nobody', service_data: { message: 'x' } };
    expect((await socket.call('call_service', sent)).error).toMatchObject({ code: 'not_found' });
  });

  test('a notice is kept under its id, replaced in place and dismissed', async () => {
    const id = `contract_${home.admin}`;
    const mine = async () =>
      (await socket.result<Record<string, unknown>[]>('persistent_notification/get')).filter(
        (n) => n.notification_id === id,
      );
    const write = (message: string) =>
      socket.result('call_service', {
        domain: 'persistent_notification',
        service: 'create',
        service_data: { notification_id: id, title: 'Water', message },
      });
    await write('It runs.');
    await write('Over.');
    expect(await mine()).toEqual([
      { notification_id: id, title: 'Water', message: 'Over.', created_at: expect.any(String) },
    ]);
    await socket.result('call_service', {
      domain: 'persistent_notification',
      service: 'dismiss',
      service_data: { notification_id: id },
    });
    expect(await mine()).toEqual([]);
  });

  test('a picture that anyone uploads is served without a token', async () => {
    const form = new FormData();
    form.set('file', new Blob([picture], { type: 'image/png' }), 'chart.png');
    const kept = (await rest(home, { method: 'POST', path: '/api/image/upload', body: form }))
      .json as Record<string, unknown>;
    expect(kept).toMatchObject({
      content_type: 'image/png',
      name: 'chart.png',
      filesize: picture.length,
    });
    const served = await fetch(`${home.url}/api/image/serve/${String(kept.id)}/original`);
    expect([served.status, served.headers.get('content-type')]).toEqual([200, 'image/png']);
    expect(Buffer.from(await served.arrayBuffer()).equals(picture)).toBe(true);
    const text = new FormData();
    text.set('file', new Blob(['no picture'], { type: 'text/plain' }), 'a.txt');
    expect(
      (await rest(home, { method: 'POST', path: '/api/image/upload', body: text })).status,
    ).toBe(400);
  });
}
