import type { IncomingMessage } from 'node:http';
import { TomteError } from '@tomte/sdk/errors';
import WebSocket from 'ws';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Secret } from '../lib/secret.ts';
import { type CallOptions, openCalls } from './calls.ts';
import { connectError, dial } from './dial.ts';
import { type Message, parseFrame } from './frames.ts';
import { userAgent } from './probe-http.ts';

export interface SocketLimits {
  /** Largest message accepted, bytes. */
  readonly frameMaxBytes: number;
  /** To connect and to be let in, each. */
  readonly openMs: number;
  readonly callMs: number;
  readonly pingEveryMs: number;
  readonly pingAnswerMs: number;
}

export const socketLimits: SocketLimits = {
  frameMaxBytes: 32 * 1024 * 1024,
  openMs: 10_000,
  callMs: 30_000,
  pingEveryMs: 30_000,
  pingAnswerMs: 10_000,
};

export interface SocketOptions {
  /** Origin of the home. */
  readonly address: string;
  readonly token: Secret;
  readonly pin?: string | null;
  readonly localAddress?: string;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  readonly log: Log;
  readonly limits?: Partial<SocketLimits>;
  /** Called at each frame: news, or a sign of life. */
  readonly onFrame?: () => void;
}

export interface HomeSocket {
  /** Version of Home Assistant. */
  readonly version: string;
  /** One request. Throws TomteError `home.call_*`, `home.not_permitted`, or why the socket ended. */
  call(type: string, fields?: object, o?: CallOptions): Promise<unknown>;
  /** Events until unsubscribed; `onEvent` runs on the socket's own tick and may throw to end the socket. */
  subscribe(
    type: string,
    fields: object,
    onEvent: (event: unknown) => void,
  ): Promise<{ unsubscribe(): Promise<void> }>;
  /** Why it ended; never rejects. `link.stopped` after `close()`. */
  readonly closed: Promise<TomteError>;
  close(): void;
}

/** Opens, authenticates once and asks for coalesced messages. Throws TomteError `link.*` or `home.frame_*`. */
export async function openSocket(o: SocketOptions): Promise<HomeSocket> {
  const limits = { ...socketLimits, ...o.limits };
  const socket = await dial({ ...o, timeoutMs: limits.openMs });
  const url = `${o.address.replace(/^http/, 'ws').replace(/\/$/, '')}/api/websocket`;
  const ws = new WebSocket(url, {
    createConnection: () => socket,
    maxPayload: limits.frameMaxBytes,
    // Compression costs milliseconds on both sides for news that fit into one packet.
    perMessageDeflate: false,
    skipUTF8Validation: false,
    followRedirects: false,
    headers: { 'user-agent': userAgent },
  });
  return new Promise<HomeSocket>((resolve, reject) => {
    let open: { closed: (error: TomteError) => void } | null = null;
    let ended = false;
    const end = (error: TomteError) => {
      if (ended) return;
      ended = true;
      cancel();
      o.signal?.removeEventListener('abort', onAbort);
      ws.terminate();
      socket.destroy();
      if (open) open.closed(error);
      else reject(error);
    };
    const onAbort = () => end(new TomteError('link.stopped', 'The Link was closed'));
    const cancel = o.clock.after(limits.openMs, () =>
      end(new TomteError('link.unreachable', 'The home did not let us in in time')),
    );
    o.signal?.addEventListener('abort', onAbort, { once: true });
    if (o.signal?.aborted) return onAbort();
    ws.on('unexpected-response', (_request, answer) => end(refusal(answer)));
    ws.on('error', (error) => end(socketError(error, o.address)));
    ws.on('close', (code) => end(lost(code)));

    let handle = (message: Message): void => {
      if (message.type === 'auth_required') {
        ws.send(JSON.stringify({ type: 'auth', access_token: o.token.reveal() }));
      } else if (message.type === 'auth_ok') {
        cancel();
        o.signal?.removeEventListener('abort', onAbort);
        const calls = openCalls({ ws, clock: o.clock, limits, end });
        handle = calls.receive;
        open = calls;
        o.signal?.addEventListener('abort', onAbort, { once: true });
        resolve({ version: String(message.ha_version ?? ''), ...calls.api });
      } else if (message.type === 'auth_invalid') end(authError(message.message));
      else
        throw new TomteError(
          'home.frame_invalid',
          `The home began with ${message.type.slice(0, 40)}`,
        );
    };
    ws.on('message', (frame, isBinary) => {
      if (ended) return;
      try {
        if (isBinary) throw new TomteError('home.frame_invalid', 'The home sent a binary frame');
        o.onFrame?.();
        for (const message of parseFrame(String(frame))) {
          handle(message);
          if (ended) return;
        }
      } catch (error) {
        end(protocolError(error, o.log));
      }
    });
  });
}

/** Home Assistant's own words, without its letters beyond the ones we know. */
function authError(message: unknown): TomteError {
  const text = typeof message === 'string' ? message : '';
  if (/local only|cannot authenticate remotely/i.test(text)) {
    return new TomteError('link.token_local_only', 'The user may log in from its own network only');
  }
  if (/not active/i.test(text)) {
    return new TomteError('link.user_inactive', 'The user of this token is not active');
  }
  return new TomteError('link.token_rejected', 'Home Assistant refused the token');
}

function refusal(answer: IncomingMessage): TomteError {
  const status = answer.statusCode ?? 0;
  answer.destroy();
  const said = `The home answered ${status} instead of a WebSocket`;
  if (status >= 502 || status === 500) return new TomteError('link.proxy_error', said);
  if (status === 429) return new TomteError('link.rate_limited', said);
  if (status === 403) {
    const own = /aiohttp/.test(String(answer.headers.server ?? ''));
    return new TomteError(own ? 'link.address_banned' : 'link.forbidden', said);
  }
  if (status >= 300 && status < 400) return new TomteError('link.redirected', said);
  if (status === 401) return new TomteError('link.access_gateway', said);
  if (status === 404) return new TomteError('link.not_home_assistant', said);
  return new TomteError('link.websocket_blocked', said);
}

function socketError(error: Error, address: string): TomteError {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') {
    return new TomteError('home.frame_too_large', 'The home sent more than fits in one message');
  }
  if (code?.startsWith('WS_ERR_')) {
    return new TomteError('home.frame_invalid', `The home broke the WebSocket protocol (${code})`);
  }
  return connectError(error, address);
}

function lost(code: number): TomteError {
  return new TomteError('link.lost', 'The home closed the connection', { details: { code } });
}

function protocolError(error: unknown, log: Log): TomteError {
  if (error instanceof TomteError) return error;
  log.error({ err: error }, 'a message of the home could not be taken in');
  return new TomteError('home.frame_invalid', 'A message of the home could not be taken in', {
    cause: error,
  });
}
