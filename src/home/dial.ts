import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { type ErrorCode, TomteError } from '@tomte/sdk/errors';
import type { Clock } from '../lib/clock.ts';
import { samePin } from './tls.ts';

export interface DialOptions {
  /** Origin of the home, such as https://home.example.org:8123. */
  readonly address: string;
  /** SHA-256 of the one certificate to accept, in hex, with or without colons. */
  readonly pin?: string | null;
  /** Own address to connect from, on a computer with several. */
  readonly localAddress?: string;
  readonly clock: Clock;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * A connected socket to the home, with TLS and the pinned certificate already checked: nothing of
 * ours, above all no token, is written before that. Throws TomteError `link.*`.
 */
export function dial(o: DialOptions): Promise<Socket> {
  const url = new URL(o.address);
  const secure = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port) || (secure ? 443 : 80);
  const base = { host, port, ...(o.localAddress ? { localAddress: o.localAddress } : {}) };
  const socket = secure
    ? connectTls({
        ...base,
        ...(isIP(host) ? {} : { servername: host }),
        ALPNProtocols: ['http/1.1'],
        rejectUnauthorized: !o.pin,
      })
    : connectPlain(base);
  socket.setNoDelay(true);
  return new Promise<Socket>((resolve, reject) => {
    const finish = (error?: Error) => {
      cancel();
      o.signal?.removeEventListener('abort', onAbort);
      socket.removeListener('error', onError);
      socket.removeListener('close', onClose);
      if (error === undefined) return resolve(socket);
      socket.on('error', () => {}); // whatever follows the destroy is the same failure again
      socket.destroy();
      reject(error);
    };
    const onError = (error: Error) => finish(connectError(error, o.address));
    const onClose = () => finish(new TomteError('link.lost', `${url.host} closed the connection`));
    const onAbort = () => finish(new TomteError('link.stopped', 'The attempt was stopped'));
    const cancel = o.clock.after(o.timeoutMs ?? 10_000, () =>
      finish(new TomteError('link.unreachable', `${url.host} did not answer in time`)),
    );
    if (o.signal?.aborted) return onAbort();
    o.signal?.addEventListener('abort', onAbort, { once: true });
    socket.once('error', onError);
    socket.once('close', onClose);
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      if (secure && o.pin && !samePin(fingerprintOf(socket), o.pin)) {
        return finish(
          new TomteError('link.tls_untrusted', `${url.host} shows another certificate than pinned`),
        );
      }
      finish();
    });
  });
}

const fingerprintOf = (socket: Socket): string =>
  (socket as TLSSocket).getPeerCertificate().fingerprint256 ?? '';

const codeOf: Record<string, ErrorCode> = {
  ENOTFOUND: 'link.name_not_found',
  EAI_AGAIN: 'link.name_not_found',
  ECONNREFUSED: 'link.refused',
  ETIMEDOUT: 'link.unreachable',
  EHOSTUNREACH: 'link.unreachable',
  ENETUNREACH: 'link.unreachable',
  EADDRNOTAVAIL: 'link.unreachable',
  CERT_HAS_EXPIRED: 'link.tls_expired',
  CERT_NOT_YET_VALID: 'link.tls_expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'link.tls_untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'link.tls_untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'link.tls_untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'link.tls_untrusted',
  ERR_TLS_CERT_ALTNAME_INVALID: 'link.tls_name_mismatch',
  ERR_SSL_WRONG_VERSION_NUMBER: 'link.wants_http',
  EPROTO: 'link.wants_http',
};

/** What a failed connection of an established Link means; the probe tells it more exactly. */
export function connectError(error: unknown, address: string): TomteError {
  if (error instanceof TomteError) return error;
  const parts = error instanceof AggregateError ? error.errors : [];
  const code = (error as NodeJS.ErrnoException).code ?? (parts[0] as NodeJS.ErrnoException)?.code;
  const host = new URL(address).host;
  return new TomteError(
    codeOf[code ?? ''] ?? 'link.lost',
    `${host}: ${code ?? 'connection lost'}`,
    {
      cause: error,
    },
  );
}
