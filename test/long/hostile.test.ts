/** Whatever a "home" sends, Tomte neither crashes nor grows, and says clearly what is wrong. */

import { TomteError } from '@tomte/sdk/errors';
import { afterEach, expect, test } from 'vitest';
import { type Link, openLink } from '../../src/home/link.ts';
import { uploadPicture } from '../../src/home/picture.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { Secret } from '../../src/lib/secret.ts';
import { type Attack, honestConfig, honestStates, openHostileHome } from './hostile-home.ts';

const opened: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

function seeded(seed: number): () => number {
  let s = seed;
  return () => {
    s = (Math.imul(s, 1_664_525) + 1_013_904_223) >>> 0;
    return s / 2 ** 32;
  };
}
const random = seeded(9);
const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;

async function until(what: string, holds: () => boolean, ms = 20_000): Promise<void> {
  const end = systemClock.ticks() + ms;
  while (!holds()) {
    if (systemClock.ticks() > end) throw new Error(`never came true: ${what}`);
    await systemClock.sleep(2);
  }
}

/** Values no honest home sends, as JSON text, so that also what JSON.stringify would mend gets through. */
const junk: (() => string)[] = [
  () => 'null',
  () => 'true',
  () => '-1',
  () => '1e999',
  () => '-1e308',
  () => '99999999999999999999',
  () => '""',
  () => '"x"',
  () => JSON.stringify('y'.repeat(5_000)),
  () => '[]',
  () => '{}',
  () => '[[[]]]',
  () => '{"__proto__":{"polluted":true}}',
  () => '{"constructor":{"prototype":{"polluted":true}}}',
  () => '{"\\u005f_proto__":{"polluted":true}}',
  () => '['.repeat(3_000) + ']'.repeat(3_000),
  () => `${'{"a":'.repeat(2_000)}1${'}'.repeat(2_000)}`,
  () => '"\\ud800"',
];

/** The message with one place in it, at any depth, replaced or renamed. */
function spoil(message: unknown): string {
  const paths: (readonly string[])[] = [];
  const walk = (value: unknown, path: readonly string[]) => {
    paths.push(path);
    if (typeof value !== 'object' || value === null) return;
    for (const key of Object.keys(value)) walk((value as never)[key], [...path, key]);
  };
  walk(message, []);
  const path = pick(paths);
  const mark = '@@here@@';
  const copy = structuredClone({ root: message }) as Record<string, unknown>;
  let at = copy;
  const keys = ['root', ...path];
  for (const key of keys.slice(0, -1)) at = at[key] as Record<string, unknown>;
  const last = keys.at(-1)!;
  if (random() < 0.2 && path.length > 0) {
    at[pick(['__proto__x', 'constructor', '', 'é', 'sensor.'])] = at[last];
    delete at[last];
  } else at[last] = mark;
  return JSON.stringify(copy.root).replace(`"${mark}"`, () => pick(junk)());
}

const diff = (plus: object) => ({
  c: { 'sensor.flow': { '+': { s: '2', lc: 1_795_000_001, ...plus } } },
});
const event = (value: unknown, id = 3) => ({ id, type: 'event', event: value });
const honest: Record<Attack['stage'], () => unknown> = {
  upgrade: () => null,
  hello: () => ({ type: 'auth_required', ha_version: '2026.11.0' }),
  answer: () => ({ id: 2, type: 'result', success: true, result: honestConfig }),
  snapshot: () => event(honestStates),
  live: () => event(pick([diff({}), diff({ a: { x: 1 } }), { r: ['light.hall'] }, honestStates])),
  never: () => null,
};

function frames(stage: Attack['stage']): Attack['frames'] {
  const message = () => JSON.stringify(honest[stage]());
  const text = () => {
    switch (Math.floor(random() * 10)) {
      case 0:
        return message().slice(0, Math.floor(random() * message().length));
      case 1:
        return pick(junk)();
      case 2:
        return `[${message()},${spoil(honest[stage]())}]`;
      case 3:
        return JSON.stringify({ ...(honest[stage]() as object), id: Math.floor(random() * 40) });
      case 4:
        return JSON.stringify(
          pick([
            { type: 'auth_ok' },
            { type: 'auth_required' },
            { type: 'result', id: 2 },
            event({ c: { 'sensor.never': {} } }),
            event(null, 3),
          ]),
        );
      default:
        return spoil(honest[stage]());
    }
  };
  const raw = (): Buffer => {
    const noise = Buffer.from(Array.from({ length: 40 }, () => Math.floor(random() * 256)));
    // A WebSocket frame that announces 2^62 bytes; then a text frame of invalid UTF-8; then noise.
    return pick([
      Buffer.from([0x81, 0x7f, 0x40, 0, 0, 0, 0, 0, 0, 0]),
      Buffer.from([0x81, 2, 0xff, 0xfe]),
      noise,
    ]);
  };
  const many = 1 + Math.floor(random() * 4);
  return Array.from({ length: many }, () =>
    random() < 0.08 ? raw() : random() < 0.05 ? { binary: raw() } : text(),
  );
}

