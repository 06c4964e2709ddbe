import type { TomteError } from '@tomte/sdk/errors';
import { Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Log } from '../lib/log.ts';
import { toTomteError } from './answers.ts';

/** Signed links of alerts: the page only shows, its POST acts. Mail scanners that open links change nothing. */
export interface SignedLinks {
  /** Stricter than the app's own: these pages have no script and are opened from anywhere. */
  readonly headers: Readonly<Record<string, string>>;
  /** HTML of the page, or throws api.link_expired. */
  show(token: string): Promise<string>;
  /** Does what the link is for; answers the page that says so. */
  act(token: string): Promise<string>;
  /** The page for a link that cannot be followed: whoever presses one on a phone reads no JSON. */
  refusal(error: TomteError): string;
}

export function signedPages(links: SignedLinks, log: Log): Hono {
  const app = new Hono();
  const headers = {
    ...links.headers,
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
  };
  app.onError((error, c) => {
    const known = toTomteError(error);
    if (known.code === 'app.internal') log.error({ err: known.cause ?? known }, 'fault');
    return c.body(links.refusal(known), known.row.status as ContentfulStatusCode, headers);
  });
  app.get('/:token', async (c) => c.body(await links.show(c.req.param('token')), 200, headers));
  app.post('/:token', async (c) => c.body(await links.act(c.req.param('token')), 200, headers));
  return app;
}
