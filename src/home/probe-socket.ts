import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { TomteError } from '@tomte/sdk/errors';
import WebSocket, { type RawData } from 'ws';
import type { Secret } from '../lib/secret.ts';
import { hostHeader, originOf } from './address.ts';
import { upgradeVerdict } from './classify.ts';
import { collect, userAgent } from './probe-http.ts';
import { printable } from './probe-text.ts';
import { loginError, type Place, redirectedError, verdictError } from './probe-words.ts';

/** Before a login nothing longer is sent by a home; the states of 15,000 entities fit under the second. */
const greetingMaxBytes = 64 * 1024;
const frameMaxBytes = 32 * 1024 * 1024;
/** Frames nobody asked for that are put up with. */
const strangersMax = 100;

export type CallAnswer =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly code: string; readonly message: string };

/** A WebSocket to a home, for one short talk. Every promise ends when the socket does. */
export interface HomeSession {
  /** Version the home greeted with. */
  readonly version: string;
  /** Sends the token, once in this session's life. @throws TomteError `link.token_…` */
  login(token: Secret, signal: AbortSignal): Promise<void>;
  call(type: string, signal: AbortSignal, fields?: object): Promise<CallAnswer>;
  close(): void;
}

type Frame = Record<string, unknown>;

/** Asks for the upgrade on a connected socket and waits for the home's greeting. Sends no token. */
export async function openSession(
  stream: Duplex,
  place: Place,
  o: { signal: AbortSignal; own: string | undefined },
): Promise<HomeSession> {
  const talk = startTalk(stream, place, o.own);
  const greeting = await talk.next(o.signal);
  if (greeting.type !== 'auth_required' || typeof greeting.ha_version !== 'string') {
    talk.socket.terminate();
    throw notTheProtocol(place, 'its greeting is not that of Home Assistant');
  }
  let lastId = 0;
  let loginSent = false;
  return {
    version: printable(greeting.ha_version).slice(0, 40),
    async login(token, signal) {
      if (loginSent) throw new Error('a token is sent once');
      loginSent = true;
      talk.socket.send(JSON.stringify({ type: 'auth', access_token: token.reveal() }));
      const answer = await talk.next(signal);
      if (answer.type === 'auth_ok') return;
      talk.socket.terminate();
      if (answer.type === 'auth_invalid') throw loginError(String(answer.message));
      throw notTheProtocol(place, 'its answer to the login is not that of Home Assistant');
    },
    async call(type, signal, fields = {}) {
      const id = ++lastId;
      talk.socket.send(JSON.stringify({ ...fields, id, type }));
      // Nothing was subscribed to, so nothing but the answer should come.
      for (let strangers = 0; strangers < strangersMax; strangers++) {
        const frame = await talk.next(signal);
        if (frame.id === id && frame.type === 'result') return answerOf(frame);
      }
      throw notTheProtocol(place, 'it sends what nobody asked for');
    },
    close: () => talk.socket.terminate(),
  };
}

interface Talk {
  readonly socket: WebSocket;
  /** The next frame; rejects when the socket ended, misbehaved, or the signal aborted. */
  next(signal: AbortSignal): Promise<Frame>;
}

function startTalk(stream: Duplex, place: Place, own: string | undefined): Talk {
  const host = hostHeader(place.host, place.door);
  const socket = new WebSocket(
    `${place.door.scheme === 'https' ? 'wss' : 'ws'}://${host}/api/websocket`,
    {
      createConnection: () => stream,
      maxPayload: frameMaxBytes,
      perMessageDeflate: false,
      followRedirects: false,
      headers: { 'User-Agent': userAgent },
    },
  );
  const waiting: Frame[] = [];
  let ended: Error | null = null;
  let loggedIn = false;
  let wake = () => {};
  const end = (error: Error) => {
    ended ??= error;
    socket.terminate();
    wake();
  };
  socket.on('unexpected-response', (_request, response) => {
    void refusedUpgrade(response, place, own).then(end);
  });
  socket.on('message', (raw: RawData, isBinary: boolean) => {
    const length = (raw as Buffer).length;
    if (isBinary) return end(notTheProtocol(place, 'it sends binary frames'));
    if (!loggedIn && length > greetingMaxBytes)
      return end(notTheProtocol(place, 'its greeting is far too long'));
    const frames = framesOf((raw as Buffer).toString('utf8'));
    if (frames === null) return end(notTheProtocol(place, 'what it sends cannot be read'));
    for (const frame of frames) if (frame.type === 'auth_ok') loggedIn = true;
    waiting.push(...frames);
    if (waiting.length > strangersMax)
      return end(notTheProtocol(place, 'it sends what nobody asked for'));
    wake();
  });
  socket.on('error', (error) => end(blocked(place, 'the connection broke', error)));
  socket.on('close', () =>
    end(blocked(place, 'the connection was closed in the middle of the talk')),
  );

  async function next(signal: AbortSignal): Promise<Frame> {
    for (;;) {
      const frame = waiting.shift();
      if (frame) return frame;
      if (ended) throw ended;
      await waitFor(signal, (go) => {
        wake = go;
      }).catch((error: unknown) => {
        end(error as Error);
        throw error;
      });
    }
  }
  return { socket, next };
}

/** Why the upgrade was not given, read from the answer that came instead. */
async function refusedUpgrade(
  response: IncomingMessage,
  place: Place,
  own: string | undefined,
): Promise<TomteError> {
  try {
    const asked = new URL(`${originOf(place.host, place.door)}/api/websocket`);
    const verdict = upgradeVerdict(await collect(response), asked);
    if (verdict.kind === 'moved') return redirectedError(place, verdict.to);
    return verdictError(place, verdict.code, verdict.why, own);
  } catch (error) {
    return blocked(place, 'it breaks off the answer', error);
  }
}

function waitFor(signal: AbortSignal, arm: (go: () => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason as Error);
    const onAbort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    arm(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
  });
}

function framesOf(text: string): Frame[] | null {
  try {
    const parsed: unknown = JSON.parse(text);
    const all: unknown[] = Array.isArray(parsed) ? parsed : [parsed];
    return all.every((f) => typeof f === 'object' && f !== null && !Array.isArray(f))
      ? (all as Frame[])
      : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function answerOf(frame: Frame): CallAnswer {
  if (frame.success === true) return { ok: true, result: frame.result };
  const error = (frame.error ?? {}) as { code?: unknown; message?: unknown };
  return {
    ok: false,
    code: String(error.code ?? 'unknown_error'),
    message: String(error.message ?? '').slice(0, 300),
  };
}

const blocked = (place: Place, why: string, cause?: unknown) =>
  new TomteError(
    'link.websocket_blocked',
    `Home Assistant at ${place.host} answers, but its WebSocket does not get through: ${why}.`,
    {
      cause,
    },
  );

const notTheProtocol = (place: Place, why: string) =>
  new TomteError(
    'link.not_home_assistant',
    `${place.host} answers on port ${place.door.port}, but not as Home Assistant: ${why}.`,
  );
