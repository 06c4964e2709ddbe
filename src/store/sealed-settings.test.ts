import { createSecretKey } from 'node:crypto';
import { isError } from '@tomte/sdk/errors';
import { secret, secretAddress } from '@tomte/sdk/secret';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { scrub } from '../lib/secret.ts';
import {
  clearSettings,
  type SettingsOwner,
  secretsInUse,
  shownSettings,
  takeSettings,
  wordedSettings,
} from './sealed-settings.ts';

const schema = z.strictObject({
  server: z.url().describe('Where'),
  token: secret({ description: 'Token', hostOf: 'server' }).optional(),
  key: secret({ description: 'Key', hosts: ['api.example.org', 'http://nas.lan:8080'] }),
});
const owner: SettingsOwner = {
  schema,
  title: 'Prices',
  key: createSecretKey(Buffer.alloc(32, 7)),
  row: 'workflow_settings/h1/prices',
};
const given = { server: 'https://a.example/x', token: 'token-of-mine', key: 'key-of-mine-1' };

function problemsOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    if (isError(error, 'api.invalid')) return error.details.problems;
    throw error;
  }
  throw new Error('it was taken');
}

test('secrets are sealed apart, masked where shown, and read again only for their own row', () => {
  const row = takeSettings(owner, given, null);
  expect(row.settings).toEqual({ server: given.server, token: '«secret»', key: '«secret»' });
  expect(row.secrets_sealed!.toString('latin1')).not.toMatch(/of-mine/);
  expect(shownSettings(schema, row)).toEqual({ ...given, token: '«secret»', key: '«secret»' });
  expect(clearSettings(owner, row)).toEqual(given);
  expect(scrub('a token-of-mine')).toBe('a «secret»');
  const elsewhere = { ...owner, row: 'workflow_settings/h2/prices' };
  expect(() => clearSettings(elsewhere, row)).toThrow(/cannot be read/);
});

test('a secret sent back masked stays; an emptied one goes; a typed one replaces it', () => {
  const row = takeSettings(owner, given, null);
  const kept = takeSettings(owner, shownSettings(schema, row), row);
  expect(clearSettings(owner, kept)).toEqual(given);
  const changed = { ...shownSettings(schema, row), token: '', key: 'another-key' };
  expect(clearSettings(owner, takeSettings(owner, changed, row))).toEqual({
    server: given.server,
    key: 'another-key',
  });
  expect(problemsOf(() => takeSettings(owner, { ...changed, key: '«secret»' }, null))).toEqual([
    { path: 'key', expected: expect.any(String) },
  ]);
});

test('a secret is not taken along to another host: it has to be typed again', () => {
  const row = takeSettings(owner, given, null);
  const shown = shownSettings(schema, row);
  for (const server of [
    'https://evil.example/x',
    'http://a.example/x',
    'https://a.example:8443/',
  ]) {
    expect(problemsOf(() => takeSettings(owner, { ...shown, server }, row))).toEqual([
      { path: 'token', expected: 'type it again, for it was given for another server' },
    ]);
  }
  const samePlace = takeSettings(owner, { ...shown, server: 'https://a.example/other' }, row);
  expect(clearSettings(owner, samePlace).token).toBe(given.token);
  const typed = { ...shown, server: 'https://b.example/', token: 'new-token' };
  expect(clearSettings(owner, takeSettings(owner, typed, row))).toMatchObject({
    server: 'https://b.example/',
    token: 'new-token',
    key: given.key,
  });
});

test('to code of others a secret is a word, the same each time and not to be guessed', () => {
  const row = takeSettings(owner, given, null);
  const settings = wordedSettings(owner, row);
  const secrets = secretsInUse(owner, row);
  expect(JSON.stringify(settings)).not.toMatch(/of-mine/);
  expect(settings).toEqual(wordedSettings(owner, row));
  expect(schema.safeParse(settings).success).toBe(true);
  expect(settings.token).toMatch(/^tomte-secret-token-[0-9a-f]{32}$/);
  const elsewhere = { ...owner, row: 'workflow_settings/h2/prices' };
  const other = wordedSettings(elsewhere, takeSettings(elsewhere, given, null));
  expect(other.token).not.toBe(settings.token);
  expect(secrets.map(({ reference }) => reference)).toEqual([settings.token, settings.key]);
  expect(secrets.map(({ name, origins, value }) => [name, origins, value.reveal()])).toEqual([
    ['token', ['https://a.example'], given.token],
    ['key', ['https://api.example.org', 'http://nas.lan:8080'], given.key],
  ]);
  expect(JSON.stringify(secrets)).not.toMatch(/of-mine/);
});

const hook = z.strictObject({
  url: secretAddress({ description: 'Where' }),
  key: secret({ description: 'Key', hostOf: 'url' }).optional(),
});
const receiver: SettingsOwner = { ...owner, schema: hook, title: 'Webhook', row: 'channels/c1' };
const whole = 'https://hooks.example:8443/api/webhook/a-path-of-mine?token=query-of-mine';

test('an address whose path is a secret is sealed whole, and shown by its host', () => {
  const row = takeSettings(receiver, { url: whole }, null);
  const shown = { url: 'https://hooks.example:8443/«secret»' };
  expect(row.settings).toEqual(shown);
  expect(row.secrets_sealed!.toString('latin1')).not.toContain('of-mine');
  expect(shownSettings(hook, row)).toEqual(shown);
  expect(clearSettings(receiver, row)).toEqual({ url: whole });
  expect(scrub('GET /api/webhook/a-path-of-mine')).toBe('GET /api/webhook/«secret»');
  const bare = takeSettings(receiver, { url: 'http://127.0.0.1:9' }, null);
  expect(bare).toEqual({ settings: { url: 'http://127.0.0.1:9' }, secrets_sealed: null });
});

test('an address that comes back as it was shown stays; with another host it has to be typed whole', () => {
  const row = takeSettings(receiver, { url: whole, key: 'key-of-mine-1' }, null);
  const shown = shownSettings(hook, row);
  expect(clearSettings(receiver, takeSettings(receiver, shown, row))).toEqual({
    url: whole,
    key: 'key-of-mine-1',
  });
  const url = 'https://evil.example/«secret»';
  const again = [{ path: 'url', expected: 'type the whole address again' }];
  expect(problemsOf(() => takeSettings(receiver, { url }, row))).toEqual(again);
  expect(problemsOf(() => takeSettings(receiver, shown, null))).toEqual(again);
  const typed = { ...shown, url: 'https://evil.example/mine' };
  expect(problemsOf(() => takeSettings(receiver, typed, row))).toMatchObject([{ path: 'key' }]);
});

test('an address that was kept in clear before its path counted as a secret is shown masked, and sealed when saved', () => {
  const old = { settings: { url: whole }, secrets_sealed: null };
  const shown = shownSettings(hook, old);
  expect(shown).toEqual({ url: 'https://hooks.example:8443/«secret»' });
  const saved = takeSettings(receiver, shown, old);
  expect(saved.settings).toEqual(shown);
  expect(clearSettings(receiver, saved)).toEqual({ url: whole });
});
