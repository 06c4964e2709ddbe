import { request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import { TomteError } from '@tomte/sdk/errors';
import type { Clock } from '../lib/clock.ts';
import type { Secret } from '../lib/secret.ts';
import { connectError, dial } from './dial.ts';
import { userAgent } from './probe-http.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Begins with `/`; never a whole address, so that the token goes nowhere else. */
  readonly path: string;
  readonly body?: Uint8Array;
  readonly contentType?: string;
  readonly timeoutMs?: number;
  readonly answerMaxBytes?: number;
}
export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
}

interface Target {
  readonly address: string;
  readonly token: Secret;
  readonly pin: string | null;
  readonly localAddress: string | null;
  readonly clock: Clock;
}

/** One request with the token; redirects are not followed. Throws `link.*`, `home.call_timeout`, `home.frame_too_large`. */
export async function requestHome(home: Target, r: HttpRequest): Promise<HttpAnswer> {
  const timeoutMs = r.timeoutMs ?? 20_000;
  // Behind the Supervisor the home has a path before it.
  const url = new URL(`${home.address.replace(/\/$/, '')}${r.path}`);
  if (!/^\/(?!\/)/.test(r.path) || url.origin !== new URL(home.address).origin) {
    throw new TomteError('app.internal', 'A request to the home would have left the home');
  }
  const { address, pin, clock } = home;
  const local = home.localAddress ? { localAddress: home.localAddress } : {};
  const socket = await dial({ address, pin, clock, timeoutMs, ...local });
  const request = url.protocol === 'https:' ? requestTls : requestPlain;
  return new Promise((resolve, reject) => {
    const finish = (then: () => void) => {
      cancel();
      socket.destroy();
      then();
    };
    const fail = (error: unknown) => finish(() => reject(connectError(error, address)));
    // Settled once: what follows an answer or a failure changes nothing.
    const cut = () => new TomteError('link.lost', `${r.path}: the answer broke off`);
    let answered = false;
    const cancel = clock.after(timeoutMs, () =>
      fail(new TomteError('home.call_timeout', `${r.path} was not answered in time`)),
    );
    const sent = request(
      url,
      {
        method: r.method,
        createConnection: () => socket,
        headers: {
          authorization: `Bearer ${home.token.reveal()}`,
          'user-agent': userAgent,
          connection: 'close',
          ...(r.contentType ? { 'content-type': r.contentType } : {}),
          ...(r.body ? { 'content-length': r.body.byteLength } : {}),
        },
      },
      (answer) => {
        answered = true;
        const parts: Buffer[] = [];
        let size = 0;
        const sizeMax = r.answerMaxBytes ?? 1024 * 1024;
        answer.on('data', (part: Buffer) => {
          size += part.byteLength;
          if (size > sizeMax) {
            fail(new TomteError('home.frame_too_large', `${r.path} answered more than expected`));
          } else parts.push(part);
        });
        answer.on('error', fail);
        answer.on('close', () => fail(cut()));
        answer.on('end', () =>
          finish(() =>
            resolve({
              status: answer.statusCode ?? 0,
              contentType: answer.headers['content-type'] ?? '',
              body: Buffer.concat(parts),
            }),
          ),
        );
      },
    );
    sent.on('error', fail);
    sent.on('close', () => answered || fail(cut()));
    sent.end(r.body);
  });
}
