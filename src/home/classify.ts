import type { ErrorCode } from '@tomte/sdk/errors';
import type { Answer } from './probe-http.ts';

/**
 * Reads what answered at an address. Pure: an HTTP answer in, a verdict out. Home Assistant's own
 * refusals are told from a proxy's by their body and headers, as its source writes them.
 */
export type Verdict = { readonly kind: 'home-assistant' } | Refusal;

/** Where visitors are sent, or why this is no home that can be linked. */
export type Refusal =
  | { readonly kind: 'moved'; readonly to: URL }
  | { readonly kind: 'fault'; readonly code: ErrorCode; readonly why: string };

const fault = (code: ErrorCode, why: string): Refusal => ({ kind: 'fault', code, why });
const home: Verdict = { kind: 'home-assistant' };

/** Reads the answer to `GET /manifest.json`, which any Home Assistant gives without a login. */
export function manifestVerdict(answer: Answer, asked: URL): Verdict {
  if (answer.status === 200 && jsonOf(answer)?.name === 'Home Assistant') return home;
  return refusal(answer, asked) ?? strange(answer);
}

/** Reads the answer to `GET /auth/providers`: open to all, and passed by gateways that guard only pages. */
export function providersVerdict(answer: Answer, asked: URL): Verdict {
  const json = jsonOf(answer);
  if (answer.status === 400 && json?.code === 'onboarding_required') {
    return fault('link.onboarding_unfinished', 'its first set-up is not finished');
  }
  if (answer.status === 200 && Array.isArray(json?.providers)) return home;
  return refusal(answer, asked) ?? strange(answer);
}

/** Reads an HTTP answer where a WebSocket upgrade was asked for, at a Home Assistant that is known to be one. */
export function upgradeVerdict(answer: Answer, asked: URL): Refusal {
  if (answer.status === 404 && isHomeAssistants(answer)) {
    return fault('link.starting', 'its WebSocket interface is not loaded yet');
  }
  const blocked = fault(
    'link.websocket_blocked',
    `the request for a WebSocket was answered with HTTP ${answer.status}`,
  );
  if (answer.body.startsWith('No WebSocket UPGRADE hdr')) return blocked;
  return refusal(answer, asked) ?? blocked;
}

/** Faults that can be told whatever was asked for; null when the answer fits none. */
function refusal(answer: Answer, asked: URL): Refusal | null {
  const { status, headers, body } = answer;
  if (status >= 300 && status < 400) return redirect(answer, asked);
  if (
    /plain HTTP request was sent to (an )?HTTPS port|client sent an HTTP request to an HTTPS server|speaking plain HTTP to an SSL-enabled/i.test(
      body,
    )
  ) {
    return fault('link.wants_https', 'the server says that this port speaks https');
  }
  if (
    /No required SSL certificate was sent|SSL certificate error<|client certificate (is )?required/i.test(
      body,
    )
  ) {
    return fault(
      'link.tls_client_certificate',
      'the server says that a client certificate is missing',
    );
  }
  if (isGatewayPage(answer)) return fault('link.access_gateway', 'a login page answers');
  switch (status) {
    case 400:
      return isPlain(answer, '400: Bad Request')
        ? fault(
            'link.proxy_untrusted',
            'Home Assistant refuses what comes through this reverse proxy',
          )
        : fault('link.proxy_error', 'a proxy answers with HTTP 400');
    case 401:
    case 407:
      return fault('link.access_gateway', 'a login is asked for before Home Assistant');
    case 403:
      return isPlain(answer, '403: Forbidden')
        ? fault('link.address_banned', 'Home Assistant blocks this computer')
        : fault('link.forbidden', `${server(headers)} refuses this computer`);
    case 429:
      return fault('link.rate_limited', `${server(headers)} limits requests`);
    case 503:
      return body === '' && !headers.server && !headers.via
        ? fault('link.starting', 'Home Assistant is stopping or starting')
        : fault('link.proxy_error', proxyText(answer));
    default:
      if (status === 404 && isHomeAssistants(answer)) {
        return fault('link.starting', 'Home Assistant answers, but its pages are not loaded yet');
      }
      return status >= 500 ? fault('link.proxy_error', proxyText(answer)) : null;
  }
}

