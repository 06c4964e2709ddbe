/** Tokens of programs outside. A token is 256 random bits, so a plain hash keeps it; it is told once. */
import { createHash, randomBytes } from 'node:crypto';
import { TomteError } from '@tomte/sdk/errors';
import type { Tomte } from '@tomte/sdk/operations';
import type { McpToken } from '@tomte/sdk/types-mcp';
import { iso } from '../../lib/clock.ts';
import { oneByOne } from '../../lib/one-by-one.ts';
import { readSetting, saveSetting } from '../../store/settings.ts';
import type { PlaceParts } from '../parts.ts';

type Names = 'listMcpTokens' | 'makeMcpToken' | 'revokeMcpToken' | 'checkMcpToken';
type Kept = McpToken & { readonly hash: string };

const setting = 'mcpTokens';
const tokensMax = 20;
/** When it was last used is kept this coarsely: a program that asks often writes seldom. */
const usedStepMs = 3_600_000;

export function tokenOperations(parts: Pick<PlaceParts, 'store' | 'clock'>): Pick<Tomte, Names> {
  const { db } = parts.store;
  const inTurn = oneByOne();
  const read = async () => ((await readSetting(db, setting)) ?? []) as Kept[];
  const shown = ({ hash: _, ...token }: Kept): McpToken => token;

  return {
    listMcpTokens: async () => (await read()).map(shown),
    makeMcpToken: ({ name, readOnly = false }) =>
      inTurn(async () => {
        const kept = await read();
        if (kept.length >= tokensMax) {
          throw new TomteError('api.too_large', `There are ${tokensMax} tokens already`, {
            hint: 'End one that is not used: tomte mcp tokens, tomte mcp revoke ID.',
          });
        }
        const token = `tomte_mcp_${randomBytes(32).toString('base64url')}`;
        const made: Kept = {
          ...{ id: randomBytes(4).toString('hex'), name, readOnly, hash: hashOf(token) },
          ...{ madeAt: iso(parts.clock.now()), lastUsedAt: null },
        };
        await saveSetting(db, setting, [...kept, made]);
        return { ...shown(made), token };
      }),
    revokeMcpToken: ({ id }) =>
      inTurn(async () => {
        const kept = await read();
        const left = kept.filter((one) => one.id !== id);
        if (left.length === kept.length) {
          throw new TomteError('mcp.token_not_found', `There is no token ${id}`);
        }
        await saveSetting(db, setting, left);
        return { revoked: id };
      }),
    checkMcpToken: async ({ token }) => {
      const kept = await read();
      const hash = hashOf(token);
      const known = kept.find((one) => one.hash === hash);
      if (known) await inTurn(() => noteUse(known.id));
      return { known: known ? shown(known) : null, any: kept.length > 0 };
    },
  };

  async function noteUse(id: string): Promise<void> {
    const now = parts.clock.now();
    const kept = await read();
    const used = kept.find((one) => one.id === id);
    if (!used || now - Date.parse(used.lastUsedAt ?? '1970-01-01') < usedStepMs) return;
    const next = kept.map((one) => (one === used ? { ...one, lastUsedAt: iso(now) } : one));
    await saveSetting(db, setting, next);
  }
}

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');
