/**
 * Every address a person can set, made to lead inside: by its spelling, by its name, by a name that
 * changes its answer, by a redirect. 127.0.0.1 stands for the outside, 127.0.0.2 for what nobody outside
 * may reach; for channels, which may speak to a person's own network, it is the link itself.
 */
import { createSecretKey } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { ChannelDefinition, Message } from '@tomte/sdk/define';
import { isError } from '@tomte/sdk/errors';
import { secret } from '@tomte/sdk/secret';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import gotify from '../src/alert/channels/gotify.ts';
import ntfy from '../src/alert/channels/ntfy.ts';
import webhook from '../src/alert/channels/webhook.ts';
import { channelAddresses, channelFetch } from '../src/alert/reach.ts';
import httpJson from '../src/connect/connectors/http-json.ts';
import weather from '../src/connect/connectors/weather.ts';
import { fakeHome } from '../src/connect/testing.ts';
import { systemClock } from '../src/lib/clock.ts';
import { type GuardedFetch, guardedFetch } from '../src/lib/egress.ts';
import { fetchWithSecrets } from '../src/lib/secret-fetch.ts';
import {
  type SettingsOwner,
  secretsInUse,
  takeSettings,
  wordedSettings,
} from '../src/store/sealed-settings.ts';
import { type Listening, listenHttp } from './kit/listen.ts';

const canary = 'canary-secret-of-this-field';
const open: Listening[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

interface Server extends Listening {
  /** Everything that was heard: request lines, headers, bodies. */
  heard(): string;
}
async function server(
  answer: (response: ServerResponse) => void,
  o: { host?: string; port?: number } = {},
): Promise<Server> {
  let heard = '';
  const listening = await listenHttp((request, body, response) => {
    heard += `${request.method} ${request.url} ${JSON.stringify(request.headers)} ${body}\n`;
    answer(response);
  }, o);
  open.push(listening);
  return { ...listening, heard: () => heard };
}
const ok = (response: ServerResponse) => void response.end('{"id":"1"}');
const redirecting = (status: number, location: string) => (response: ServerResponse) =>
  void response.writeHead(status, { location }).end();

type Resolve = (host: string) => Promise<readonly string[]>;

interface Field {
  readonly name: string;
  /** Uses the address as Tomte does, with a secret in it where the field has one. */
  use(url: string, resolve?: Resolve): Promise<unknown>;
}

const key = createSecretKey(Buffer.alloc(32, 7));
const outside = (resolve?: Resolve): GuardedFetch =>
  guardedFetch({ clock: systemClock, allow: ['127.0.0.1'], ...(resolve ? { resolve } : {}) });

/** Settings as they are kept, and as code of others gets them. */
function worded(schema: z.ZodObject, settings: object, fetch: GuardedFetch) {
  const owner: SettingsOwner = { schema, title: 'Field', key, row: 'rows/1' };
  const row = takeSettings(owner, { ...settings }, null);
  return {
    settings: schema.parse(wordedSettings(owner, row)),
    fetch: fetchWithSecrets({ fetch, secrets: secretsInUse(owner, row) }),
  };
}

type AnyConnector = typeof httpJson | typeof weather;
const connector = (
  name: string,
  definition: AnyConnector,
  settingsOf: (url: string) => object,
): Field => ({
  name,
  use: async (url, resolve) =>
    definition.fetch(
      {
        ...worded(definition.settings, settingsOf(url), outside(resolve)),
        home: fakeHome(),
        signal: new AbortController().signal,
        now: () => 0,
      } as never,
      definition.query.parse({}) as never,
    ),
});

const workflowSettings = z.strictObject({
  url: z.string(),
  token: secret({ description: 'Token', hostOf: 'url' }),
});
const workflow: Field = {
  name: 'fetch of a workflow',
  async use(url, resolve) {
    const { settings, fetch } = worded(workflowSettings, { url, token: canary }, outside(resolve));
    const { token } = settings as z.output<typeof workflowSettings>;
    return fetch(url, { headers: { authorization: `Bearer ${token}` } });
  },
};

const strict: readonly Field[] = [
  connector('address of the JSON connector', httpJson, (url) => ({
    url,
    headers: { 'x-key': '{secret}' },
    secret: canary,
  })),
  connector('address of the weather connector', weather, (openMeteoUrl) => ({
    openMeteo: true,
    openMeteoUrl,
    openMeteoKey: canary,
  })),
  workflow,
];

const message = { lines: [], buttons: [], title: '', text: '', severity: 'now', tag: 't' };
const channel = (
  name: string,
  definition: ChannelDefinition,
  settings: object,
  address = 'url',
): Field => ({
  name,
  use: async (url, resolve) =>
    definition.send({ ...message, deliveryId: 'd', sentAt: 0 } as unknown as Message, {
      settings: definition.settings.parse({ ...settings, [address]: url }),
      fetch: channelFetch(systemClock, resolve ? { resolve } : {}),
      signal: new AbortController().signal,
      home: null,
      now: () => 0,
      homeId: null,
      before: null,
      addressesOf: (host) => channelAddresses(host, resolve ? { resolve } : {}),
    }),
});
const channels: readonly Field[] = [
  channel('address of an ntfy topic', ntfy, { token: canary }),
  channel('address of a webhook', webhook, { secret: canary }),
  channel('address of a Gotify server', gotify, { token: canary }, 'server'),
];

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => new Error('it was let through'),
    (cause: unknown) => cause,
  );
  if (!isError(error)) throw error;
  expect(JSON.stringify(error) + error.message).not.toContain(canary);
  return error.code;
}

