import { TomteError } from '@tomte/sdk/errors';
import type { ProbeStage, ProbeStageName } from '@tomte/sdk/types';
import type { Clock } from '../lib/clock.ts';
import type { Secret } from '../lib/secret.ts';
import { originOf, type Target } from './address.ts';
import { type Found, findHome, openStream } from './probe-door.ts';
import {
  isPrivateAddress,
  limited,
  type Network,
  type Reach,
  resolve,
  systemNetwork,
} from './probe-network.ts';
import { type HomeSession, openSession } from './probe-socket.ts';
import { dnsError } from './probe-words.ts';

/** Limits of the stages in ms; together they stay under the deadline of the whole in all but rare cases. */
export const stageLimits = {
  dnsMs: 4_000,
  tcpMs: 3_000,
  tlsMs: 4_000,
  httpMs: 5_000,
  websocketMs: 5_000,
  authMs: 5_000,
};

export interface ProbeOptions {
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  /** Called once for each stage when it ended. */
  readonly onStage?: ((stage: ProbeStage) => void) | undefined;
  readonly localAddress?: string | undefined;
  readonly deadlineMs?: number | undefined;
  readonly limits?: typeof stageLimits | undefined;
  readonly network?: Network | undefined;
  /** Fingerprint that alone is accepted. */
  readonly pin?: string | null | undefined;
  /** Accept and keep the certificate that is shown now. */
  readonly pinCertificate?: boolean | undefined;
  readonly allowPlainHttp?: boolean | undefined;
  /** The home's last word about this token: the stages up to the greeting run, the token is not sent. */
  readonly refused?: TomteError | undefined;
}

/** A home that let the token in. Whoever gets it closes the session. */
export interface Reached extends Found {
  readonly session: HomeSession;
  readonly origin: string;
}

/** What the stages share. */
export interface Probe extends Reach {
  readonly target: Target;
  readonly limits: typeof stageLimits;
  readonly pin: string | null;
  readonly pinCertificate: boolean;
  /** Runs one stage and writes its row, whatever comes of it. */
  stage<T>(
    name: ProbeStageName,
    port: number | undefined,
    work: (reach: Reach) => Promise<[string, T]>,
  ): Promise<T>;
}

/**
 * The test request, in the order that costs no failed login: name, TCP, TLS, identity, WebSocket up to the
 * greeting, then the token, once. Then `talk` reads what it wants over the same socket, which is closed after it.
 *
 * @throws TomteError exactly one of `link.*`
 */
export async function probeHome<T>(
  target: Target,
  readToken: () => Secret,
  o: ProbeOptions,
  talk: (reached: Reached, probe: Probe) => Promise<T>,
): Promise<T> {
  const deadlineMs = o.deadlineMs ?? 15_000;
  const base: Reach = {
    clock: o.clock,
    network: o.network ?? systemNetwork,
    localAddress: o.localAddress,
    signal: o.signal ?? new AbortController().signal,
  };
  const late = `${target.host} answers too slowly: not done after ${Math.round(deadlineMs / 1000)} s.`;
  const work = limited(base, deadlineMs, late, async (reach) => {
    const probe = openProbe(target, reach, o);
    await probe.stage('address', undefined, async () => [addressDetail(target), null]);
    // Read before the first packet: what the home would refuse is not worth a connection.
    const token = await tokenFirst(probe, readToken);
    const { reached } = await enter(probe, token, o);
    try {
      return await talk(reached, probe);
    } finally {
      reached.session.close();
    }
  });
  return work.catch((error: unknown) => {
    if (error instanceof TomteError) throw error;
    if (base.signal.aborted) throw new TomteError('link.stopped', 'Stopped.', { cause: error });
    throw error;
  });
}

