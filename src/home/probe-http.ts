import { type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Enough for any answer that identifies a home; a page that goes on longer is none of them. */
const bodyMaxBytes = 64 * 1024;

/** Home Assistant logs it beside every refused login, so that the person knows who it was. */
export const userAgent = 'Tomte/0.1.0';

export interface Answer {
  readonly status: number;
  /** Lower-case names; of a repeated one the first. */
  readonly headers: Readonly<Record<string, string>>;
  /** At most 64 KiB of it. */
  readonly body: string;
}

/**
 * One GET on a socket that stands already, and is closed afterwards. No redirect is followed, nothing of
 * the answer is run. Rejects with the connection's error, the parser's (`HPE_…`), or the signal's reason.
 */
export function get(
  stream: Duplex,
  o: { path: string; host: string; signal: AbortSignal },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({
      method: 'GET',
      path: o.path,
      // Typed for TCP sockets; a TLS socket is one, and http asks no more of it than of any stream.
      createConnection: () => stream as Socket,
      maxHeaderSize: 16 * 1024,
      headers: {
        Host: o.host,
        'User-Agent': userAgent,
        Accept: 'application/json',
        'Accept-Encoding': 'identity',
        Connection: 'close',
      },
    });
    const settle = (finish: () => void) => {
      o.signal.removeEventListener('abort', onAbort);
      finish();
      stream.destroy();
    };
    const onAbort = () => settle(() => reject(o.signal.reason as Error));
    sent.on('error', (error) => settle(() => reject(error)));
    sent.once('response', (response) => {
      collect(response).then(
        (answer) => settle(() => resolve(answer)),
        (error: unknown) => settle(() => reject(error as Error)),
      );
    });
    // A server may answer 101 to anything; without this the request would wait for ever.
    sent.once('upgrade', (response) => settle(() => resolve({ ...head(response), body: '' })));
    if (o.signal.aborted) return onAbort();
    o.signal.addEventListener('abort', onAbort, { once: true });
    sent.end();
  });
}

/** Status, headers and the beginning of the body. */
export async function collect(response: IncomingMessage): Promise<Answer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes >= bodyMaxBytes) break;
  }
  const body = Buffer.concat(pieces).subarray(0, bodyMaxBytes).toString('utf8');
  return { ...head(response), body };
}

function head(response: IncomingMessage): Omit<Answer, 'body'> {
  const headers: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, values] of Object.entries(response.headersDistinct))
    headers[name] = values?.[0] ?? '';
  return { status: response.statusCode ?? 0, headers };
}
