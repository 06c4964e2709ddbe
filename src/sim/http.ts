/** The REST side: routes, who may pass, and the exact refusals of the real thing. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type HttpAnswer, refusal } from './answers.ts';
import type { SimUser } from './auth.ts';
import { routes } from './routes.ts';
import type { World } from './world.ts';

const bodyMax = 16 * 1024 * 1024;

export async function answerHttp(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const early = earlyRefusal(world, request);
  // Refused before Home Assistant's own code: the web server's name shows, a fingerprint worth knowing.
  if (early) return write(response, early, { server: 'Python/3.14 aiohttp/3.14.5' });
  const url = new URL(request.url ?? '/', 'http://home');
  const route = routes.find((r) => r.method === request.method && r.path.test(url.pathname));
  if (!route) return write(response, refusal(404, 'Not Found'));
  const user = route.open ? null : userOf(world, request);
  if (!route.open && (!user || (route.admin && !user.admin))) {
    world.bans.fail(addressOf(request));
    return write(response, refusal(401, 'Unauthorized'));
  }
  const body = await readBody(request);
  if (!body)
    return write(response, { status: 413, text: `Maximum request body size ${bodyMax} exceeded.` });
  const call = { world, request, path: url.pathname, query: url.searchParams, body, user };
  write(response, await route.answer(call));
}

export const addressOf = (request: IncomingMessage): string =>
  (request.socket.remoteAddress ?? '').replace('::ffff:', '');

export function earlyRefusal(world: World, request: IncomingMessage): HttpAnswer | null {
  if (world.bans.has(addressOf(request))) return refusal(403, 'Forbidden');
  // No reverse proxy is trusted here.
  if (request.headers['x-forwarded-for'] !== undefined) return refusal(400, 'Bad Request');
  return null;
}

function userOf(world: World, request: IncomingMessage): SimUser | null {
  const [scheme, token] = (request.headers.authorization ?? '').split(' ');
  if (scheme !== 'Bearer' || !token) return null;
  const verdict = world.auth.verify(token, world.options.seenFrom);
  return verdict.ok ? verdict.user : null;
}

async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > bodyMax) return null;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function write(
  response: ServerResponse,
  answer: HttpAnswer,
  headers: Record<string, string> = {},
): void {
  const type = answer.type ?? ('json' in answer ? 'application/json' : 'text/plain; charset=utf-8');
  const own = { 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff', server: '' };
  response.writeHead(answer.status, {
    ...(headers.server ? {} : own),
    ...headers,
    'content-type': type,
  });
  if ('json' in answer) response.end(JSON.stringify(answer.json));
  else response.end('text' in answer ? answer.text : answer.bytes);
}
