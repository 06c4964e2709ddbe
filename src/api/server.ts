import type { Server } from 'node:http';
import { type ServerType, serve } from '@hono/node-server';
import { TomteError } from '@tomte/sdk/errors';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { answerError } from './answers.ts';
import { appFiles } from './app-files.ts';
import type { Guard } from './guard.ts';
import { type Hooked, hookRoutes } from './hooks.ts';
import { apiRoutes, type Site } from './routes.ts';
import { type SignedLinks, signedPages } from './signed-pages.ts';

export interface ApiOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly guard: Guard;
  /** Folder of the built web app. */
  readonly webFolder: string;
  readonly home: Site & {
    readonly links: SignedLinks;
    /** What was posted to a workflow's webhook. */
    receive(hooked: Hooked): Promise<{ runs: number; repeated: boolean }>;
  };
  /** Tools for programs; it looks at who comes by itself, since they have no session. */
  mcp(request: Request): Promise<Response>;
  /** A backup of everything, piece by piece. Throws backup.running. */
  backup(): AsyncGenerator<Uint8Array>;
  /** The demo's site while its door is open, else null. */
  demo(): Promise<Site | null>;
}

const securityHeaders: Record<string, string> = {
  'content-security-policy':
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

const bodyMaxBytes = 256 * 1024;

/** The whole HTTP side: two places (root and demo/), each with api/ and the same web app. No path is absolute. */
export function buildApi(o: ApiOptions): Hono {
  const app = new Hono();
  app.onError((error, c) => answerError(c, error, o.log));
  app.use(async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(securityHeaders)) {
      if (!c.res.headers.has(name)) c.res.headers.set(name, value);
    }
  });
  app.use(o.guard.middleware);
  // Before login too: what nobody may ask for is not read into memory either.
  app.use(
    bodyLimit({
      maxSize: bodyMaxBytes,
      onError: () => {
        throw new TomteError('api.too_large', `A request may have ${bodyMaxBytes} bytes`);
      },
    }),
  );
  for (const base of ['/api', '/demo/api']) {
    app.post(`${base}/login`, (c) => o.guard.login(c));
    app.post(`${base}/logout`, (c) => o.guard.logout(c));
  }
  // Its answer holds all there is, so it is not for a session; and it writes no file: whoever asked does.
  app.post('/api/backup', o.guard.machineOnly, () => backupAnswer(o.backup()));
  app.route('/api', apiRoutes(o.home, o.clock));
  app.all('/mcp', (c) => o.mcp(c.req.raw));
  app.route('/hooks', hookRoutes({ clock: o.clock, receive: o.home.receive }));
  app.route('/s', signedPages(o.home.links, o.log));
  let demoRoutes: { site: Site; routes: Hono } | null = null;
  app.all('/demo/api/*', async (c) => {
    const site = await o.demo();
    if (!site)
      throw new TomteError('api.not_found', 'The demo home is gone since a real one is linked');
    if (demoRoutes?.site !== site) {
      demoRoutes = { site, routes: new Hono().route('/demo/api', apiRoutes(site, o.clock)) };
      demoRoutes.routes.onError((error, inner) => answerError(inner, error, o.log));
    }
    return demoRoutes.routes.fetch(c.req.raw, c.env);
  });
  app.get('/demo', (c) => c.redirect('demo/'));
  app.route('/', appFiles(o.webFolder));
  return app;
}

/** Its first piece is waited for: what fails before it is an answer as any other. */
async function backupAnswer(pieces: AsyncGenerator<Uint8Array>): Promise<Response> {
  const first = await pieces.next();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      if (!first.done) controller.enqueue(first.value);
    },
    async pull(controller) {
      const next = await pieces.next();
      if (next.done) controller.close();
      else controller.enqueue(next.value);
    },
    cancel: async () => void (await pieces.return(undefined)),
  });
  const headers = { 'content-type': 'application/octet-stream', 'cache-control': 'no-store' };
  return new Response(body, { headers });
}

const keepAliveMs = 65_000;

export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

/** Listens; port 0 lets the system choose. Throws config.port_in_use. */
export function listen(
  app: { readonly fetch: (request: Request) => Response | Promise<Response> },
  o: { host: string; port: number },
): Promise<Listening> {
  return new Promise((resolve, reject) => {
    const server: ServerType = serve(
      { fetch: app.fetch, hostname: o.host, port: o.port },
      (address) => {
        const port = typeof address === 'object' ? address.port : o.port;
        resolve({
          port,
          close: () =>
            new Promise((done) => {
              server.close(() => done());
              // Live streams never end by themselves.
              (server as Server).closeAllConnections();
            }),
        });
      },
    );
    // With Node's 5 s, a service that was busy that long cuts whoever asked meanwhile.
    (server as Server).keepAliveTimeout = keepAliveMs;
    server.on('error', (cause: NodeJS.ErrnoException) => {
      const taken = cause.code === 'EADDRINUSE';
      reject(
        new TomteError(
          taken ? 'config.port_in_use' : 'config.invalid',
          taken ? `Port ${o.port} is taken` : `Cannot listen on ${o.host}:${o.port}`,
          { cause },
        ),
      );
    });
  });
}
