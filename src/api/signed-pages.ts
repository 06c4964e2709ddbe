import { Hono } from 'hono';

/** Signed links of alerts: the page only shows, its POST acts. Mail scanners that open links change nothing. */
export interface SignedLinks {
  /** Stricter than the app's own: these pages have no script and are opened from anywhere. */
  readonly headers: Readonly<Record<string, string>>;
  /** HTML of the page, or throws api.link_expired. */
  show(token: string): Promise<string>;
  /** Does what the link is for; answers the page that says so. */
  act(token: string): Promise<string>;
}

export function signedPages(links: SignedLinks): Hono {
  const app = new Hono();
  const headers = {
    ...links.headers,
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
  };
  app.get('/:token', async (c) => c.body(await links.show(c.req.param('token')), 200, headers));
  app.post('/:token', async (c) => c.body(await links.act(c.req.param('token')), 200, headers));
  return app;
}
