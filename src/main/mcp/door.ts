/** Where programs find Tomte's tools: on the service, on an address of a command, or over its streams. */
import { isIP } from 'node:net';
import type { Tomte } from '@tomte/sdk/operations';
import { listen } from '../../api/server.ts';
import { type Clock, systemClock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { type McpHttp, openMcpHttp } from '../../mcp/http.ts';
import { serveMcpStdio } from '../../mcp/stdio.ts';
import { version } from '../version.ts';

export function openMcp(o: {
  readonly tomte: Tomte;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  readonly hosts: () => readonly string[];
  /** Whatever the token may. */
  readonly readOnly?: boolean;
}): McpHttp {
  return openMcpHttp({
    ...common(o),
    hosts: o.hosts,
    async check(token) {
      const found = await o.tomte.checkMcpToken({ token });
      const { known } = found;
      return known && o.readOnly ? { ...found, known: { ...known, readOnly: true } } : found;
    },
  });
}

const common = (o: { tomte: Tomte; clock: Pick<Clock, 'now'>; log: Log }) => ({
  ...{ tomte: o.tomte, version, now: () => o.clock.now() },
  onFault: (error: unknown, tool: string) => o.log.error({ err: error, tool }, 'a tool failed'),
});

/** `tomte mcp`: until the input ends, or until it is told to. Logs go to standard error alone. */
export async function runMcp(o: {
  readonly tomte: Tomte;
  readonly log: Log;
  readonly readOnly: boolean;
  readonly http: { readonly host: string; readonly port: number } | null;
  readonly stop: AbortSignal;
  said(text: string): void;
}): Promise<void> {
  const clock = systemClock;
  if (o.http === null) {
    const streams = { input: process.stdin, output: process.stdout };
    const { readOnly, stop } = o;
    return serveMcpStdio({ ...common({ ...o, clock }), ...streams, readOnly, stop });
  }
  const { host, port } = o.http;
  const mcp = openMcp({ ...o, clock, hosts: () => [] });
  const { any } = await o.tomte.checkMcpToken({ token: '' });
  const listening = await listen({ fetch: mcp.fetch }, { host, port });
  const shown = isIP(host) === 6 ? `[${host}]` : host;
  o.said(`Tools are at http://${shown}:${listening.port}/mcp for whoever has a token.`);
  if (!any) o.said('There is no token yet: tomte mcp token NAME makes one.');
  await new Promise<void>((done) => {
    if (o.stop.aborted) done();
    else o.stop.addEventListener('abort', () => done(), { once: true });
  });
  await listening.close();
  await mcp.close();
}
