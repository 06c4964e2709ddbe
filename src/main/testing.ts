/** For tests of the whole service: it runs in this process, with a simulated home linked to it. */
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, connect } from '@tomte/sdk/client';
import type { HomeSummary } from '@tomte/sdk/types';
import { loadConfig } from '../config.ts';
import { silentLog } from '../lib/log.ts';
import { openSim, type Sim } from '../sim/sim.ts';
import { openService, type Service } from './serve.ts';

export interface LinkedService {
  readonly sim: Sim;
  readonly tomte: Client;
  readonly home: Pick<HomeSummary, 'id' | 'timeZone'>;
  /** Ends it in good order and begins it on the same data; answers the client of the new life. */
  restart(): Promise<Client>;
  close(): Promise<void>;
}

export async function linkedService(
  simulated: Parameters<typeof openSim>[0],
): Promise<LinkedService> {
  const sim = await openSim(simulated);
  const data = await mkdtemp(join(tmpdir(), 'tomte-linked-'));
  await chmod(data, 0o755);
  let service: Service;
  async function start(): Promise<Client> {
    const config = loadConfig({
      flags: { data, port: '0' },
      env: { TOMTE_ALLOW_ADDRESSES: 'loopback' },
    });
    service = await openService({ config, log: silentLog });
    const { credential } = JSON.parse(await readFile(join(data, 'service.json'), 'utf8'));
    return connect({ base: `${service.address}api/`, credential });
  }
  const tomte = await start();
  const answer = await tomte.linkHome({ address: sim.url, token: sim.tokens.admin });
  if (!answer.ok) throw new Error(answer.error.message);
  return {
    ...{ sim, tomte, home: answer.home },
    async restart() {
      await service.close();
      return start();
    },
    async close() {
      await service.close();
      await sim.close();
      await rm(data, { recursive: true, force: true });
    },
  };
}
