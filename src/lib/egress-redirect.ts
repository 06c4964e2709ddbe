import { TomteError } from '@tomte/sdk/errors';
import type { Hop } from './egress.ts';

/** All that another origin learns of a request. Everything else may name who asks, or let them in. */
const harmless = new Set(['accept', 'accept-language', 'user-agent']);
const redirecting = new Set([301, 302, 303, 307, 308]);

/**
 * Where an answer sends the request, and what of it goes along: as browsers do, but no header beyond
 * the harmless to another origin, no body to another origin, and never from https to http. Null when
 * it is no redirect.
 */
export function nextHop(hop: Hop, response: Response): Hop | null {
  const location = response.headers.get('location');
  if (!redirecting.has(response.status) || location === null) return null;
  const url = URL.parse(location, hop.url.href);
  if (url === null) throw refused(hop, 'to what is no address');
  if (hop.url.protocol === 'https:' && url.protocol === 'http:') {
    throw refused(hop, 'from https to http');
  }
  const kept = withMethod(hop, response.status);
  if (url.origin === hop.url.origin) return { ...kept, url };
  if (kept.body !== null) throw refused(hop, `what was sent on to ${url.host}`);
  const headers = new Headers([...kept.headers].filter(([name]) => harmless.has(name)));
  return { ...kept, url, headers };
}

/** After 303, and for a POST after 301 and 302, what wrote goes on as a question. */
function withMethod(hop: Hop, status: number): Hop {
  const asks = hop.method === 'GET' || hop.method === 'HEAD';
  const turns = status === 303 || (hop.method === 'POST' && status < 303);
  if (asks || !turns) return hop;
  const headers = new Headers([...hop.headers].filter(([name]) => !name.startsWith('content-')));
  return { ...hop, method: 'GET', headers, body: null };
}

const refused = (hop: Hop, words: string): TomteError =>
  new TomteError('connect.redirect_refused', `${hop.url.host} redirects ${words}`);
