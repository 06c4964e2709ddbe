import { TomteError } from '@tomte/sdk/errors';
import type WebSocket from 'ws';
import type { Clock } from '../lib/clock.ts';
import { invalid, isPlain, type Message } from './frames.ts';
import type { HomeSocket, SocketLimits } from './socket.ts';

export interface CallOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

interface Pending {
  readonly type: string;
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** More than any honest use has under way at once. */
const pendingMax = 2_000;

interface Calls {
  readonly api: Omit<HomeSocket, 'version'>;
  receive(message: Message): void;
  closed(error: TomteError): void;
}

/** Requests, their answers and subscriptions over an authenticated socket. */
export function openCalls(o: {
  ws: WebSocket;
  clock: Clock;
  limits: SocketLimits;
  end: (error: TomteError) => void;
}): Calls {
  const pending = new Map<number, Pending>();
  const listeners = new Map<number, (event: unknown) => void>();
  let ended: TomteError | null = null;
  let lastId = 0;
  let received = 0;
  let tellClosed: (error: TomteError) => void = () => {};
  const closed = new Promise<TomteError>((resolve) => {
    tellClosed = resolve;
  });

  function send(id: number, type: string, fields: object, c: CallOptions): Promise<unknown> {
    if (ended) return Promise.reject(ended);
    if (pending.size >= pendingMax) {
      return Promise.reject(new TomteError('home.call_timeout', `${type}: too many wait already`));
    }
    return new Promise((resolve, reject) => {
      const cancel = o.clock.after(c.timeoutMs ?? o.limits.callMs, () =>
        entry.reject(new TomteError('home.call_timeout', `${type} was not answered in time`)),
      );
      const onAbort = () => entry.reject(new TomteError('link.stopped', `${type} was given up`));
      const done = () => {
        cancel();
        pending.delete(id);
        c.signal?.removeEventListener('abort', onAbort);
      };
      const entry: Pending = {
        type,
        resolve(result) {
          done();
          resolve(result);
        },
        reject(error) {
          done();
          reject(error);
        },
      };
      pending.set(id, entry);
      if (c.signal?.aborted) return onAbort();
      c.signal?.addEventListener('abort', onAbort, { once: true });
      o.ws.send(JSON.stringify({ ...fields, id, type }));
    });
  }
  const call: HomeSocket['call'] = (type, fields = {}, c = {}) => send(++lastId, type, fields, c);

  async function subscribe(type: string, fields: object, onEvent: (event: unknown) => void) {
    const id = ++lastId;
    // Registered first: the first event may stand in the same frame as the result.
    listeners.set(id, onEvent);
    try {
      await send(id, type, fields, {});
    } catch (error) {
      listeners.delete(id);
      throw error;
    }
    return {
      async unsubscribe() {
        if (!listeners.delete(id) || ended) return;
        await call('unsubscribe_events', { subscription: id });
      },
    };
  }

  function receive(message: Message): void {
    received++;
    if (message.type === 'event') listeners.get(message.id ?? 0)?.(message.event);
    else if (message.type === 'pong') pending.get(message.id ?? 0)?.resolve(null);
    else if (message.type === 'result') settle(pending.get(message.id ?? 0), message);
    else if (message.type.startsWith('auth')) throw invalid('it authenticates twice');
  }

  const stopPings = ping({ ...o, call, ended: () => ended !== null, received: () => received });
  call('supported_features', { features: { coalesce_messages: 1 } }).catch(() => {
    // Homes older than 2022.9 do not know the command and send single messages: both forms are read.
  });
  return {
    api: {
      call,
      subscribe,
      closed,
      close: () => o.end(new TomteError('link.stopped', 'The Link was closed')),
    },
    receive,
    closed(error) {
      ended = error;
      stopPings();
      listeners.clear();
      for (const entry of [...pending.values()]) entry.reject(error);
      tellClosed(error);
    },
  };
}

/** A half-open connection looks alive until something is asked over it. */
function ping(o: {
  clock: Clock;
  limits: SocketLimits;
  call: HomeSocket['call'];
  end: (error: TomteError) => void;
  ended: () => boolean;
  /** Messages received so far. */
  received: () => number;
}): () => void {
  let cancel = () => {};
  const arm = () => {
    cancel = o.clock.after(o.limits.pingEveryMs, () => {
      const before = o.received();
      o.call('ping', {}, { timeoutMs: o.limits.pingAnswerMs }).then(
        () => o.ended() || arm(),
        () => {
          if (o.ended()) return;
          // Where the computer slept or was overloaded, the answer may be here and not read yet.
          cancel = o.clock.after(0, () => {
            if (o.received() > before) arm();
            else o.end(new TomteError('link.lost', 'The home no longer answers'));
          });
        },
      );
    });
  };
  arm();
  return () => cancel();
}

function settle(entry: Pending | undefined, message: Message): void {
  if (!entry) return; // the answer to a call given up meanwhile
  if (message.success === true) entry.resolve(message.result);
  else entry.reject(callError(entry.type, message.error));
}

/** Home Assistant's refusal of one request, as ours. `details.code` keeps its own code. */
function callError(type: string, error: unknown): TomteError {
  const code = isPlain(error) && typeof error.code === 'string' ? error.code.slice(0, 60) : 'none';
  const text = isPlain(error) && typeof error.message === 'string' ? error.message : 'no reason';
  const said = `${type}: ${text.slice(0, 300)}`;
  const details = { code };
  if (code === 'unauthorized' || (code === 'home_assistant_error' && text === 'Unauthorized')) {
    return new TomteError('home.not_permitted', said, { details });
  }
  if (code === 'timeout') return new TomteError('home.call_timeout', said, { details });
  if (code === 'not_found' && type === 'call_service') {
    return new TomteError('home.action_unknown', said, { details });
  }
  if (callInvalid.has(code)) return new TomteError('home.call_invalid', said, { details });
  return new TomteError('home.call_failed', said, { details });
}

const callInvalid = new Set([
  'invalid_format',
  'service_validation_error',
  'unknown_command',
  'not_found',
  'not_supported',
  'not_allowed',
  'id_reuse',
  'invalid_entity_ids',
  'invalid_start_time',
  'invalid_end_time',
]);
