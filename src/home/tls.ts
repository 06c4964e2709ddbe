import type { Socket } from 'node:net';
import { isIP } from 'node:net';
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { TomteError } from '@tomte/sdk/errors';
import { printable } from './probe-text.ts';

/** What a server showed of itself. `fingerprint` is SHA-256 of the leaf, hex with colons. */
export interface Certificate {
  readonly fingerprint: string;
  readonly subject: string;
  readonly issuer: string;
  readonly names: string;
  /** As the certificate writes it. */
  readonly validFrom: string;
  readonly validTo: string;
}

export interface Encrypted {
  readonly socket: TLSSocket;
  readonly certificate: Certificate;
  /** Why the certificate would not be trusted; null when it is. A Node or OpenSSL code. */
  readonly fault: string | null;
}

/**
 * Speaks TLS on a connected socket. Accepts any certificate and says what is wrong with it: whoever
 * calls decides before a byte is written. Rejects with the handshake's own error, or the signal's reason.
 */
export function encrypt(
  socket: Socket,
  o: { host: string; signal: AbortSignal },
): Promise<Encrypted> {
  return new Promise((resolve, reject) => {
    const secure = connect({
      socket,
      host: o.host,
      ...(isIP(o.host) === 0 ? { servername: o.host } : {}),
      ALPNProtocols: ['http/1.1'],
      rejectUnauthorized: false,
    });
    const settle = (finish: () => void) => {
      o.signal.removeEventListener('abort', onAbort);
      finish();
    };
    const fail = (error: Error) =>
      settle(() => {
        secure.destroy();
        reject(error);
      });
    const onAbort = () => fail(o.signal.reason as Error);
    // Stays for the socket's life: an alert that comes later is read where the socket is used.
    secure.on('error', fail);
    secure.once('close', () => fail(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
    secure.once('secureConnect', () =>
      settle(() =>
        resolve({
          socket: secure,
          certificate: describe(secure.getPeerCertificate()),
          fault: secure.authorized ? null : faultOf(secure.authorizationError),
        }),
      ),
    );
    if (o.signal.aborted) return onAbort();
    o.signal.addEventListener('abort', onAbort, { once: true });
  });
}

// Typed as Error, delivered as its code for chain faults and as an Error for a wrong name.
function faultOf(error: unknown): string {
  if (typeof error === 'string') return error;
  return (error as { code?: string } | null)?.code ?? 'CERT_UNTRUSTED';
}

/**
 * Whether this certificate may be spoken to.
 *
 * @param pin fingerprint that alone is accepted, or null for the usual trust in known issuers
 * @throws TomteError `link.tls_untrusted`, `link.tls_expired`, `link.tls_name_mismatch`; `details` has the
 *   fingerprint, so that a person can compare it and decide to pin it
 */
export function checkCertificate(
  encrypted: Encrypted,
  o: { host: string; pin: string | null },
): void {
  const { certificate, fault } = encrypted;
  const details = { ...certificate, reason: fault };
  if (o.pin !== null) {
    if (samePin(o.pin, certificate.fingerprint)) return;
    throw new TomteError(
      'link.tls_untrusted',
      `The server at ${o.host} shows another certificate than the pinned one.`,
      {
        details: { ...details, pinned: o.pin },
        hint: 'If the certificate was renewed, link again with the new one pinned. If not, somebody may stand in between.',
      },
    );
  }
  if (fault === null) return;
  if (fault === 'CERT_HAS_EXPIRED') {
    throw new TomteError(
      'link.tls_expired',
      `The certificate of ${o.host} ended on ${certificate.validTo}.`,
      { details },
    );
  }
  if (fault === 'CERT_NOT_YET_VALID') {
    throw new TomteError(
      'link.tls_expired',
      `The certificate of ${o.host} begins only on ${certificate.validFrom}.`,
      { details },
    );
  }
  if (fault === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    throw new TomteError(
      'link.tls_name_mismatch',
      `The certificate is for ${certificate.names || certificate.subject || 'another name'}, not for ${o.host}.`,
      { details },
    );
  }
  throw new TomteError('link.tls_untrusted', untrustedText(o.host, fault, certificate), {
    details,
  });
}

export function samePin(a: string, b: string): boolean {
  const bare = (text: string) => text.replace(/[^0-9a-f]/gi, '').toLowerCase();
  return bare(a) === bare(b) && bare(a).length === 64;
}

function untrustedText(host: string, fault: string, certificate: Certificate): string {
  if (fault === 'DEPTH_ZERO_SELF_SIGNED_CERT')
    return `The certificate of ${host} is signed by itself.`;
  if (
    fault === 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' ||
    fault.startsWith('UNABLE_TO_GET_ISSUER_CERT')
  ) {
    return `The certificate of ${host} is issued by ${certificate.issuer || 'somebody unknown'}, and the server does not send the certificates in between, or the issuer is not known here.`;
  }
  return `The certificate of ${host} is issued by ${certificate.issuer || 'somebody'} and is not trusted here.`;
}

function describe(peer: PeerCertificate): Certificate {
  const text = (value: unknown) => printable(String(value ?? ''));
  return {
    fingerprint: text(peer.fingerprint256),
    subject: text(peer.subject?.CN),
    issuer: text(peer.issuer?.O ?? peer.issuer?.CN),
    names: text(peer.subjectaltname?.replace(/\b(DNS|IP Address):/g, '')),
    validFrom: text(peer.valid_from),
    validTo: text(peer.valid_to),
  };
}

/** What an error of the handshake, or of reading just after it, says about the other side. */
export type TlsTrouble = 'plain' | 'client-certificate' | 'name' | 'broken-off' | 'too-old';

/** Reads a Node or OpenSSL error code; null when it is none of TLS. */
export function tlsTrouble(error: unknown): TlsTrouble | null {
  const {
    code = '',
    reason = '',
    message = '',
  } = (error ?? {}) as { code?: string; reason?: string; message?: string };
  const text = `${code} ${reason} ${message}`.toLowerCase().replaceAll('_', ' ');
  if (
    /wrong version number|packet length too long|http request|unknown protocol|record layer failure|bad record type/.test(
      text,
    )
  )
    return 'plain';
  if (
    /certificate required|handshake failure|bad certificate|certificate unknown|alert number (40|42|116)/.test(
      text,
    )
  )
    return 'client-certificate';
  if (/unrecognized name|alert internal error|alert number (80|112)/.test(text)) return 'name';
  if (
    /protocol version|unsupported protocol|insufficient security|no protocols available/.test(text)
  )
    return 'too-old';
  if (
    /econnreset|epipe|econnaborted|socket hang up|disconnected before secure|unexpected eof/.test(
      text,
    )
  )
    return 'broken-off';
  return null;
}
