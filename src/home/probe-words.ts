import { type ErrorCode, TomteError } from '@tomte/sdk/errors';
import type { Candidate } from './address.ts';
import { type TlsTrouble, tlsTrouble } from './tls.ts';

/** Where a fault was met: the host as typed, and the door knocked at. */
export interface Place {
  readonly host: string;
  readonly door: Candidate;
  readonly cloud: boolean;
}

type Raw = { code?: string; message?: string } | null | undefined;

export function dnsError(host: string, cause: unknown): TomteError {
  if (cause instanceof TomteError) return cause;
  const local = host.endsWith('.local');
  return new TomteError(
    'link.name_not_found',
    `There is no computer named ${host}${local ? ' in this network, or names ending in .local are not found from here' : ''}.`,
    { cause, details: { host } },
  );
}

export function tcpError({ host, door, cloud }: Place, cause: unknown): TomteError {
  if (cause instanceof TomteError) return cause;
  const code = (cause as Raw)?.code ?? '';
  const details = { host, port: door.port, reason: code };
  if (code === 'ECONNREFUSED') {
    return new TomteError(
      'link.refused',
      `${host} answered, but nothing listens on port ${door.port}. Is Home Assistant running? If it runs on another port, type it under Port.`,
      { cause, details },
    );
  }
  if (cloud) return cloudError(cause);
  return new TomteError('link.unreachable', `${host} did not answer on port ${door.port}.`, {
    cause,
    details,
  });
}

export const cloudError = (cause: unknown): TomteError =>
  new TomteError(
    'link.cloud_disconnected',
    'This is a Home Assistant Cloud address, but the home behind it is not connected now.',
    { cause },
  );

/** An error of the TLS handshake, or of the first read after it. Null when TLS says nothing about it. */
export function tlsError(place: Place, cause: unknown): TomteError | null {
  if (cause instanceof TomteError) return cause;
  const trouble = tlsTrouble(cause);
  if (trouble === null) return null;
  if (place.cloud && trouble !== 'client-certificate') return cloudError(cause);
  const { host, door } = place;
  const words: Record<TlsTrouble, [ErrorCode, string]> = {
    plain: ['link.wants_http', `Port ${door.port} of ${host} speaks plain http, not https.`],
    'client-certificate': [
      'link.tls_client_certificate',
      `${host} asks for a client certificate before it talks.`,
    ],
    name: [
      'link.tls_name_mismatch',
      `The server at port ${door.port} has no certificate for ${host}.`,
    ],
    'broken-off': [
      'link.proxy_error',
      `Port ${door.port} of ${host} takes calls but hangs up at once. What it should pass them to may be down.`,
    ],
    'too-old': [
      'link.tls_untrusted',
      `${host} offers only encryption that is too old to be trusted.`,
    ],
  };
  const [code, message] = words[trouble];
  return new TomteError(code, message, {
    cause,
    details: { host, port: door.port, reason: String((cause as Raw)?.code ?? trouble) },
  });
}

/** A server that takes the connection and then is no HTTP server. */
export function httpError(place: Place, cause: unknown): TomteError {
  if (cause instanceof TomteError) return cause;
  const code = (cause as Raw)?.code ?? '';
  if (!code.startsWith('HPE_')) {
    const known = tlsError(place, cause);
    if (known) return known;
  }
  const { host, door } = place;
  return new TomteError(
    'link.not_home_assistant',
    `What answers on port ${door.port} of ${host} is not Home Assistant: it does not speak http.`,
    { cause, details: { host, port: door.port, reason: code } },
  );
}

export function wantsHttps({ host, door }: Place): TomteError {
  return new TomteError(
    'link.wants_https',
    `Port ${door.port} of ${host} speaks https, not plain http.`,
    {
      details: { host, port: door.port },
    },
  );
}

export function redirectedError(place: Place, to: URL): TomteError {
  return new TomteError(
    'link.redirected',
    `${place.host} sends visitors to ${to.origin}. Nothing was sent there.`,
    {
      details: { address: to.origin },
      hint: `If ${to.origin} is yours, type it as the address.`,
    },
  );
}

/** A verdict on an answer, in the words of the page. `own` is this computer's address, for the ban. */
export function verdictError(
  place: Place,
  code: ErrorCode,
  why: string,
  own: string | undefined,
): TomteError {
  const { host, door } = place;
  const details = {
    host,
    port: door.port,
    why,
    ...(own && code === 'link.address_banned' ? { bannedAddress: own } : {}),
  };
  if (code === 'link.address_banned') {
    const line = own ? `the line with ${own}` : 'this computer’s line';
    return new TomteError(
      code,
      `Home Assistant has blocked this computer after failed logins. Remove ${line} from ip_bans.yaml and restart it.`,
      { details },
    );
  }
  if (code === 'link.not_home_assistant') {
    return new TomteError(
      code,
      `${host} answers on port ${door.port}, but not as Home Assistant: ${why}.`,
      { details },
    );
  }
  if (code === 'link.onboarding_unfinished') {
    return new TomteError(code, `There is a Home Assistant at ${host}, but ${why}.`, { details });
  }
  return new TomteError(code, `${host}, port ${door.port}: ${why}.`, { details });
}

/** Home Assistant's answer to the one login. Its own sentence tells three cases apart. */
export function loginError(message: string): TomteError {
  const said = message.slice(0, 200);
  if (/local only|cannot authenticate remotely/i.test(said)) {
    return new TomteError(
      'link.token_local_only',
      'The address is right. The user of this token may log in only from the home’s own network. Tried once and stopped.',
    );
  }
  if (/not active/i.test(said)) {
    return new TomteError(
      'link.user_inactive',
      'The address is right. The user of this token is not active. Tried once and stopped.',
    );
  }
  return new TomteError(
    'link.token_rejected',
    'The address is right. Home Assistant refused this token. Tried once and stopped, so you will not be locked out.',
  );
}

const telling: readonly ErrorCode[] = [
  'link.address_banned',
  'link.proxy_untrusted',
  'link.starting',
  'link.onboarding_unfinished',
  'link.access_gateway',
  'link.redirected',
  'link.tls_client_certificate',
  'link.tls_untrusted',
  'link.tls_expired',
  'link.tls_name_mismatch',
  'link.wants_https',
  'link.wants_http',
  'link.rate_limited',
  'link.proxy_error',
  'link.forbidden',
  'link.not_home_assistant',
  'link.refused',
  'link.unreachable',
];
/** Only Home Assistant itself says these: no other port needs to be tried. */
const certain = 4;

const rank = (error: TomteError) => {
  const at = telling.indexOf(error.code);
  return at === -1 ? telling.length : at;
};

/** Of the errors of several doors the one that tells most; of equal ones the first door's. */
export function mostTelling(errors: readonly TomteError[]): TomteError {
  return errors.reduce((best, error) => (rank(error) < rank(best) ? error : best));
}

export const isCertain = (error: TomteError): boolean => rank(error) < certain;
