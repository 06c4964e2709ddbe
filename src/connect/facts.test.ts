import { type ConnectorContext, defineConnector } from '@tomte/sdk/connector';
import { isError, TomteError } from '@tomte/sdk/errors';
import { secret } from '@tomte/sdk/secret';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { listenHttp } from '../../test/kit/listen.ts';
import { freshStore } from '../store/testing.ts';
import { list, remove, save } from './desk.ts';
import { home, morning, openRoom, testKey } from './testing.ts';

const store = await freshStore();
const { db } = store;
afterAll(() => store.close());
beforeEach(async () => {
  await db.deleteFrom('connector_cache').execute();
  await db.deleteFrom('connector_settings').execute();
});

const minute = 60_000;
const schema = z.strictObject({
  url: z.url().optional().describe('Where'),
  token: secret({ description: 'Token', hostOf: 'url' }).optional(),
});

/** A source whose word is set by the test; what it was asked is kept. */
function tide(o: { dailyMax?: number } = {}) {
  const asked: { place: string; context: ConnectorContext<z.output<typeof schema>> }[] = [];
  const source = {
    asked,
    say: async (): Promise<unknown> => ({ level: asked.length }),
    validMs: 10 * minute,
    connectors: new Map(),
  };
  const definition = defineConnector({
    title: 'Tide',
    text: 'The level of the sea.',
    settings: schema,
    query: z.strictObject({ place: z.enum(['oslo', 'bergen']).default('oslo') }),
    facts: z.object({ level: z.number() }),
    ...o,
    async fetch(context, { place }) {
      asked.push({ place, context });
      const facts = (await source.say()) as { level: number };
      return { facts, validUntil: context.now() + source.validMs };
    },
  });
  source.connectors.set('tide', definition);
  return source;
}
const id = { home, connector: 'tide' };
const down = async () => {
  throw new TomteError('connect.source_unavailable', 'The source answers 503');
};
const codeOf = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => new Error('it was answered'),
    (cause: unknown) => cause,
  );
  if (isError(error)) return error.code;
  throw error;
};

describe('facts', () => {
  test('are asked for once while they hold, and once more after that', async () => {
    const source = tide();
    const room = await openRoom(store, source);
    const first = await room.facts(id, {});
    expect(first).toEqual({
      value: { level: 1 },
      asOf: morning,
      validUntil: morning + 10 * minute,
      stale: false,
      error: null,
    });
    room.clock.pass(10 * minute - 1);
    expect(await room.facts(id, { place: 'oslo' })).toEqual(first);
    expect(source.asked).toHaveLength(1);
    room.clock.pass(1);
    expect(await room.facts(id, {})).toMatchObject({ value: { level: 2 }, stale: false });
    expect((await room.facts(id, {}, { anew: true })).value).toEqual({ level: 3 });
  });

  test('of different questions are different; the same at the same time is asked once', async () => {
    const source = tide();
    const room = await openRoom(store, source);
    const answers = await Promise.all([
      room.facts(id, {}),
      room.facts(id, { place: 'oslo' }),
      room.facts(id, { place: 'bergen' }),
    ]);
    expect(source.asked.map(({ place }) => place).sort()).toEqual(['bergen', 'oslo']);
    expect(answers[0]).toEqual(answers[1]);
  });

  test('outlive a restart', async () => {
    const source = tide();
    await (await openRoom(store, source)).facts(id, {});
    const room = await openRoom(store, source);
    expect((await room.facts(id, {})).value).toEqual({ level: 1 });
    expect(source.asked).toHaveLength(1);
  });

  test('hold a minute at least and a week at most, whatever the source thinks', async () => {
    const source = tide();
    const room = await openRoom(store, source);
    source.validMs = -5;
    expect((await room.facts(id, {})).validUntil).toBe(morning + minute);
    source.validMs = 900 * 86_400_000;
    const longest = await room.facts(id, {}, { anew: true });
    expect(longest.validUntil).toBe(morning + 7 * 86_400_000);
    source.validMs = Number.NaN;
    const odd = await room.facts(id, {}, { anew: true });
    expect(odd.validUntil).toBe(morning + minute);
  });
});

