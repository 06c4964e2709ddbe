import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const argon2Async = promisify(argon2);
// OWASP's second choice for argon2id: 19 MiB, two passes, one lane; fits a Raspberry Pi.
const cost = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 };

const tag = (password: string, nonce: Buffer) =>
  argon2Async('argon2id', { message: password.normalize('NFKC'), nonce, ...cost });

/** `argon2id$<memory>$<passes>$<nonce>$<tag>`, base64url. */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16);
  const made = await tag(password, nonce);
  return [
    'argon2id',
    cost.memory,
    cost.passes,
    nonce.toString('base64url'),
    made.toString('base64url'),
  ].join('$');
}

export async function checkPassword(password: string, stored: string): Promise<boolean> {
  const [kind, , , nonce, expected] = stored.split('$');
  if (kind !== 'argon2id' || !nonce || !expected) return false;
  const made = await tag(password, Buffer.from(nonce, 'base64url'));
  const wanted = Buffer.from(expected, 'base64url');
  return made.length === wanted.length && timingSafeEqual(made, wanted);
}
