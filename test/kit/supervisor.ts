/**
 * Home Assistant's Supervisor as an app meets it: the way to the home with the app's token, and the way
 * of people to the app (ingress). Written after its public source; what it does to requests is done here.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import WebSocket, { WebSocketServer } from 'ws';
import type { Sim } from '../../src/sim/sim.ts';

export const ingressPath = '/api/hassio_ingress/abc';

export interface StandIn {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Ingress: only below its path, which is taken off. `host` is the name that the browser typed, which
 * comes through; without it the app sees its own.
 */
export async function openIngress(target: string, o: { host?: string } = {}): Promise<StandIn> {
  const { hostname, port } = new URL(target);
  const server = createServer((incoming, outgoing) => {
    if (!incoming.url?.startsWith(`${ingressPath}/`)) {
      outgoing.writeHead(404).end('outside the app');
      return;
    }
    const headers = {
      ...incoming.headers,
      host: o.host ?? `${hostname}:${port}`,
      'x-ingress-path': ingressPath,
      'x-forwarded-host': o.host ?? incoming.headers.host,
      'x-forwarded-proto': 'http',
      'x-forwarded-for': '192.168.1.7',
    };
    const path = incoming.url.slice(ingressPath.length);
    passOn(incoming, outgoing, { hostname, port, path, headers });
  });
  const proxy = await listening(server);
  return { ...proxy, url: `${proxy.url}${ingressPath}/` };
}

export interface SimSupervisor extends StandIn {
  /** For SUPERVISOR_TOKEN. A new one at each start of an app; then the old one is nothing any more. */
  token: string;
  /** Logins that were refused. */
  refused: number;
  /** While the home does not run. */
  homeIsDown: boolean;
  renew(): void;
}

/** The way to the home: `<url>/core/…`, as the Supervisor’s own user. */
export async function openSupervisor(sim: Sim): Promise<SimSupervisor> {
  const { hostname, port } = new URL(sim.url);
  const sockets = new WebSocketServer({ noServer: true });
  const server = createServer((incoming, outgoing) => {
    const path = /^\/core(\/api\/.*)$/.exec(incoming.url ?? '')?.[1];
    if (!path) return void outgoing.writeHead(404).end();
    if (incoming.headers.authorization !== `Bearer ${self.token}`) {
      self.refused++;
      return void outgoing.writeHead(401).end();
    }
    if (self.homeIsDown) return void outgoing.writeHead(502).end();
    // It hands on the kind of content without what follows it, such as the boundary of a form.
    const [kind = ''] = (incoming.headers['content-type'] ?? '').split(';');
    const headers = {
      ...{ host: `${hostname}:${port}`, authorization: `Bearer ${sim.tokens.admin}` },
      ...(kind ? { 'content-type': kind } : {}),
    };
    passOn(incoming, outgoing, { hostname, port, path, headers });
  });
  server.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (!/^\/core\/(api\/)?websocket$/.test(incoming.url ?? '')) return void socket.destroy();
    if (self.homeIsDown) return void socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    sockets.handleUpgrade(incoming, socket, head, (app) => greet(app, sim, self));
  });
  const proxy = await listening(server);
  const self: SimSupervisor = {
    ...proxy,
    ...{ token: '', refused: 0, homeIsDown: false },
    renew() {
      self.token = randomBytes(56).toString('hex');
    },
    async close() {
      for (const app of sockets.clients) app.terminate();
      await proxy.close();
    },
  };
  self.renew();
  return self;
}

/** Its own handshake with the app; then what one side says the other hears. */
function greet(app: WebSocket, sim: Sim, self: SimSupervisor): void {
  app.send(JSON.stringify({ type: 'auth_required', ha_version: '2026.11.0' }));
  app.once('message', (first) => {
    const { access_token: token } = JSON.parse(String(first)) as { access_token?: string };
    if (token !== self.token) {
      self.refused++;
      app.send(JSON.stringify({ type: 'auth_invalid', message: 'Invalid access' }));
      app.close();
      return;
    }
    app.send(JSON.stringify({ type: 'auth_ok', ha_version: '2026.11.0' }));
    const waiting: string[] = [];
    const core = new WebSocket(`${sim.url.replace(/^http/, 'ws')}/api/websocket`);
    let open = false;
    app.on('message', (message) => {
      if (open) core.send(String(message));
      else waiting.push(String(message));
    });
    core.on('message', (message) => {
      const text = String(message);
      if (open) return app.send(text);
      const { type } = JSON.parse(text) as { type: string };
      if (type === 'auth_required') {
        core.send(JSON.stringify({ type: 'auth', access_token: sim.tokens.admin }));
      } else if (type === 'auth_ok') {
        open = true;
        for (const held of waiting) core.send(held);
      }
    });
    core.on('close', () => app.close());
    core.on('error', () => app.terminate());
    app.on('close', () => core.close());
  });
}

function passOn(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  to: { hostname: string; port: string; path: string; headers: IncomingMessage['headers'] },
): void {
  const onward = request({ ...to, method: incoming.method }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  onward.on('error', () => outgoing.destroy());
  outgoing.on('close', () => onward.destroy());
  incoming.pipe(onward);
}

async function listening(server: ReturnType<typeof createServer>): Promise<StandIn> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
