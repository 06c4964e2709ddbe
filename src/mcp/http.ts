/** Streamable HTTP: off until there is a token; then Host, Origin and token are checked before anything is read. */

import { isIP } from 'node:net';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { type ErrorCode, TomteError } from '@tomte/sdk/errors';
import type { McpToken } from '@tomte/sdk/types-mcp';
import { plain } from '../decide/untrusted.ts';
import { buildServer, type McpOptions } from './server.ts';

export interface McpHttpOptions extends McpOptions {
  /** Whether the token is one of ours, and whether there is any. */
  check(token: string): Promise<{ known: McpToken | null; any: boolean }>;
  /** Host names besides IP literals and localhost. */
  hosts(): readonly string[];
}

export interface McpHttp {
  fetch(request: Request): Promise<Response>;
  close(): Promise<void>;
}

const bodyMaxBytes = 64 * 1024;
/** Programs that listen for changes of the list of tools: it never changes, so few are let in. */
const streamsMax = 16;

export function openMcpHttp(o: McpHttpOptions): McpHttp {
  const handler = createMcpHandler(
    ({ authInfo }) => {
      const [name, readOnly] = [String(authInfo?.extra?.name), authInfo?.extra?.readOnly !== false];
      return buildServer(o, { name, readOnly });
    },
    {
      ...{ maxRequestBodySize: bodyMaxBytes, maxSubscriptions: streamsMax },
      onerror: (error) => o.onFault(error, 'transport'),
    },
  );
  return {
    async fetch(request) {
      try {
        checkNames(request, o.hosts());
        const token = await checkToken(request, o);
        const clientId = token.id;
        return await handler.fetch(request, {
          authInfo: {
            ...{ token: '', clientId, scopes: token.readOnly ? ['read'] : ['read', 'propose'] },
            extra: { name: plain(token.name, 60), readOnly: token.readOnly },
          },
        });
      } catch (error) {
        if (error instanceof TomteError) return refusal(error);
        throw error;
      }
    },
    close: () => handler.close(),
  };
}

/** A name that is not ours is another site's (DNS rebinding); an Origin that is not ours, another site's page. */
function checkNames(request: Request, hosts: readonly string[]): void {
  const host = request.headers.get('host') ?? new URL(request.url).host;
  const origin = request.headers.get('origin');
  if (!isOurs(nameOf(`http://${host}`), hosts)) {
    throw new TomteError('mcp.origin_refused', 'Tomte is not known under this name');
  }
  if (origin === null) return;
  const same = URL.canParse(origin) && new URL(origin).host === host;
  if (!same) throw new TomteError('mcp.origin_refused', 'The request came from another site');
}

const nameOf = (url: string): string =>
  URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$/g, '').toLowerCase() : '';

const isOurs = (name: string, hosts: readonly string[]): boolean =>
  isIP(name) !== 0 || name === 'localhost' || hosts.includes(name);

/** Only in its header: an address is written down by whoever it passes. */
async function checkToken(request: Request, o: McpHttpOptions): Promise<McpToken> {
  const given = /^Bearer ([\w-]{1,200})$/.exec(request.headers.get('authorization') ?? '')?.[1];
  const { known, any } = await o.check(given ?? '');
  if (!any) throw new TomteError('mcp.off', 'Nothing answers here before there is a token');
  if (!known) throw new TomteError('mcp.token_refused', 'The token is missing or not one of ours');
  return known;
}

function refusal(error: TomteError): Response {
  const challenge: Partial<Record<ErrorCode, string>> = {
    'mcp.token_refused': 'Bearer realm="tomte"',
  };
  const authenticate = challenge[error.code];
  return new Response(JSON.stringify(error), {
    status: error.row.status,
    headers: {
      'content-type': 'application/json',
      ...(authenticate === undefined ? {} : { 'www-authenticate': authenticate }),
    },
  });
}
