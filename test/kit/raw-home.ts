/** The bare protocol, with nothing of Tomte in between: what the contract reads facts with. */
import WebSocket from 'ws';
import { type Arrivals, arrivals } from './listen.ts';

export type Frame = Readonly<Record<string, unknown>>;

export interface RawSocket {
  readonly events: Arrivals<{ id: number; event: Record<string, unknown> }>;
  /** Answer frame of a command, refused or not. */
  call(type: string, fields?: object): Promise<Frame>;
  /** Result of a command; throws when it is refused. */
  result<T = unknown>(type: string, fields?: object): Promise<T>;
  send(text: string): void;
  readonly frames: Arrivals<Frame>;
  /** Id the next command will have. */
  nextId(): number;
  readonly closed: Promise<number>;
  close(): void;
}

/** Opens the socket and says what was answered to the token: `auth_ok` or `auth_invalid`. */
export async function rawSocket(home: {
  url: string;
  token: string;
}): Promise<{ socket: RawSocket; answer: Frame }> {
  const ws = new WebSocket(`${home.url.replace(/^http/, 'ws')}/api/websocket`);
  const frames = arrivals<Frame>();
  const events = arrivals<{ id: number; event: Record<string, unknown> }>();
  let newestId = 0;
  ws.on('message', (raw: Buffer) => {
    const parsed = JSON.parse(raw.toString()) as Frame | Frame[];
    for (const frame of Array.isArray(parsed) ? parsed : [parsed]) {
      frames.add(frame);
      if (frame.type === 'event')
        events.add(frame as { id: number; event: Record<string, unknown> } & Frame);
    }
  });
  const closed = new Promise<number>((resolve) => ws.on('close', resolve));
  await new Promise((resolve, reject) => {
    ws.on('open', resolve);
    ws.on('error', reject);
  });
  ws.send(JSON.stringify({ type: 'auth', access_token: home.token }));
  const answer = await frames.until((f) => f.type === 'auth_ok' || f.type === 'auth_invalid');
  const call = (type: string, fields: object = {}) => {
    const id = ++newestId;
    ws.send(JSON.stringify({ id, type, ...fields }));
    return frames.until((f) => f.id === id && (f.type === 'result' || f.type === 'pong'));
  };
  const socket: RawSocket = {
    events,
    frames,
    call,
    async result<T>(type: string, fields?: object) {
      const frame = await call(type, fields);
      if (frame.success !== true) throw new Error(`${type}: ${JSON.stringify(frame.error)}`);
      return frame.result as T;
    },
    send: (text) => ws.send(text),
    nextId: () => newestId + 1,
    closed,
    close: () => ws.close(),
  };
  return { socket, answer };
}

/** One REST request; the body as JSON where it is JSON. */
export async function rest(
  home: { url: string; token?: string },
  o: { method?: string; path: string; body?: unknown; headers?: Record<string, string> },
): Promise<{ status: number; headers: Headers; json: unknown; text: string }> {
  const form = o.body instanceof FormData ? o.body : null;
  const response = await fetch(home.url + o.path, {
    method: o.method ?? 'GET',
    headers: {
      ...(home.token && { authorization: `Bearer ${home.token}` }),
      ...(o.body !== undefined && !form && { 'content-type': 'application/json' }),
      ...o.headers,
    },
    ...(o.body !== undefined && { body: form ?? JSON.stringify(o.body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  return {
    status: response.status,
    headers: response.headers,
    json: isJson ? (JSON.parse(text) as unknown) : null,
    text,
  };
}
