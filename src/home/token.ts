import { TomteError } from '@tomte/sdk/errors';
import { iso } from '../lib/clock.ts';
import { Secret } from '../lib/secret.ts';

const dayMs = 86_400_000;
/** Home Assistant itself allows clocks to differ by ten seconds. */
const leewayMs = 10_000;
/** Home Assistant refuses longer ones. */
const lengthMax = 8192;

export interface TokenFacts {
  readonly issuedAt: string | null;
  readonly expiresAt: string | null;
  readonly daysLeft: number | null;
}

/** Of a token that says nothing about itself, as the Supervisor's. */
export const noTokenFacts: TokenFacts = { issuedAt: null, expiresAt: null, daysLeft: null };

/**
 * Takes a long-lived access token as people paste it: line breaks, spaces, quotes and `Bearer` go.
 * What is certain to be refused is refused here, so that no failed login is spent on it.
 *
 * @param now epoch ms
 * @throws TomteError `link.token_missing`, `link.token_malformed`, `link.token_expired`
 */
export function readToken(text: string, now: number): Secret {
  const token = text
    .replace(/[\s\u200B-\u200F\u202A-\u202E\u2060-\u2064\uFEFF\u00AD"'`“”‘’«»<>,;]/g, '')
    .replace(/^(Authorization:)?(Bearer:?)?/i, '');
  if (token === '') throw new TomteError('link.token_missing', 'No token was given.');
  const secret = new Secret(token);
  const { exp } = claims(secret);
  if (exp !== null && exp * 1000 + leewayMs < now) {
    throw new TomteError(
      'link.token_expired',
      `This token ended on ${iso(exp * 1000).slice(0, 10)}. It was not sent.`,
      { details: { expiresAt: iso(exp * 1000) } },
    );
  }
  return secret;
}

/** When a token was made and when it ends, as it says itself; `daysLeft` counts whole days from `now`. */
export function tokenFacts(token: Secret, now: number): TokenFacts {
  const { iat, exp } = claims(token);
  return {
    issuedAt: iat === null ? null : iso(iat * 1000),
    expiresAt: exp === null ? null : iso(exp * 1000),
    daysLeft: exp === null ? null : Math.max(0, Math.floor((exp * 1000 - now) / dayMs)),
  };
}

interface Claims {
  iat: number | null;
  exp: number | null;
}

function claims(token: Secret): Claims {
  const text = token.reveal();
  const parts = text.split('.');
  const looksRight =
    text.length <= lengthMax &&
    parts.length === 3 &&
    parts.every((p) => /^[A-Za-z0-9_-]+={0,2}$/.test(p));
  if (!looksRight) {
    throw malformed(
      parts.length === 3
        ? 'It has characters no token has.'
        : `It has ${parts.length} of three parts.`,
    );
  }
  const header = objectOf(parts[0]!, 'first');
  // An HS256 signature is 32 bytes: 43 characters. A shorter one was cut off when it was copied.
  if (header.alg === 'HS256' && parts[2]!.replace(/=+$/, '').length !== 43) {
    throw malformed('Its end is missing or doubled.');
  }
  const payload = objectOf(parts[1]!, 'middle');
  if (typeof payload.iss !== 'string') throw malformed('It was not made by Home Assistant.');
  return { iat: seconds(payload.iat), exp: seconds(payload.exp) };
}

function objectOf(part: string, which: 'first' | 'middle'): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    if (typeof parsed === 'object' && parsed !== null) return parsed as Record<string, unknown>;
  } catch (error) {
    // The parser's own message would repeat a piece of the token.
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw malformed(`Its ${which} part cannot be read; a piece may be missing.`);
}

// Beyond the year 9999 a time cannot be written as ISO 8601; no real token says so.
function seconds(value: unknown): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number' && value >= 0 && value < 253_402_300_800) return value;
  throw malformed('Its times cannot be read.');
}

function malformed(why: string): TomteError {
  return new TomteError(
    'link.token_malformed',
    `This is not a whole access token. ${why} It was not sent.`,
  );
}
