import { connect } from 'node:net';
import type { ErrorCode } from '@tomte/sdk/errors';
import type { LinkRequest, ProbeStage } from '@tomte/sdk/types';
import { expect } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { type AuthorizeOptions, authorize } from '../authorize.ts';
import { stageLimits } from '../probe.ts';
import type { Network } from '../probe-network.ts';
import { type Fake, type FakeOptions, openFakeHome, openRaw } from './fake-home.ts';
import { mintToken } from './mint.ts';

export const token = mintToken();
/** One stage made short, for servers that never answer it: waiting for the usual limit would prove no more. */
export const short = (stage: keyof typeof stageLimits) => ({
  limits: { ...stageLimits, [stage]: 400 },
});

const open: { close(): Promise<void> }[] = [];
export const closeAll = () => Promise.all(open.splice(0).map((server) => server.close()));

export async function fake(o: FakeOptions = {}): Promise<Fake> {
  const server = await openFakeHome(o);
  open.push(server);
  return server;
}
export async function raw(onSocket: Parameters<typeof openRaw>[0]): Promise<{ port: number }> {
  const server = await openRaw(onSocket);
  open.push(server);
  return server;
}

/** The internet of a test: any name and address leads to loopback, the given ports to the test's servers. */
export const internet = (ports: Record<number, number>, addresses = ['192.168.1.20']): Network => ({
  lookup: async (host) => {
    if (!host.startsWith('nowhere')) return addresses;
    throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' });
  },
  connect: ({ port }) => connect({ host: '127.0.0.1', port: ports[port] ?? port }),
});

export async function attempt(request: Partial<LinkRequest>, o: Partial<AuthorizeOptions> = {}) {
  const seen: ProbeStage[] = [];
  const answer = await authorize(
    { address: '127.0.0.1', token, ...request },
    { clock: systemClock, onStage: (stage) => seen.push(stage), ...o },
  );
  return { answer, seen };
}

/** A failing attempt, with what holds of every one: its code, its stages told as they came, no secret. */
export async function failing(
  request: Partial<LinkRequest>,
  code: ErrorCode,
  o: Partial<AuthorizeOptions> = {},
) {
  const { answer, seen } = await attempt(request, o);
  if (answer.ok) throw new Error(`linked, though ${code} was expected`);
  expect(answer.error.code, answer.error.message).toBe(code);
  expect(answer.error.row.exit).toBe(3);
  expect(answer.probe).toEqual(seen);
  expect(answer.probe.some((row) => !row.ok)).toBe(true);
  expect(JSON.stringify(answer)).not.toContain(token);
  return answer;
}