/** Ways to write an IPv4 address that a URL understands; `port` stands behind each. */
function spellings(address: string): string[] {
  const bytes = address.split('.').map(Number);
  const whole = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  const hex = whole.toString(16).padStart(8, '0');
  const [high, low] = [hex.slice(0, 4), hex.slice(4)];
  return [
    address,
    `${address}.`,
    String(whole),
    `0x${hex}`,
    `0${whole.toString(8)}`,
    bytes.map((byte) => `0x${byte.toString(16)}`).join('.'),
    bytes.map((byte) => `0${byte.toString(8)}`).join('.'),
    `${bytes[0]}.${((bytes[1]! * 256 + bytes[2]!) * 256 + bytes[3]!).toString()}`,
    [...address]
      .map((c) => (c === '.' ? '。' : String.fromCodePoint(c.codePointAt(0)! + 0xfee0)))
      .join(''),
    `[::ffff:${address}]`,
    `[0:0:0:0:0:ffff:${high}:${low}]`,
    `[::${high}:${low}]`,
    `[64:ff9b::${address}]`,
    `[2002:${high}:${low}::]`,
  ];
}

describe.each(strict)('$name', ({ use }) => {
  test('is not led inside by how an address is written', async () => {
    const inside = await server(ok, { host: '127.0.0.2' });
    for (const host of spellings('127.0.0.2')) {
      const code = await codeOf(use(`http://${host}:${inside.port}/`));
      expect(code, host).toBe('connect.address_refused');
    }
    for (const host of [
      '[::1]',
      '[::]',
      '0',
      '0.0.0.0',
      'localhost',
      '169.254.169.254',
      '10.0.0.1',
    ]) {
      const code = await codeOf(use(`http://${host}:${inside.port}/`));
      // On some systems localhost is 127.0.0.1 alone, which stands for the outside here.
      if (host === 'localhost') expect(code, host).toMatch(/^connect\./);
      else expect(code, host).toBe('connect.address_refused');
    }
    expect(inside.heard()).toBe('');
  });

  test('is not led inside by a login, a fragment or a backslash that hides the host', async () => {
    const inside = await server(ok, { host: '127.0.0.2' });
    const { port } = inside;
    for (const url of [
      `http://example.org@127.0.0.2:${port}/`,
      `http://example.org:80@127.0.0.2:${port}/`,
      `http://127.0.0.2:${port}\\@example.org/`,
      `http://127.0.0.2:${port}#@example.org/`,
      `http:\\\\127.0.0.2:${port}/`,
      `http://127.0.0.2:${port}?@example.org/`,
      `  http://127.0.0.2:${port}/`,
      `ht\ntp://127.0.0.2:${port}/`,
    ]) {
      const code = await codeOf(use(url));
      expect(code, url).toMatch(
        /^(connect\.address_(refused|invalid)|connect\.secret_refused|api\.invalid)$/,
      );
    }
    expect(inside.heard()).toBe('');
  });

  test('is not led inside by a name, nor by one that changes its answer', async () => {
    const good = await server(ok);
    const inside = await server(ok, { host: '127.0.0.2', port: good.port });
    const url = `http://rebind.example:${good.port}/`;
    for (const answer of [['127.0.0.2'], ['127.0.0.1', '127.0.0.2'], ['::ffff:127.0.0.2']]) {
      const code = await codeOf(use(url, async () => answer));
      expect(code).toBe('connect.address_refused');
    }
    let asked = 0;
    const changing: Resolve = async () => (asked++ === 0 ? ['127.0.0.1'] : ['127.0.0.2']);
    await use(url, changing).catch((error: unknown) => {
      // What the answer means to the field is not the question here.
      if (!isError(error, 'connect.answer_invalid')) throw error;
    });
    expect(asked).toBe(1);
    expect(good.heard()).not.toBe('');
    expect(await codeOf(use(url, changing))).toBe('connect.address_refused');
    expect(inside.heard()).toBe('');
  });

  test.each([301, 302, 303, 307, 308])(
    'is not led inside by a redirect with %i',
    async (status) => {
      const inside = await server(ok, { host: '127.0.0.2' });
      const names: Resolve = async () => ['127.0.0.2'];
      for (const host of ['127.0.0.2', '2130706434', '[::ffff:127.0.0.2]', 'name.example']) {
        const good = await server(redirecting(status, `http://${host}:${inside.port}/`));
        expect(await codeOf(use(good.url, names)), host).toBe('connect.address_refused');
      }
      expect(inside.heard()).toBe('');
    },
  );

  test('takes its secret to no other host, whoever redirects it there', async () => {
    const other = await server(ok);
    const good = await server(redirecting(302, other.url));
    await use(good.url).catch((error: unknown) => {
      if (!isError(error, 'connect.answer_invalid')) throw error;
    });
    expect(good.heard()).toContain(canary);
    expect(other.heard()).not.toBe('');
    expect(other.heard()).not.toMatch(/canary|tomte-secret/);
  });
});

describe.each(channels)('$name', ({ use }) => {
  test('is not led to the link itself, however that is written, nor by a name', async () => {
    for (const host of spellings('169.254.169.254')) {
      expect(await codeOf(use(`http://${host}/latest`)), host).toBe('channel.address_invalid');
    }
    for (const host of ['[fe80::1]', '[fd00:ec2::254]', '0.0.0.0', '[::]', '224.0.0.1']) {
      expect(await codeOf(use(`http://${host}/`)), host).toBe('channel.address_invalid');
    }
    const work = use('http://meta.example/', async () => ['169.254.169.254']);
    expect(await codeOf(work)).toBe('channel.address_invalid');
  });

  test('goes to the address that was checked, and follows no redirect', async () => {
    const good = await server(ok);
    const other = await server(ok, { host: '127.0.0.2', port: good.port });
    let asked = 0;
    const changing: Resolve = async () => (asked++ === 0 ? ['127.0.0.1'] : ['127.0.0.2']);
    await use(`http://rebind.example:${good.port}/`, changing);
    expect([asked, other.heard()]).toEqual([1, '']);
    const sender = await server(redirecting(307, other.url));
    expect(await codeOf(use(sender.url))).toBe('channel.refused');
    expect(other.heard()).toBe('');
  });
});
