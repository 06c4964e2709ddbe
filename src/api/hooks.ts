import type { IncomingMessage } from 'node:http';
import { TomteError } from '@tomte/sdk/errors';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Clock } from '../lib/clock.ts';

/** What came by post to a workflow's webhook, before anything of it is believed. */
export interface Hooked {
  readonly path: string;
  readonly signature: string;
  readonly delivery: string | null;
  readonly body: string;
}

const bodyMaxBytes = 64 * 1024;
const windowMs = 60_000;
/** To one webhook in a minute, right ones and wrong ones alike. */
const pathMax = 60;
/** Wrong ones from one address in a minute, whatever they name. */
const wrongMax = 20;
const countedMax = 10_000;

/** Webhooks of workflows: the one door without a login, so it is narrow. Each carries its own proof. */
export function hookRoutes(o: {
  clock: Clock;
  receive: (hooked: Hooked) => Promise<{ runs: number; repeated: boolean }>;
}): Hono {
  const app = new Hono();
  const calls = openCounter(o.clock);
  app.use(
    bodyLimit({
      maxSize: bodyMaxBytes,
      onError: () => {
        throw new TomteError('api.too_large', `A webhook takes ${bodyMaxBytes} bytes`);
      },
    }),
  );
  app.post('/:path', async (c) => {
    const path = c.req.param('path').slice(0, 100);
    const from = `from ${addressOf(c)}`;
    if (calls.count(from) >= wrongMax || calls.add(`to ${path}`) > pathMax) {
      throw new TomteError('webhook.rate_limited', 'Too many messages in a minute');
    }
    try {
      const answer = await o.receive({
        path,
        signature: (c.req.header('tomte-signature') ?? '').slice(0, 200),
        delivery: c.req.header('tomte-delivery')?.slice(0, 200) ?? null,
        body: await c.req.text(),
      });
      return c.json(answer, 202);
    } catch (error) {
      calls.add(from);
      throw error;
    }
  });
  app.all('*', () => {
    throw new TomteError('webhook.not_found', 'There is no webhook with this address');
  });
  return app;
}

/** Counts names within the last minute; forgets all rather than grow without end. */
function openCounter(clock: Clock) {
  let since = clock.ticks();
  const counts = new Map<string, number>();
  const fresh = () => {
    if (clock.ticks() - since < windowMs && counts.size < countedMax) return;
    since = clock.ticks();
    counts.clear();
  };
  return {
    count(name: string): number {
      fresh();
      return counts.get(name) ?? 0;
    },
    add(name: string): number {
      fresh();
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      return count;
    },
  };
}

function addressOf(c: Context): string {
  const { incoming } = (c.env ?? {}) as { incoming?: IncomingMessage };
  return incoming?.socket.remoteAddress ?? '';
}