function redirect(answer: Answer, asked: URL): Refusal {
  const location = answer.headers.location ?? '';
  const to = URL.canParse(location, asked.href) ? new URL(location, asked) : null;
  if (to === null || (to.protocol !== 'http:' && to.protocol !== 'https:')) {
    return { kind: 'fault', code: 'link.not_home_assistant', why: 'it sends visitors to nowhere' };
  }
  if (isGatewayAddress(to)) {
    return {
      kind: 'fault',
      code: 'link.access_gateway',
      why: `visitors are sent to a login page at ${to.host}`,
    };
  }
  if (to.origin !== asked.origin) return { kind: 'moved', to };
  return {
    kind: 'fault',
    code: 'link.not_home_assistant',
    why: 'it sends visitors to another page of its own',
  };
}

const gatewayHosts =
  /(^|\.)(cloudflareaccess\.com|login\.microsoftonline\.com|accounts\.google\.com|okta\.com|auth0\.com|pomerium\.app)$/;
const gatewayNames = /^(auth|authelia|authentik|login|sso|keycloak|idp|id|accounts?)\./;
const gatewayPaths =
  /^\/(cdn-cgi\/access|outpost\.goauthentik\.io|oauth2\/(start|sign_in|authorize)|if\/flow|\.pomerium|application\/o\/authorize|realms\/)/;

function isGatewayAddress(to: URL): boolean {
  const asksBack =
    /[?&](rd|redirect_uri|redirect_url|redirect|next|return_to|ReturnUrl|kid)=/i.test(to.search);
  return (
    gatewayHosts.test(to.hostname) ||
    gatewayPaths.test(to.pathname) ||
    (asksBack && gatewayNames.test(to.hostname))
  );
}

function isGatewayPage({ status, headers, body }: Answer): boolean {
  if (headers['cf-mitigated'] || headers['x-authentik-powered-by']) return true;
  if (!(headers['content-type'] ?? '').includes('html') || ![200, 401, 403, 503].includes(status))
    return false;
  return /challenge-platform|cloudflareaccess\.com|<title>\s*(Login - )?Authelia|data-basepath[^>]*authelia|goauthentik|oauth2[-_]proxy|Sign in ・ Cloudflare Access/i.test(
    body,
  );
}

function strange(answer: Answer): Refusal {
  const type = (answer.headers['content-type'] ?? '').split(';')[0]!.trim();
  const what = type.includes('html')
    ? 'a web page'
    : type.includes('json')
      ? 'other JSON'
      : 'something else';
  return fault('link.not_home_assistant', `it answers with ${what} (HTTP ${answer.status})`);
}

// The web framework under Home Assistant writes `403: Forbidden` as bare text; no proxy does.
function isPlain({ headers, body }: Answer, text: string): boolean {
  return body.trim() === text && (headers['content-type'] ?? '').startsWith('text/plain');
}

/** A 404 that carries the headers Home Assistant puts on everything it serves. */
function isHomeAssistants(answer: Answer): boolean {
  return isPlain(answer, '404: Not Found') && answer.headers['referrer-policy'] === 'no-referrer';
}

function proxyText({ status, headers, body }: Answer): string {
  const why: Record<number, string> = {
    502: 'cannot reach Home Assistant',
    503: 'has nothing behind it now',
    504: 'waited for Home Assistant in vain',
    521: 'is refused by the home',
    522: 'cannot reach the home',
    523: 'cannot reach the home',
    525: 'cannot agree on encryption with the home',
    526: 'does not trust the home’s certificate',
    530: /1033/.test(body) ? 'has no tunnel to the home' : 'cannot reach the home',
  };
  return `${server(headers)} ${why[status] ?? 'failed'} (HTTP ${status})`;
}

/** Who answers, as far as it says so: only a short plain word is repeated. */
function server(headers: Answer['headers']): string {
  const name = /^[a-z][a-z0-9 ._-]{1,30}/i.exec(headers.server ?? '')?.[0].trim();
  return name ? `the proxy (${name})` : 'a proxy or filter';
}

function jsonOf(answer: Answer): Record<string, unknown> | null {
  try {
    const parsed: unknown = JSON.parse(answer.body);
    return typeof parsed === 'object' && parsed !== null
      ? (parsed as Record<string, unknown>)
      : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
