/** What is asked for programs that help people: tokens, the past in summary, changes for a person's yes. */
import { z } from 'zod';
import { op } from './operation.ts';
import { approval } from './types-approval.ts';
import * as m from './types-mcp.ts';

const home = z.string().max(200);

export const mcpOperations = {
  summariseHistory: op(
    'GET',
    'homes/:home/summary',
    z.strictObject({
      home,
      /** Up to ten ids, with commas between them. */
      entities: z.string().max(2600),
      days: z.coerce.number().min(0.05).max(400).optional(),
      /** ISO 8601; now when left out. */
      to: z.iso.datetime({ offset: true }).optional(),
    }),
    z.array(m.historySummary),
    'The past of some entities in a few numbers each.',
  ),
  energyUse: op(
    'GET',
    'homes/:home/use',
    z.strictObject({ home, days: z.coerce.number().int().min(1).max(180).optional() }),
    m.energyUse,
    'What the home used against the same number of days before: grid, sun, gas, water, devices, cost.',
  ),
  proposeChange: op(
    'POST',
    'homes/:home/proposals',
    z.strictObject({ home, ...m.proposal.shape }),
    approval,
    'A change that is made only after a person’s yes: one Action, or how a workflow is set.',
  ),
  listMcpTokens: op(
    'GET',
    'mcp-tokens',
    z.strictObject({}),
    z.array(m.mcpToken),
    'Tokens for programs that use Tomte’s tools.',
  ),
  makeMcpToken: op(
    'POST',
    'mcp-tokens',
    z.strictObject({
      name: z.string().trim().min(1).max(80),
      readOnly: z.boolean().optional(),
    }),
    m.newMcpToken,
    'A new token, told this once; with the first one the MCP address begins to answer.',
  ),
  revokeMcpToken: op(
    'DELETE',
    'mcp-tokens/:id',
    z.strictObject({ id: z.string().max(40) }),
    z.object({ revoked: z.string() }),
    'A token ends at once.',
  ),
  checkMcpToken: op(
    'POST',
    'mcp-tokens/check',
    z.strictObject({ token: z.string().max(200) }),
    z.object({ known: m.mcpToken.nullable(), any: z.boolean() }),
    'Whether a token is one of ours, and whether there is any.',
  ),
} as const;