describe('a source that fails', () => {
  test('leaves the last good facts standing, marked stale and with the reason', async () => {
    const source = tide();
    const room = await openRoom(store, source);
    await room.facts(id, {});
    source.say = down;
    room.clock.pass(11 * minute);
    const answer = await room.facts(id, {});
    expect(answer).toMatchObject({
      value: { level: 1 },
      asOf: morning,
      stale: true,
      error: { code: 'connect.source_unavailable', message: 'The source answers 503' },
    });
    expect(answer.error).not.toHaveProperty('nextAt');
    source.say = async () => ({ level: 7 });
    room.clock.pass(minute);
    expect(await room.facts(id, {})).toMatchObject({
      value: { level: 7 },
      stale: false,
      error: null,
    });
  });

  test('is asked more and more rarely, also after a restart, and at once when a person asks', async () => {
    const source = tide();
    source.say = down;
    let room = await openRoom(store, source);
    const pauses = [30_000, 60_000, 120_000, 240_000];
    let asked = 0;
    for (const pause of pauses) {
      expect(await codeOf(room.facts(id, {}))).toBe('connect.source_unavailable');
      expect(source.asked).toHaveLength(++asked);
      room.clock.pass(pause - 1);
      expect(await codeOf(room.facts(id, {}))).toBe('connect.source_unavailable');
      expect(source.asked).toHaveLength(asked);
      room.clock.pass(1);
    }
    const now = room.clock.now();
    room = await openRoom(store, source);
    room.clock.pass(now - morning - 1);
    await codeOf(room.facts(id, {}));
    expect(source.asked).toHaveLength(asked);
    await codeOf(room.facts(id, {}, { anew: true }));
    expect(source.asked).toHaveLength(asked + 1);
  });

  test('by another form than promised is not believed', async () => {
    const source = tide();
    const room = await openRoom(store, source);
    await room.facts(id, {});
    source.say = async () => ({ level: 'high', secret: 'x' });
    const answer = await room.facts(id, {}, { anew: true });
    expect(answer).toMatchObject({
      value: { level: 1 },
      stale: true,
      error: {
        code: 'connect.answer_invalid',
        message: 'tide answers in another form than promised: level',
      },
    });
  });

  test('by a fault in its file, or an answer without end, is told as such', async () => {
    const source = tide();
    const room = await openRoom(store, source);
    source.say = async () => {
      throw new TypeError('undefined is not a function');
    };
    expect(await codeOf(room.facts(id, {}))).toBe('app.internal');
    source.say = () => new Promise(() => {});
    const work = codeOf(room.facts(id, {}, { anew: true }));
    await expect.poll(() => source.asked.length, { timeout: 20_000 }).toBe(2);
    room.clock.pass(30_000);
    expect(await work).toBe('connect.timeout');
    expect(source.asked[1]!.context.signal.aborted).toBe(true);
  });

  test('is given up when Tomte stops, and nothing is kept of it', async () => {
    const source = tide();
    source.say = () => new Promise(() => {});
    const room = await openRoom(store, source);
    const work = codeOf(room.facts(id, {}));
    await expect.poll(() => source.asked.length, { timeout: 20_000 }).toBe(1);
    await room.close();
    expect(await work).toBe('link.stopped');
    const rows = await db.selectFrom('connector_cache').select(['key', 'error']).execute();
    expect(rows).toEqual([{ key: 'requests', error: null }]);
  });

  test('and is asked without end is left alone until midnight in Greenwich', async () => {
    const source = tide({ dailyMax: 2 });
    const room = await openRoom(store, source);
    for (const _ of [1, 2]) await room.facts(id, {}, { anew: true });
    const third = await room.facts(id, {}, { anew: true });
    expect(third).toMatchObject({
      value: { level: 2 },
      stale: true,
      error: { code: 'connect.daily_cap' },
    });
    room.clock.pass(14 * 60 * minute);
    expect(await room.facts(id, {})).toMatchObject({ stale: true });
    expect(source.asked).toHaveLength(2);
    room.clock.pass(40 * minute);
    expect(await room.facts(id, {})).toMatchObject({ value: { level: 3 }, stale: false });
  });
});

