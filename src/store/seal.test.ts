import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fingerprintOf, readKey, seal, unseal } from './seal.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tomte-seal-'));
  file = join(folder, 'key');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('a token that was sealed comes back as it was', async () => {
  const key = await readKey({ file, mayCreate: true });
  const sealed = seal(key, 'abc.def.ghi', 'homes/a/token');
  expect(sealed.includes('abc')).toBe(false);
  expect(unseal(key, sealed, 'homes/a/token').toString()).toBe('abc.def.ghi');
});

test('the same text is sealed differently each time', async () => {
  const key = await readKey({ file, mayCreate: true });
  expect(seal(key, 'x', 'a').equals(seal(key, 'x', 'a'))).toBe(false);
});

test('any changed byte is noticed', async () => {
  const key = await readKey({ file, mayCreate: true });
  const sealed = seal(key, 'secret', 'homes/a/token');
  for (let at = 0; at < sealed.length; at++) {
    const changed = Buffer.from(sealed);
    changed[at]! ^= 1;
    expect(() => unseal(key, changed, 'homes/a/token')).toThrow(/cannot be read/);
  }
  expect(() => unseal(key, Buffer.alloc(3), 'homes/a/token')).toThrow(/cannot be read/);
});

test('a secret moved to another row does not open there', async () => {
  const key = await readKey({ file, mayCreate: true });
  const sealed = seal(key, 'secret', 'homes/a/token');
  expect(() => unseal(key, sealed, 'homes/b/token')).toThrowError(
    expect.objectContaining({ code: 'store.secret_unreadable' }),
  );
});

test('a new key is readable by its owner only, and is kept', async () => {
  await readKey({ file, mayCreate: true });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const before = await readFile(file, 'utf8');
  await readKey({ file, mayCreate: true });
  expect(await readFile(file, 'utf8')).toBe(before);
});

test('two programs that make the key at once get the same one', async () => {
  const keys = await Promise.all(
    Array.from({ length: 8 }, () => readKey({ file, mayCreate: true })),
  );
  for (const key of keys) expect(key.equals(keys[0]!)).toBe(true);
});

test('a key that others may read is refused', async () => {
  await readKey({ file, mayCreate: true });
  await chmod(file, 0o640);
  await expect(readKey({ file, mayCreate: true })).rejects.toMatchObject({
    code: 'store.key_exposed',
  });
});

test('a missing key is not made anew where one must be', async () => {
  await expect(readKey({ file, mayCreate: false })).rejects.toMatchObject({
    code: 'store.key_missing',
  });
});

test('a key may be raw bytes, hex or base64; anything else is no key', async () => {
  const bytes = Buffer.from(Array.from({ length: 32 }, (_, at) => at + 128));
  const forms = [bytes, `${bytes.toString('hex')}\n`, bytes.toString('base64')];
  for (const form of forms) {
    await writeFile(file, form, { mode: 0o600 });
    const key = await readKey({ file, mayCreate: false });
    expect(unseal(key, seal(key, 'x', 'y'), 'y').toString()).toBe('x');
    expect(key.export().equals(bytes)).toBe(true);
  }
  await writeFile(file, 'too short', { mode: 0o600 });
  await expect(readKey({ file, mayCreate: false })).rejects.toMatchObject({
    code: 'store.key_missing',
  });
});

test('a key does not print itself', async () => {
  const key = await readKey({ file, mayCreate: true });
  const text = (await readFile(file, 'utf8')).trim();
  expect(inspect(key) + JSON.stringify(key)).not.toContain(text);
});

test.runIf(process.getuid?.() === 0)('a credential that systemd lends is read', async () => {
  const file = join(folder, 'lent');
  await readKey({ file, mayCreate: true });
  await chmod(file, 0o440);
  await readKey({ file, mayCreate: false });
  await chmod(file, 0o444);
  await expect(readKey({ file, mayCreate: false })).rejects.toMatchObject({
    code: 'store.key_exposed',
  });
});

test('the fingerprint of a key names it and does not tell it', async () => {
  const [one, other] = [join(folder, 'one'), join(folder, 'other')];
  const key = await readKey({ file: one, mayCreate: true });
  expect(fingerprintOf(key)).toMatch(/^[0-9a-f]{16}$/);
  expect(fingerprintOf(await readKey({ file: one, mayCreate: false }))).toBe(fingerprintOf(key));
  expect(fingerprintOf(await readKey({ file: other, mayCreate: true }))).not.toBe(
    fingerprintOf(key),
  );
  expect(key.export().toString('hex')).not.toContain(fingerprintOf(key));
});
