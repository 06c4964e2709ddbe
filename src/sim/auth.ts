import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../lib/clock.ts';
import { hexId } from './random.ts';
import { stamp } from './states.ts';

export interface SimUser {
  readonly id: string;
  readonly name: string;
  readonly username: string;
  readonly owner: boolean;
  readonly admin: boolean;
  readonly localOnly: boolean;
  active: boolean;
}

export interface StoredToken {
  readonly id: string;
  readonly user: SimUser;
  readonly key: string;
  readonly clientName: string;
  readonly createdAt: number;
}

export type Verdict =
  | { ok: true; user: SimUser; token: StoredToken }
  | { ok: false; message: string };

/** Where the home believes requests come from: decides what local-only users may do. */
export type SeenFrom = 'local' | 'remote' | 'cloud';

const wrong: Verdict = { ok: false, message: 'Invalid access token or password' };
const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const daySeconds = 86_400;

/** Users and long-lived tokens: JSON web tokens, HS256, payload exactly `iss`, `iat`, `exp`. */
export class Auth {
  readonly users: SimUser[] = [];
  readonly tokens = new Map<string, StoredToken>();
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #onGone = new Set<(tokenId: string) => void>();

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
  }

  addUser(o: { name: string; admin?: boolean; owner?: boolean; localOnly?: boolean }): SimUser {
    const user: SimUser = {
      id: hexId(this.#random),
      name: o.name,
      username: o.name.toLowerCase(),
      owner: o.owner ?? false,
      admin: o.admin ?? o.owner ?? false,
      localOnly: o.localOnly ?? false,
      active: true,
    };
    this.users.push(user);
    return user;
  }

  /** A long-lived token's text. `lifespanDays` below zero makes one that is over already. */
  issue(o: { user: SimUser; clientName: string; lifespanDays: number; issuedAt?: number }): string {
    const createdAt = o.issuedAt ?? this.#clock.now();
    const token: StoredToken = {
      id: hexId(this.#random),
      user: o.user,
      key: hexId(this.#random, 64),
      clientName: o.clientName,
      createdAt,
    };
    this.tokens.set(token.id, token);
    const iat = Math.floor(createdAt / 1000);
    const head = base64({ alg: 'HS256', typ: 'JWT' });
    const body = base64({ iss: token.id, iat, exp: iat + o.lifespanDays * daySeconds });
    return `${head}.${body}.${sign(token.key, `${head}.${body}`)}`;
  }

  verify(text: string, seenFrom: SeenFrom): Verdict {
    const parts = text.split('.');
    const claims = parts.length === 3 ? readClaims(parts[1]!) : null;
    const token = claims && this.tokens.get(claims.iss);
    if (!claims || !token) return wrong;
    const due = Buffer.from(sign(token.key, `${parts[0]}.${parts[1]}`));
    const given = Buffer.from(parts[2]!);
    if (due.length !== given.length || !timingSafeEqual(due, given)) return wrong;
    const leewayMs = 10_000;
    if (claims.exp * 1000 + leewayMs < this.#clock.now()) return wrong;
    if (!token.user.active) return { ok: false, message: 'User is not active' };
    if (token.user.localOnly && seenFrom === 'cloud')
      return { ok: false, message: 'User is local only' };
    if (token.user.localOnly && seenFrom === 'remote')
      return { ok: false, message: 'User cannot authenticate remotely' };
    return { ok: true, user: token.user, token };
  }

  tokenOf(text: string): StoredToken | undefined {
    const claims = readClaims(text.split('.')[1] ?? '');
    return claims ? this.tokens.get(claims.iss) : undefined;
  }

  /** Open sockets of the token are closed at once by whoever listens. */
  deleteToken(tokenId: string): boolean {
    const known = this.tokens.delete(tokenId);
    for (const listener of this.#onGone) listener(tokenId);
    return known;
  }

  /** Home Assistant deletes the tokens of a user it deactivates; `keepTokens` is the order of older releases. */
  deactivate(user: SimUser, o: { keepTokens?: boolean } = {}): void {
    user.active = false;
    for (const token of [...this.tokens.values()]) {
      if (token.user === user && !o.keepTokens) this.deleteToken(token.id);
    }
  }

  onTokenGone(listener: (tokenId: string) => void): void {
    this.#onGone.add(listener);
  }

  /** `auth/refresh_tokens` of one user. */
  listed(user: SimUser, current: StoredToken): object[] {
    return [...this.tokens.values()]
      .filter((t) => t.user === user)
      .map((t) => ({
        auth_provider_type: null,
        client_icon: null,
        client_id: null,
        client_name: t.clientName,
        created_at: stamp(t.createdAt),
        expire_at: null,
        id: t.id,
        is_current: t === current,
        last_used_at: stamp(t.createdAt),
        last_used_ip: null,
        type: 'long_lived_access_token',
      }));
  }
}

const sign = (key: string, text: string): string =>
  createHmac('sha256', key).update(text).digest('base64url');

function readClaims(part: string): { iss: string; exp: number } | null {
  const text = Buffer.from(part, 'base64url').toString();
  if (!text.startsWith('{') || !text.endsWith('}')) return null;
  try {
    const claims = JSON.parse(text) as { iss?: unknown; exp?: unknown };
    if (typeof claims.iss !== 'string' || typeof claims.exp !== 'number') return null;
    return { iss: claims.iss, exp: claims.exp };
  } catch (error) {
    // A mangled paste is an ordinary wrong token.
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