test('what does not exist, and what may not be asked, is told by its code', async () => {
  const room = await openRoom(store, tide());
  expect(await codeOf(room.facts({ home, connector: 'moon' }, {}))).toBe('connect.not_found');
  expect(await codeOf(room.facts({ home, connector: 'tide:' }, {}))).toBe('connect.not_found');
  expect(await codeOf(room.facts(id, { place: 'paris' }))).toBe('connect.query_invalid');
  expect(await codeOf(room.facts(id, { colour: 1 }))).toBe('connect.query_invalid');
});

describe('settings', () => {
  const at = (connector: string) => ({ home, connector });
  const token = 'token-of-mine-1';

  test('reach the connector with words for secrets, which only its own host turns into them', async () => {
    const seen: unknown[] = [];
    const server = await listenHttp((request, _body, response) => {
      seen.push(request.headers.authorization);
      response.end('{}');
    });
    const source = tide();
    source.say = async () => {
      const { settings, fetch } = source.asked.at(-1)!.context;
      const headers = { authorization: `Bearer ${settings.token}` };
      await fetch(settings.url!, { headers });
      await fetch('http://127.0.0.1:1/', { headers }).catch((error: unknown) => seen.push(error));
      return { level: 1 };
    };
    const room = await openRoom(store, source);
    const settings = { url: server.url, token };
    const row = await save(db, at('tide:own'), { ...source, key: testKey, settings });
    expect(row.settings).toEqual({ url: server.url, token: '«secret»' });
    await room.facts(at('tide:own'), {});
    expect(source.asked[0]!.context.settings.token).not.toContain('mine');
    expect(seen).toEqual([
      `Bearer ${token}`,
      expect.objectContaining({ code: 'connect.secret_refused' }),
    ]);
    const kept = await db.selectFrom('connector_settings').selectAll().execute();
    expect(JSON.stringify(kept) + kept[0]!.secrets_sealed!.toString('latin1')).not.toContain(
      'mine',
    );
    await server.close();
  });

  test('that change make it ask anew, and its failures are forgotten', async () => {
    const source = tide();
    const room = await openRoom(store, source);
    source.say = down;
    await codeOf(room.facts(id, {}));
    expect(await list(db, source.connectors, home)).toMatchObject([
      { name: 'tide', setUp: false, asOf: null, error: { code: 'connect.source_unavailable' } },
    ]);
    source.say = async () => ({ level: 5 });
    await save(db, id, { ...source, key: testKey, settings: {} });
    expect((await room.facts(id, {})).value).toEqual({ level: 5 });
    expect(await list(db, source.connectors, home)).toMatchObject([
      { name: 'tide', setUp: true, asOf: '2026-11-21T09:20:00.000Z', error: null },
    ]);
    await remove(db, id);
    expect(await codeOf(remove(db, id))).toBe('connect.not_found');
  });

  test('that do not fit are refused, and one that needs some says so', async () => {
    const source = tide();
    const needy = { ...source.connectors.get('tide'), settings: z.strictObject({ a: z.string() }) };
    const connectors = new Map([['needy', needy]]);
    const room = await openRoom(store, { connectors });
    expect(await codeOf(room.facts(at('needy'), {}))).toBe('connect.not_set_up');
    const wrong = save(db, at('needy'), { connectors, key: testKey, settings: { b: 1 } });
    expect(await codeOf(wrong)).toBe('api.invalid');
    expect(await list(db, connectors, home)).toEqual([]);
  });
});
