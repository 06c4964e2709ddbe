/** Messages from outside: only what is signed with the key, lately, and for the first time starts anything. */
import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import { defineWorkflow } from '@tomte/sdk/define';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { answerError } from '../api/answers.ts';
import { hookRoutes } from '../api/hooks.ts';
import {
  closeTestStore,
  doors,
  home,
  type OpenedEngine,
  openTestEngine,
  setMode,
} from '../engine/testing.ts';
import { silentLog } from '../lib/log.ts';
import { virtualClock } from '../lib/testing/virtual-clock.ts';
import { makeWebhook, receive, webhooksOf } from './webhooks.ts';

const startAt = Date.parse('2026-05-01T10:00:00Z');
let opened: OpenedEngine;
let clock: ReturnType<typeof virtualClock>;
let parts: Parameters<typeof receive>[0];
afterAll(closeTestStore);
afterEach(() => opened.close());
beforeEach(async () => {
  clock = virtualClock(startAt);
  const bell = defineWorkflow({
    title: 'Bell',
    text: 'For a test.',
    settings: z.strictObject({}),
    triggers: [{ webhook: { name: 'bell' } }],
    run: async ({ trigger }) => (trigger.kind === 'webhook' ? trigger.body : null),
  });
  opened = await openTestEngine({ bell }, doors(), { clock });
  await setMode(opened.store.db, 'bell', 'on');
  const key = createSecretKey(randomBytes(32));
  parts = { store: opened.store, engine: opened.engine, clock, key, place: 'tomte' };
});

const hook = () =>
  makeWebhook(parts, {
    home,
    workflow: 'bell',
    name: 'bell',
    publicUrl: 'https://t.example/x/',
  });
const sign = (key: string, body: string, at = clock.now()) => {
  const seconds = Math.floor(at / 1000);
  return `t=${seconds},v1=${createHmac('sha256', key).update(`${seconds}.${body}`).digest('hex')}`;
};
const pathOf = ({ path }: { path: string }) => path.replace('hooks/', '');
const runs = () => opened.store.db.selectFrom('runs').select(['trigger']).execute();

test('a signed message starts the workflow with its body, once however often it comes', async () => {
  const { key, ...made } = await hook();
  expect(made.url).toBe(`https://t.example/x/${made.path}`);
  const body = JSON.stringify({ door: 'front' });
  const posted = { path: pathOf(made), signature: sign(key, body), delivery: null, body };
  expect(await receive(parts, posted)).toEqual({ runs: 1, repeated: false });
  expect(await receive(parts, posted)).toEqual({ runs: 0, repeated: true });
  // The id of a delivery is not signed: another one does not make an old message new.
  expect(await receive(parts, { ...posted, delivery: 'new' })).toEqual({ runs: 0, repeated: true });
  expect(await runs()).toMatchObject([{ trigger: { kind: 'webhook', body: { door: 'front' } } }]);
});

test('its address and key are told when they are made and never again; when it was called is told', async () => {
  const own = { home, workflow: 'bell', names: ['bell'] };
  expect(await webhooksOf(parts, own)).toEqual([
    { name: 'bell', madeAt: null, lastCalledAt: null },
  ]);
  const made = await hook();
  const known = async () => (await webhooksOf(parts, own))[0]!;
  expect(await known()).toEqual({ name: 'bell', madeAt: made.madeAt, lastCalledAt: null });
  const posted = { path: pathOf(made), signature: sign(made.key, 'x'), delivery: null, body: 'x' };
  await receive(parts, posted);
  expect((await known()).lastCalledAt).toBe(new Date(startAt).toISOString());
  // With another address it stays known when it was called: the Run keeps that.
  expect((await hook()).lastCalledAt).not.toBeNull();
});

