import { once } from 'node:events';
import {
  createServer,
  type Server as HttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from 'node:net';
import type { Duplex } from 'node:stream';
import type { TlsOptions } from 'node:tls';
import { type WebSocket, WebSocketServer } from 'ws';

/** An HTTP answer as a server in front of a home, or the home itself, would give it. */
export interface Reply {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

export interface FakeOptions {
  readonly tls?: TlsOptions;
  /** Answers in the home's place; null lets the home answer. Asked for upgrades as well. */
  readonly inFront?: (request: IncomingMessage) => Reply | null;
  /** Takes over a WebSocket that stands, instead of greeting. */
  readonly talk?: (socket: WebSocket) => void;
  /** Answers an upgrade by hand, on the bare connection. */
  readonly upgrade?: (stream: Duplex) => void;
  readonly version?: string;
  /** The home's answer to a token; null is yes. `silent` and `hang-up` do not answer. */
  readonly login?: (token: string) => string | null;
  /** Result of a command; undefined is an unknown command. */
  readonly results?: Record<string, unknown>;
}

export interface Fake {
  readonly port: number;
  /** Each token as it was sent, by any way. */
  readonly tokens: string[];
  readonly requests: string[];
  readonly userAgents: Set<string>;
  close(): Promise<void>;
}

const homeHeaders = {
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  Server: '',
};
export const text = (
  status: number,
  body: string,
  headers: Record<string, string> = {},
): Reply => ({
  status,
  headers: { 'Content-Type': 'text/plain; charset=utf-8', ...headers },
  body,
});
export const html = (
  status: number,
  body: string,
  headers: Record<string, string> = {},
): Reply => ({
  status,
  headers: { 'Content-Type': 'text/html', ...headers },
  body,
});
export const json = (
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): Reply => ({
  status,
  headers: { 'Content-Type': 'application/json', ...headers },
  body: JSON.stringify(value),
});

const config = {
  location_name: 'Villa Berg',
  version: '2026.11.0',
  time_zone: 'Europe/Oslo',
  currency: 'NOK',
  state: 'RUNNING',
  recovery_mode: false,
  safe_mode: false,
  components: ['recorder', 'history', 'energy', 'sun'],
};
export const usualResults: Record<string, unknown> = {
  'auth/current_user': { id: 'u1', name: 'Maja', is_owner: false, is_admin: false },
  get_config: config,
  'recorder/info': {
    recording: true,
    backlog: 0,
    migration_in_progress: false,
    thread_running: true,
  },
  'energy/get_prefs': { energy_sources: [{ type: 'grid' }], device_consumption: [] },
  'energy/validate': { energy_sources: [[]], device_consumption: [] },
  get_states: [{ entity_id: 'sun.sun' }, { entity_id: 'zone.home' }],
  'config_entries/get': [
    { entry_id: '01SUN', domain: 'sun', created_at: 5, state: 'loaded', title: 'Sun' },
  ],
  'repairs/list_issues': { issues: [] },
};
/** The usual results with some fields of the configuration changed. */
export const withConfig = (changed: object): Record<string, unknown> => ({
  ...usualResults,
  get_config: { ...config, ...changed },
});

/** A server on loopback that answers as Home Assistant does, with something in front of it if wanted. */
export async function openFakeHome(o: FakeOptions = {}): Promise<Fake> {
  const tokens: string[] = [];
  const requests: string[] = [];
  const userAgents = new Set<string>();
  const note = (request: IncomingMessage) => {
    requests.push(`${request.method} ${request.url}`);
    userAgents.add(request.headers['user-agent'] ?? '');
    const header = request.headers.authorization;
    if (header) tokens.push(header);
  };
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    note(request);
    send(response, o.inFront?.(request) ?? homeReply(request.url ?? ''));
  };
  const server: HttpServer = o.tls ? createSecureServer(o.tls, onRequest) : createServer(onRequest);
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    note(request);
    stream.on('error', () => stream.destroy());
    const reply = o.inFront?.(request);
    if (reply) return void stream.end(written(reply));
    if (o.upgrade) return o.upgrade(stream);
    sockets.handleUpgrade(request, stream, head, (socket) => {
      socket.on('error', () => socket.terminate());
      if (o.talk) o.talk(socket);
      else behave(socket, o, tokens);
    });
  });
  const listening = await listen(server);
  return { ...listening, tokens, requests, userAgents };
}

/** A bare TCP server, for whatever is no HTTP. */
export function openRaw(
  onSocket: (socket: Socket) => void,
): Promise<{ port: number; close(): Promise<void> }> {
  return listen(
    createTcpServer((socket) => {
      socket.on('error', () => socket.destroy());
      onSocket(socket);
    }),
  );
}

/** A port of loopback on which nobody listens any more. */
export async function closedPort(): Promise<number> {
  const { port, close } = await openRaw(() => {});
  await close();
  return port;
}

async function listen(server: Server): Promise<{ port: number; close(): Promise<void> }> {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function homeReply(url: string): Reply {
  if (url === '/manifest.json') return json(200, { name: 'Home Assistant' }, homeHeaders);
  if (url === '/auth/providers')
    return json(200, { providers: [{ type: 'homeassistant' }] }, homeHeaders);
  return text(404, '404: Not Found', homeHeaders);
}

function behave(socket: WebSocket, o: FakeOptions, tokens: string[]): void {
  const say = (frame: object) => socket.send(JSON.stringify(frame));
  const results = o.results ?? usualResults;
  say({ type: 'auth_required', ha_version: o.version ?? '2026.11.0' });
  socket.on('message', (raw) => {
    const frame = JSON.parse(String(raw)) as { type: string; id: number; access_token: string };
    if (frame.type === 'auth') {
      tokens.push(frame.access_token);
      const refused = o.login?.(frame.access_token) ?? null;
      if (refused === 'silent') return;
      if (refused === null) return say({ type: 'auth_ok', ha_version: '2026.11.0' });
      if (refused !== 'hang-up') say({ type: 'auth_invalid', message: refused });
      return socket.close(1000);
    }
    const result = results[frame.type];
    const { id } = frame;
    if (result !== undefined) return say({ id, type: 'result', success: true, result });
    say({
      id,
      type: 'result',
      success: false,
      error: { code: 'unknown_command', message: 'Unknown command.' },
    });
  });
}

function send(response: ServerResponse, reply: Reply): void {
  response.writeHead(reply.status, reply.headers);
  response.end(reply.body ?? '');
}

function written({ status, headers = {}, body = '' }: Reply): string {
  const lines = Object.entries({
    ...headers,
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
  });
  return `HTTP/1.1 ${status} x\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`;
}