async function enter(
  probe: Probe,
  token: Secret,
  o: Pick<ProbeOptions, 'allowPlainHttp' | 'refused'>,
): Promise<{ reached: Reached }> {
  const { target, limits } = probe;
  const addresses = await probe.stage('dns', undefined, (reach) =>
    limited(reach, limits.dnsMs, dnsError(target.host, 'no answer in time'), async (within) => {
      const found = await resolveWithin(target.host, within);
      return [
        found[0] === target.host ? 'an IP address, nothing to look up' : found.join(', '),
        found,
      ];
    }),
  );
  const found = await findHome(probe, addresses);
  const { port } = found.place.door;
  const session = await greet(probe, found);
  try {
    await probe.stage('auth', port, (reach) =>
      limited(
        reach,
        limits.authMs,
        `${target.host} took the token and gave no answer.`,
        async (within) => {
          refuseOldVersion(session.version);
          refusePlainHttp(found, o.allowPlainHttp === true);
          // Each time a refused token is sent is a failed login on the home's list.
          if (o.refused) throw o.refused;
          await session.login(token, within.signal);
          return ['accepted', null];
        },
      ),
    );
  } catch (error) {
    session.close();
    throw error;
  }
  return { reached: { ...found, session, origin: originOf(target.host, found.place.door) } };
}

async function greet(probe: Probe, found: Found): Promise<HomeSession> {
  const { place, address, pin, own } = found;
  const late = `Home Assistant at ${place.host} answers, but its WebSocket does not get through: no greeting came.`;
  return probe.stage('websocket', place.door.port, (reach) =>
    limited(
      reach,
      probe.limits.websocketMs,
      new TomteError('link.websocket_blocked', late),
      async (within): Promise<[string, HomeSession]> => {
        const { stream } = await openStream(place, [address], pin, within);
        const session = await openSession(stream, place, { signal: within.signal, own });
        return [`Home Assistant ${session.version} greets`, session];
      },
    ),
  );
}

function openProbe(target: Target, reach: Reach, o: ProbeOptions): Probe {
  return {
    ...reach,
    target,
    limits: o.limits ?? stageLimits,
    pin: o.pin ?? null,
    pinCertificate: o.pinCertificate === true,
    async stage(name, port, work) {
      const began = reach.clock.ticks();
      const row = (ok: boolean, detail: string) => {
        const ms = Math.max(0, Math.round(reach.clock.ticks() - began));
        o.onStage?.({ stage: name, ok, ms, detail, ...(port === undefined ? {} : { port }) });
      };
      try {
        const [detail, value] = await work(reach);
        row(true, detail);
        return value;
      } catch (error) {
        row(false, error instanceof TomteError ? error.message : 'stopped');
        throw error;
      }
    },
  };
}

async function tokenFirst(probe: Probe, readToken: () => Secret): Promise<Secret> {
  try {
    return readToken();
  } catch (error) {
    return probe.stage('auth', undefined, () => Promise.reject(error as Error));
  }
}

async function resolveWithin(host: string, reach: Reach): Promise<string[]> {
  const aborted = new Promise<never>((_, reject) => {
    reach.signal.addEventListener('abort', () => reject(reach.signal.reason as Error), {
      once: true,
    });
  });
  try {
    return await Promise.race([resolve(host, reach), aborted]);
  } catch (error) {
    if (reach.signal.aborted && !(error instanceof TomteError)) throw error;
    throw dnsError(host, error);
  }
}

function refuseOldVersion(version: string): void {
  const [year = 0, month = 0] = version.split('.').map((part) => Number.parseInt(part, 10) || 0);
  if (year > 2024 || (year === 2024 && month >= 4)) return;
  throw new TomteError(
    'link.version_unsupported',
    `This is Home Assistant ${version}; Tomte needs 2024.4 or newer. No token was sent.`,
    {
      details: { version },
    },
  );
}

function refusePlainHttp({ place, address }: Found, allowed: boolean): void {
  if (place.door.scheme === 'https' || allowed || isPrivateAddress(address)) return;
  throw new TomteError(
    'link.plain_http',
    `${place.host} is reached over the internet without encryption: the token would travel readable. It was not sent.`,
    { details: { address, port: place.door.port } },
  );
}

function addressDetail({ host, candidates, pathLeftOut }: Target): string {
  const doors = candidates.map((door) =>
    door.fixed ? `${door.scheme} on ${door.port}` : `port ${door.port}`,
  );
  return `${host}, ${doors.join(', then ')}${pathLeftOut ? '; the path behind it is left out' : ''}`;
}
