import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { link, mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isError, TomteError } from '@tomte/sdk/errors';

/** 32 bytes that cannot print themselves. */
export type Key = KeyObject;

const nonceBytes = 12;
const tagBytes = 16;

/**
 * AES-256-GCM: nonce, cipher text, tag. `boundTo` names table, row and column, such as
 * `homes/abc/token`: what was sealed for one row does not open in another.
 */
export function seal(key: Key, plain: Buffer | string, boundTo: string): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(boundTo));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Throws store.secret_unreadable for another key, another row, or a changed byte. */
export function unseal(key: Key, sealed: Buffer, boundTo: string): Buffer {
  try {
    const nonce = sealed.subarray(0, nonceBytes);
    const tag = sealed.subarray(sealed.length - tagBytes);
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
    decipher.setAAD(Buffer.from(boundTo));
    decipher.setAuthTag(tag);
    const body = sealed.subarray(nonceBytes, sealed.length - tagBytes);
    return Buffer.concat([decipher.update(body), decipher.final()]);
  } catch (cause) {
    throw new TomteError('store.secret_unreadable', `The secret of ${boundTo} cannot be read`, {
      cause,
    });
  }
}

/** False when what `open` reads was sealed with another key. */
export function readable(open: () => unknown): boolean {
  try {
    open();
    return true;
  } catch (error) {
    if (!isError(error, 'store.secret_unreadable')) throw error;
    return false;
  }
}

/** Names the key without telling it: the same for the same key, 16 hex characters. */
export const fingerprintOf = (key: Key): string =>
  createHmac('sha256', key).update('tomte: fingerprint of the key').digest('hex').slice(0, 16);

/**
 * The key from its file: 32 bytes, raw or as base64 or hex text. With `mayCreate` a missing file
 * is made, 0600, whole or not at all. Throws store.key_missing, store.key_exposed.
 */
export async function readKey(o: { file: string; mayCreate: boolean }): Promise<Key> {
  try {
    const { mode, uid, gid } = await stat(o.file);
    // systemd lends a credential to a user by an access list, which shows as a right of root's group.
    const lent = (mode & 0o777) === 0o440 && uid === 0 && gid === 0;
    if ((mode & 0o077) !== 0 && !lent) {
      throw new TomteError(
        'store.key_exposed',
        `${o.file} has mode ${(mode & 0o777).toString(8)}, so others may read it`,
        { details: { file: o.file } },
      );
    }
    return parseKey(await readFile(o.file), o.file);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    if (!o.mayCreate) {
      throw new TomteError('store.key_missing', `There is no key in ${o.file}`, {
        cause,
        details: { file: o.file },
      });
    }
  }
  await createKey(o.file);
  return readKey({ file: o.file, mayCreate: false });
}

function parseKey(content: Buffer, file: string): Key {
  if (content.length === 32) return createSecretKey(content);
  const text = content.toString('latin1').trim();
  const bytes = /^[0-9a-f]{64}$/i.test(text)
    ? Buffer.from(text, 'hex')
    : /^[A-Za-z0-9+/]{43}=$/.test(text)
      ? Buffer.from(text, 'base64')
      : null;
  if (bytes?.length !== 32) {
    throw new TomteError('store.key_missing', `${file} does not hold a key of 32 bytes`, {
      details: { file },
    });
  }
  return createSecretKey(bytes);
}

/** Written aside, synced, then linked: of two programs at once one wins and both read the winner's. */
async function createKey(file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const aside = `${file}.${randomBytes(6).toString('hex')}`;
  const handle = await open(aside, 'wx', 0o600);
  try {
    await handle.writeFile(`${randomBytes(32).toString('base64')}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  try {
    await link(aside, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(aside);
  }
}
