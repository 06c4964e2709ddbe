import { TomteError } from '@tomte/sdk/errors';
import { type OperationName, operations, type Tomte } from '@tomte/sdk/operations';
import type { LinkAnswer, LinkRequest, ProbeStage } from '@tomte/sdk/types';
import { type Context, Hono } from 'hono';
import type { Clock } from '../lib/clock.ts';
import { scrub } from '../lib/secret.ts';
import { toTomteError } from './answers.ts';
import type { LiveHub } from './live.ts';

/** What one place (the person's homes, or the demo) offers over HTTP. */
export interface Site {
  readonly tomte: Tomte;
  readonly live: LiveHub;
  /** Authorize with its stages told one by one. */
  link(
    request: LinkRequest,
    onStage: (stage: ProbeStage) => void,
    signal: AbortSignal,
  ): Promise<LinkAnswer>;
  /** The alert's picture, PNG; null when it has none. */
  picture(alertId: string): Promise<Uint8Array | null>;
}

/** Routes of all operations, made from the table in sdk/operations, plus the streams that are no request and answer. */
export function apiRoutes(site: Site, clock: Clock): Hono {
  const app = new Hono();
  app.get('/live', (c) => {
    if (site.live.full) throw new TomteError('api.too_large', 'Too many open live streams');
    return site.live.stream(clock, c.req.raw.signal);
  });
  app.get('/alerts/:id/picture.png', async (c) => {
    const png = await site.picture(c.req.param('id'));
    if (!png) throw new TomteError('alert.not_found', 'This alert has no picture');
    return c.body(Buffer.from(png), 200, {
      'content-type': 'image/png',
      'cache-control': 'private, max-age=60',
    });
  });
  app.post('/homes', async (c, next) => {
    if (!(c.req.header('accept') ?? '').includes('application/x-ndjson')) return next();
    return linkStream(c, site);
  });
  for (const name of Object.keys(operations) as OperationName[]) {
    const { method, path } = operations[name];
    app.on(method, `/${path}`, async (c) => {
      const answer = await call(site.tomte, name, await inputOf(c, name));
      const failed = name === 'linkHome' && (answer as LinkAnswer).ok === false;
      return c.body(scrub(JSON.stringify(answer)), failed ? 502 : 200, {
        'content-type': 'application/json',
      });
    });
  }
  app.all('*', (c) => {
    throw new TomteError('api.not_found', `There is nothing at ${c.req.path}`);
  });
  return app;
}

function call(tomte: Tomte, name: OperationName, input: unknown): Promise<unknown> {
  return (tomte[name] as (input: unknown) => Promise<unknown>)(input);
}

async function inputOf(c: Context, name: OperationName): Promise<unknown> {
  const { method, input } = operations[name];
  if (method === 'GET' || method === 'DELETE') {
    return input.parse({ ...c.req.query(), ...c.req.param() });
  }
  const text = await c.req.text();
  // A form of another site can post text/plain without a preflight; JSON it cannot.
  if (text !== '' && !(c.req.header('content-type') ?? '').startsWith('application/json')) {
    throw new TomteError('api.invalid', 'Send JSON with content-type application/json');
  }
  let body: unknown = {};
  try {
    if (text !== '') body = JSON.parse(text);
  } catch (cause) {
    throw new TomteError('api.invalid', 'The body is not JSON', { cause });
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new TomteError('api.invalid', 'The body is not a JSON object');
  }
  return input.parse({ ...body, ...c.req.param() });
}

/** One JSON value a line: stages as they are reached, then the answer. */
async function linkStream(c: Context, site: Site): Promise<Response> {
  const request = (await inputOf(c, 'linkHome')) as LinkRequest;
  const encoder = new TextEncoder();
  const stop = new AbortController();
  c.req.raw.signal.addEventListener('abort', () => stop.abort(), { once: true });
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      const line = (value: unknown) => {
        if (!stop.signal.aborted)
          controller.enqueue(encoder.encode(`${scrub(JSON.stringify(value))}\n`));
      };
      try {
        line({ answer: await site.link(request, (stage) => line({ stage }), stop.signal) });
      } catch (error) {
        line(toTomteError(error));
      }
      if (!stop.signal.aborted) controller.close();
    },
    cancel: () => stop.abort(),
  });
  return c.body(body, 200, { 'content-type': 'application/x-ndjson', 'x-accel-buffering': 'no' });
}
