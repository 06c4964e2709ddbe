/** A home of 3,000 entities through the official client: every answer stays small, and none is long in coming. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client as McpClient, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { connect } from '@tomte/sdk/client';
import { expect, test } from 'vitest';
import { openSim } from '../../src/sim/sim.ts';
import { startService } from '../crash/harness.ts';

/** A tool that is asked for as much as it gives; an answer is 18,000 characters at most. */
const most: readonly (readonly [string, Record<string, unknown>, number])[] = [
  ['search_home', {}, 200],
  ['search_home', { text: 'sensor' }, 3000],
  ['search_home', { domain: 'sensor', limit: 60 }, 6000],
  ['history', { entities: ['sensor.water_flow', 'sensor.grid_import'], days: 60 }, 6000],
  ['energy_use', { days: 60 }, 6000],
  ['why', { text: 'why did the water heater not start' }, 6000],
  ['runs', { limit: 50 }, 6000],
  ['workflows', {}, 6000],
  ['alerts', { limit: 40 }, 6000],
  ['doctor', {}, 6000],
];
/** Of a machine that has other work: what is meant is that a program waits seconds, not minutes. */
const waitMs = 20_000;

test('every tool answers a home of 3,000 entities in few tokens', async () => {
  const sim = await openSim({ days: 60, entities: 3000, living: false });
  const dataDir = await mkdtemp(join(tmpdir(), 'tomte-mcp-large-'));
  await chmod(dataDir, 0o755);
  const service = await startService({ dataDir });
  const tomte = connect({ base: `${service.url}api/`, credential: service.credential });
  const mcp = new McpClient({ name: 'test', version: '1' }, { capabilities: {} });
  try {
    await tomte.linkHome({ address: sim.url, token: sim.tokens.resident });
    const { token } = await tomte.makeMcpToken({ name: 'Desk' });
    const headers = { authorization: `Bearer ${token}` };
    await mcp.connect(
      new StreamableHTTPClientTransport(new URL('mcp', service.url), { requestInit: { headers } }),
    );
    const [home] = await tomte.listHomes({});
    expect((await tomte.listEntities({ home: home!.id })).length).toBeGreaterThanOrEqual(3000);
    for (const [name, input, tokensMax] of most) {
      const begun = performance.now();
      const answer = await mcp.callTool({ name, arguments: input }, { timeout: waitMs });
      const ms = Math.round(performance.now() - begun);
      const tokens = Math.ceil(JSON.stringify(answer.content).length / 3);
      console.info(`${name}: ${tokens} tokens, ${ms} ms`);
      expect({ name, isError: answer.isError === true }).toEqual({ name, isError: false });
      expect(tokens, name).toBeLessThanOrEqual(tokensMax);
    }
  } finally {
    await mcp.close();
    await service.stop();
    await sim.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}, 240_000);