test('a Run that waits for the message hears it', async () => {
  const waiting = defineWorkflow({
    title: 'Waiting',
    text: 'For a test.',
    settings: z.strictObject({}),
    triggers: [{ manual: true }],
    run: (ctx) => ctx.waitFor({ webhook: { name: 'answer' } }, { timeout: '1h' }),
  });
  await opened.close();
  opened = await openTestEngine({ waiting }, doors());
  await setMode(opened.store.db, 'waiting', 'on');
  parts = { ...parts, store: opened.store, engine: opened.engine };
  const [run] = await opened.engine.fire('tomte', home, { kind: 'manual', by: 'Ola', at: 1 });
  const { db } = opened.store;
  await vi.waitUntil(() => db.selectFrom('waits').select('run').executeTakeFirst(), 10_000);
  const own = { home, workflow: 'waiting', name: 'answer', publicUrl: null };
  const made = await makeWebhook(parts, own);
  const posted = {
    path: pathOf(made),
    body: '42',
    delivery: null,
    signature: sign(made.key, '42'),
  };
  expect(await receive(parts, posted)).toEqual({ runs: 0, repeated: false });
  await opened.engine.ended('tomte', run!);
  const row = await db
    .selectFrom('runs')
    .select('result')
    .where('id', '=', run!)
    .executeTakeFirstOrThrow();
  expect(row.result).toMatchObject({ value: { data: 42 } });
});

test('a sender that tries again signs anew and says it is the same', async () => {
  const { key, ...made } = await hook();
  const send = (at: number) =>
    receive(parts, {
      ...{ path: pathOf(made), delivery: 'd1', body: 'ding' },
      signature: sign(key, 'ding', at),
    });
  expect(await send(startAt)).toEqual({ runs: 1, repeated: false });
  expect(await send(startAt + 3_000)).toEqual({ runs: 0, repeated: true });
});

test('forged, altered, stale and misdirected messages start nothing', async () => {
  const { key, ...made } = await hook();
  const path = pathOf(made);
  const good = { path, body: 'ding', delivery: null, signature: sign(key, 'ding') };
  const refused = (posted: typeof good, code: string) =>
    expect(receive(parts, posted)).rejects.toMatchObject({ code });
  await refused({ ...good, body: 'dong' }, 'webhook.signature_wrong');
  await refused({ ...good, signature: '' }, 'webhook.signature_wrong');
  await refused({ ...good, signature: sign('another key', 'ding') }, 'webhook.signature_wrong');
  await refused({ ...good, path: 'elsewhere' }, 'webhook.not_found');
  for (const minutes of [-6, 6]) {
    const signature = sign(key, 'ding', startAt + minutes * 60_000);
    await refused({ ...good, signature }, 'webhook.stale');
  }
  await hook();
  await refused(good, 'webhook.not_found');
  expect(await runs()).toEqual([]);
  const { rows } = await opened.store.pool.query('select path_hash, sealed::text from webhooks');
  expect(JSON.stringify(rows)).not.toContain(path);
});

test('a workflow that is off takes the message and says that nothing started', async () => {
  await setMode(opened.store.db, 'bell', 'off');
  const { key, ...made } = await hook();
  const posted = { path: pathOf(made), body: 'x', delivery: null, signature: sign(key, 'x') };
  expect(await receive(parts, posted)).toEqual({ runs: 0, repeated: false });
});

test('the door takes post only, little of it, and not too often', async () => {
  const app = hookRoutes({ clock, receive: (hooked) => receive(parts, hooked) });
  app.onError((error, c) => answerError(c, error, silentLog));
  const { key, ...made } = await hook();
  const post = (path: string, body: string) =>
    app.request(`/${path}`, {
      method: 'POST',
      body,
      headers: { 'tomte-signature': sign(key, body), 'content-length': String(body.length) },
    });
  expect((await post(pathOf(made), 'ding')).status).toBe(202);
  expect((await app.request(`/${pathOf(made)}`)).status).toBe(404);
  expect((await post(pathOf(made), 'x'.repeat(65 * 1024))).status).toBe(413);
  const statuses = new Set<number>();
  for (let n = 0; n < 25; n++) statuses.add((await post('guess', 'ding')).status);
  expect([...statuses]).toEqual([404, 429]);
  await clock.runTo(clock.now() + 61_000);
  expect((await post(pathOf(made), 'dong')).status).toBe(202);
});