const answers = [
  'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: no\r\n\r\n',
  'HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n',
  'HTTP/1.1 503 Service Unavailable\r\n\r\n',
  'HTTP/1.1 403 Forbidden\r\nServer: Python/3.14 aiohttp/3.14\r\n\r\n',
  'HTTP/9.9 banana\r\n\r\n',
  '\u0000\u0001\u0002',
  `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(100_000)}\r\n\r\n`,
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\n',
  '',
];

function open(address: string): Link {
  const link = openLink({
    home: 'h',
    address,
    token: new Secret('not.a.token-but-long-enough'),
    pin: null,
    clock: systemClock,
    log: silentLog,
    random,
    position: 0,
    options: {
      backoff: { firstMs: 1, maxMs: 3 },
      steadyMs: 1_000_000,
      limits: { openMs: 300, callMs: 300, frameMaxBytes: 4 * 1024 * 1024 },
      gap: { pollMs: 5, recorderMs: 20 },
    },
  });
  opened.push(() => link.close());
  return link;
}

const isClear = ({ state }: Link): boolean => {
  if (state.kind === 'live' || state.kind === 'syncing') return true;
  return state.error === null || state.error instanceof TomteError;
};

test('5,000 hostile frames leave the Link standing, small and clear', async () => {
  const home = await openHostileHome();
  opened.push(() => home.close());
  const link = open(home.url);
  await link.ready();
  const errors = new Map<string, number>();
  link.onState((state) => {
    if (state.error) errors.set(state.error.code, (errors.get(state.error.code) ?? 0) + 1);
  });
  const before = process.memoryUsage().rss;
  let sent = 0;
  home.drop();
  while (sent < 5_000) {
    const stage = pick(['upgrade', 'hello', 'answer', 'snapshot', 'live', 'live'] as const);
    home.attack =
      stage === 'upgrade' ? { stage, frames: [pick(answers)] } : { stage, frames: frames(stage) };
    const { attacked } = home;
    const lives = link.mirror.generation;
    await until(
      `an attack at ${stage}`,
      () => home.attacked > attacked || link.state.kind === 'stopped',
    );
    sent += home.attack.frames.length;
    expect(isClear(link)).toBe(true);
    expect(link.state.kind).not.toBe('stopped');
    expect(link.mirror.generation).toBeGreaterThanOrEqual(lives);
    expect(link.mirror.size).toBeLessThan(50);
  }
  home.attack = { stage: 'never', frames: [] };
  await until(
    'well again',
    () => link.state.kind === 'live' && link.mirror.entity('light.hall')?.state === 'off',
  );
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  expect([...errors.keys()].filter((code) => code === 'app.internal')).toEqual([]);
  expect(process.memoryUsage().rss - before).toBeLessThan(200 * 2 ** 20);
  console.info(sent, Object.fromEntries(errors));
}, 300_000);

test('a frame larger than accepted ends the connection by name, not by memory', async () => {
  const home = await openHostileHome();
  opened.push(() => home.close());
  const link = open(home.url);
  await link.ready();
  const codes: string[] = [];
  link.onState(({ error }) => error && codes.push(error.code));
  const huge = JSON.stringify(
    event({ a: { 'sensor.big': { s: 'x', a: { b: 'z'.repeat(6_000_000) }, lc: 1 } } }),
  );
  home.attack = { stage: 'snapshot', frames: [huge] };
  await link.close();
  const second = open(home.url);
  second.onState(({ error }) => error && codes.push(error.code));
  await until('it is named', () => codes.includes('home.frame_too_large'));
  expect(second.state.kind).not.toBe('stopped');
});

test('a refused token is shown once and never again', async () => {
  const home = await openHostileHome();
  opened.push(() => home.close());
  home.attack = {
    stage: 'hello',
    frames: ['{"type":"auth_invalid","message":"Invalid access token or password"}'],
  };
  const link = open(home.url);
  await until('stopped', () => link.state.kind === 'stopped');
  expect(link.state.error?.code).toBe('link.token_rejected');
  link.retryNow();
  await systemClock.sleep(50);
  expect(home.attacked).toBe(1);
  await expect(link.call('get_states')).rejects.toMatchObject({ code: 'link.token_rejected' });
});

test('500 hostile answers to an upload end in an error with a name, or in a harmless path', async () => {
  const home = await openHostileHome();
  opened.push(() => home.close());
  const link = open(home.url);
  const bodies = [
    '{"id":"../../etc"}',
    '{"id":{}}',
    '[]',
    'null',
    '<html>',
    '{"id":"ok-1"}',
    '',
    '{"id":"a\\u0000b"}',
    'x'.repeat(3_000_000),
    '{"__proto__":{"id":"x"}}',
  ];
  for (let n = 0; n < 500; n++) {
    const body = pick(bodies);
    const status = pick(['200 OK', '200 OK', '404 No', '500 No', '401 No', '301 Moved', '999 ?']);
    const length = pick([body.length, body.length + 5, -1, 0]);
    const whole = `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${body}`;
    const answer = pick([whole, whole, whole, ...answers]);
    home.answer = (socket) => void socket.end(answer);
    const outcome = await uploadPicture(link, new Uint8Array(10), 'x.png').catch((e: unknown) => e);
    if (typeof outcome === 'string') expect(outcome).toBe('/api/image/serve/ok-1/original');
    else expect(outcome).toBeInstanceOf(TomteError);
  }
}, 120_000);
