/** MCP over the standard streams of a command: whoever started it is on this computer already. */
import type { Readable, Writable } from 'node:stream';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import { buildServer, type McpOptions } from './server.ts';

/** Serves until the input ends or the signal aborts. */
export async function serveMcpStdio(
  o: McpOptions & {
    readonly readOnly: boolean;
    readonly input: Readable;
    readonly output: Writable;
    readonly stop: AbortSignal;
  },
): Promise<void> {
  const ended = Promise.withResolvers<void>();
  const end = () => ended.resolve();
  o.input.once('end', end).once('close', end);
  o.stop.addEventListener('abort', end, { once: true });
  const caller = { name: 'An assistant', readOnly: o.readOnly };
  const served = serveStdio(() => buildServer(o, caller), {
    transport: new StdioServerTransport(o.input, o.output),
    onerror: (error) => o.onFault(error, 'transport'),
  });
  await ended.promise;
  await served.close();
}
