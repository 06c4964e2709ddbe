/** Tomte's tools as an MCP server, the same over every transport. */
import { McpServer } from '@modelcontextprotocol/server';
import { isError, TomteError } from '@tomte/sdk/errors';
import type { Tomte } from '@tomte/sdk/operations';
import { z } from 'zod';
import { scrub } from '../lib/secret.ts';
import { answerText } from './answer.ts';
import type { Caller, Tool, ToolContext } from './tool.ts';
import { tools } from './tools.ts';

export interface McpOptions {
  readonly tomte: Tomte;
  readonly version: string;
  /** Epoch ms. */
  now(): number;
  /** A fault of Tomte itself: the program is told only that there was one. */
  readonly onFault: (error: unknown, tool: string) => void;
}

const instructions =
  'Tomte watches a home that Home Assistant runs. Read with these tools; a change is only proposed, and a person says yes to it in Tomte. Answer with the numbers found here and say how old they are.';

/** A server for one caller. In read-only mode what changes anything is not listed, and refused when called. */
export function buildServer(o: McpOptions, caller: Caller): McpServer {
  const server = new McpServer(
    { name: 'tomte', title: 'Tomte', version: o.version },
    { capabilities: { tools: {} }, instructions },
  );
  const context = { tomte: o.tomte, caller, now: o.now };
  for (const one of tools) {
    const registered = server.registerTool(
      one.name,
      {
        ...{ title: one.title, description: one.about, inputSchema: one.input },
        annotations: {
          readOnlyHint: one.writes !== true,
          ...{ destructiveHint: false, idempotentHint: one.writes !== true, openWorldHint: false },
        },
      },
      (input: unknown) => answer(o, one, input, context),
    );
    if (one.writes && caller.readOnly) registered.disable();
  }
  return server;
}

async function answer(o: McpOptions, one: Tool, input: unknown, context: ToolContext) {
  try {
    // Also where a server of a later version would list it: the right is the token's, not the list's.
    if (one.writes && context.caller.readOnly) {
      throw new TomteError('mcp.read_only', `${one.name} changes something`);
    }
    const found = await one.run(one.input.parse(input), context);
    return { content: [{ type: 'text' as const, text: scrub(answerText(found)) }] };
  } catch (error) {
    return { isError: true, content: [{ type: 'text' as const, text: faultText(o, one, error) }] };
  }
}

function faultText(o: McpOptions, one: Tool, error: unknown): string {
  if (error instanceof z.ZodError) return `api.invalid: ${z.prettifyError(error)}`.slice(0, 1000);
  if (isError(error)) {
    return answerText({ error: error.code, message: error.message, hint: error.hint });
  }
  o.onFault(error, one.name);
  return 'app.internal: Something in Tomte went wrong; its log says what.';
}
