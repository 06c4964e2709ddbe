import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { TomteError } from '@tomte/sdk/errors';
import type { Context, MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import type { Clock } from '../lib/clock.ts';
import type { Secret } from '../lib/secret.ts';
import { openGuesses } from './guesses.ts';
import { checkPassword } from './password.ts';

const cookieName = 'tomte_session';
const sessionMs = 30 * 24 * 3600_000;

/** A cookie carries its own right: that a session was ended must be remembered for as long as it would be good. */
export interface EndedSessions {
  has(id: string): boolean;
  /** `until` is epoch ms. */
  end(id: string, until: number): Promise<void>;
}

export interface GuardOptions {
  readonly clock: Clock;
  /** One-machine credential of service.json: the command line's way in. */
  readonly credential: Secret;
  /** Key the session cookies are signed with. */
  readonly sessionKey: Buffer;
  readonly ended: EndedSessions;
  /** Stored argon2id hash, or null while no password is set. */
  passwordHash(): string | null;
  /**
   * As an app of Home Assistant: the one address from which its Supervisor lets people in, who have logged
   * in there. Everybody else needs the password, and where none is set stays outside. Null otherwise.
   */
  readonly ingressGateway: string | null;
  /** Host names besides IP literals and localhost under which Tomte may be opened. */
  hosts(): readonly string[];
}

export interface Guard {
  readonly middleware: MiddlewareHandler;
  /** For what a session is not enough: commands on this machine only. */
  readonly machineOnly: MiddlewareHandler;
  login(c: Context): Promise<Response>;
  /** Ends the session for whoever else has its cookie too. */
  logout(c: Context): Promise<Response>;
}

/**
 * Who may come in. Three checks, in this order:
 * a name in Host that is not ours is refused (DNS rebinding), a request that another site made is
 * refused (CSRF), and with a password set a session or the one-machine credential is needed.
 */
export function openGuard(o: GuardOptions): Guard {
  const guesses = openGuesses(o.clock);

  const sign = (payload: string) =>
    createHmac('sha256', o.sessionKey)
      .update(`${payload}.${o.passwordHash() ?? ''}`)
      .digest('base64url');

  /** The session of the cookie; null when it is none, or not good any more. */
  function sessionOf(c: Context): { id: string; until: number } | null {
    const [expires, id, mac] = (getCookie(c, cookieName) ?? '').split('.');
    if (!expires || !id || !mac || Number(expires) < o.clock.now()) return null;
    if (!same(mac, sign(`${expires}.${id}`)) || o.ended.has(id)) return null;
    return { id, until: Number(expires) };
  }

  const hasCredential = (c: Context) => {
    const given = /^Bearer (.+)$/.exec(c.req.header('authorization') ?? '')?.[1];
    return given !== undefined && same(given, o.credential.reveal());
  };

  const middleware: MiddlewareHandler = async (c, next) => {
    if (o.ingressGateway !== null) {
      const from = addressOf(c);
      if (from === o.ingressGateway && c.req.header('x-ingress-path') !== undefined) {
        // The name in Host is the home's, whatever it is called.
        checkOrigin(c, o.hosts());
        return next();
      }
      if (!isOwn(from) && o.passwordHash() === null) {
        throw new TomteError('api.ingress_only', 'Tomte is opened through Home Assistant');
      }
    }
    checkHost(c, o.hosts());
    if (hasCredential(c)) return next();
    if (!isSigned(c)) checkOrigin(c, o.hosts());
    if (o.passwordHash() !== null && !isOpen(c) && !sessionOf(c)) {
      throw new TomteError('api.login_required', 'This Tomte asks for its password');
    }
    return next();
  };

  const machineOnly: MiddlewareHandler = async (c, next) => {
    if (hasCredential(c)) return next();
    throw new TomteError('api.machine_only', 'This is for commands on the computer of Tomte alone');
  };

  async function login(c: Context): Promise<Response> {
    const now = o.clock.now();
    // Counted before it is checked: a burst of guesses at once is as many as one after another.
    const right = guesses.count(addressOf(c));
    const hash = o.passwordHash();
    const body = (await c.req.json().catch(() => null)) as { password?: unknown } | null;
    const given = typeof body?.password === 'string' ? body.password.slice(0, 1000) : '';
    if (hash !== null && !(await checkPassword(given, hash))) {
      throw new TomteError('api.password_wrong', 'The password is not right');
    }
    right();
    const payload = `${now + sessionMs}.${randomBytes(16).toString('base64url')}`;
    setCookie(c, cookieName, `${payload}.${sign(payload)}`, {
      httpOnly: true,
      sameSite: 'Strict',
      // We speak http; a proxy in front of us says when the browser speaks https.
      secure: c.req.header('x-forwarded-proto') === 'https',
      maxAge: sessionMs / 1000,
      path: '/',
    });
    return c.json({ in: true });
  }

  async function logout(c: Context): Promise<Response> {
    const session = sessionOf(c);
    if (session) await o.ended.end(session.id, session.until);
    setCookie(c, cookieName, '', { httpOnly: true, sameSite: 'Strict', maxAge: 0, path: '/' });
    return c.json({ in: false });
  }

  return { middleware, machineOnly, login, logout };
}

/** Who is on the other end of the connection; empty where there is none, as in tests without a socket. */
function addressOf(c: Context): string {
  const { incoming } = (c.env ?? {}) as { incoming?: IncomingMessage };
  // A socket that listens to IPv6 too writes IPv4 so.
  return (incoming?.socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/, '');
}

/** This very machine: commands of the app itself. */
const isOwn = (address: string): boolean => address === '::1' || address.startsWith('127.');

/** Pages and pieces that must open before login: the app itself, login, and signed links (they carry their own right). */
function isOpen(c: Context): boolean {
  const path = c.req.path.replace(/^\/demo\//, '/');
  return !path.startsWith('/api/') || path === '/api/login' || path === '/api/logout';
}

/**
 * A signed link is opened from anywhere and carries its right in its address. Its page sends no
 * referrer, so over plain http the browser says of its form only that the origin is null.
 */
const isSigned = (c: Context): boolean => c.req.path.startsWith('/s/');

const hostName = (host: string) =>
  host
    .replace(/:\d+$/, '')
    .replace(/^\[|\]$/g, '')
    .toLowerCase();

function checkHost(c: Context, hosts: readonly string[]): void {
  const name = hostName(c.req.header('host') ?? '');
  if (isIP(name) !== 0 || name === 'localhost' || hosts.includes(name)) return;
  throw new TomteError('api.origin_refused', `Tomte is not known under the name ${name}`, {
    hint: 'Open Tomte by its IP address, or add this name to hosts in tomte.yaml.',
  });
}

function checkOrigin(c: Context, hosts: readonly string[]): void {
  const site = c.req.header('sec-fetch-site');
  const mode = c.req.header('sec-fetch-mode');
  // Following a link from elsewhere to a page is fine; anything else from elsewhere is not.
  const reading = c.req.method === 'GET' || c.req.method === 'HEAD';
  if (reading && (mode === 'navigate' || site === undefined)) return;
  if (site === 'same-origin' || site === 'none') return;
  const origin = c.req.header('origin');
  if (site === undefined && origin === undefined) return;
  if (site === undefined && origin !== undefined && URL.canParse(origin)) {
    const from = new URL(origin);
    // Behind Home Assistant's ingress the browser's host comes as X-Forwarded-Host; a page of
    // another site cannot send that header without a preflight, which is never answered.
    const own = [c.req.header('host'), c.req.header('x-forwarded-host')];
    if (own.includes(from.host) || hosts.includes(from.hostname)) return;
  }
  throw new TomteError('api.origin_refused', 'The request came from another site');
}

function same(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
