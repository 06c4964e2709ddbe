import { TomteError } from '@tomte/sdk/errors';
import type { Tomte } from '@tomte/sdk/operations';
import { type Context, command } from '../command.ts';
import { columns, minute } from '../print.ts';

const usualPort = 8641;

export default command({
  name: 'mcp',
  about:
    'Tools for assistants that speak MCP: over standard streams, or with --http on an address of its own.',
  usage:
    'tomte mcp [--read-only] [--http [--port 8641]] | tomte mcp token NAME [--read-only] | tomte mcp tokens | tomte mcp revoke ID',
  options: {
    'read-only': { type: 'boolean', about: 'nothing may be acknowledged, quieted or proposed' },
    http: {
      type: 'boolean',
      about: 'serves over HTTP on this computer, for programs with a token',
    },
    port: { type: 'string', about: 'port for --http, 8641 when not said; 0 takes a free one' },
  },
  words: { min: 0, max: 6 },
  async run(context) {
    const { words, on, text, open, deps } = context;
    const [verb, ...rest] = words;
    if (verb !== undefined) return keepTokens(context, verb, rest);
    const port = Number(text('port') ?? usualPort);
    if (!Number.isInteger(port) || port < 0 || port > 65_535) {
      throw new TomteError('cli.usage', '--port is a whole number up to 65535');
    }
    const { tomte } = await open();
    await deps.mcp(tomte, {
      readOnly: on('read-only'),
      http: on('http') ? { host: '127.0.0.1', port } : null,
    });
    return 0;
  },
});

async function keepTokens(
  { open, answer, on }: Context,
  verb: string,
  rest: readonly string[],
): Promise<number> {
  const named = rest.join(' ');
  if (verb === 'tokens' && named === '') {
    const rows = await (await open()).tomte.listMcpTokens({});
    answer(rows, rows.length === 0 ? ['There is no token, so MCP over HTTP is off.'] : table(rows));
    return 0;
  }
  if (verb === 'token' && named !== '') {
    const { tomte } = await open();
    const made = await tomte.makeMcpToken({ name: named, readOnly: on('read-only') });
    answer(made, [
      made.token,
      `It is shown this once. Programs send it as "Authorization: Bearer …" to the path mcp of Tomte's address; ${made.readOnly ? 'it may only read' : 'it may read, acknowledge and propose'}.`,
    ]);
    return 0;
  }
  if (verb === 'revoke' && named !== '') {
    const gone = await (await open()).tomte.revokeMcpToken({ id: named });
    answer(gone, [`The token ${gone.revoked} ended.`]);
    return 0;
  }
  throw new TomteError('cli.usage', 'Say token NAME, tokens, or revoke ID');
}

const table = (rows: Awaited<ReturnType<Tomte['listMcpTokens']>>): string[] =>
  columns(
    rows.map(({ id, name, readOnly, madeAt, lastUsedAt }) => [
      ...[id, name, readOnly ? 'may only read' : 'may propose', `made ${minute(madeAt)}`],
      lastUsedAt === null ? 'never used' : `used ${minute(lastUsedAt)}`,
    ]),
  );
