import type { Duplex } from 'node:stream';
import { TomteError } from '@tomte/sdk/errors';
import { type Candidate, hostHeader, originOf } from './address.ts';
import { manifestVerdict, providersVerdict, type Verdict } from './classify.ts';
import type { Probe } from './probe.ts';
import { type Answer, get } from './probe-http.ts';
import { dial, limited, type Reach } from './probe-network.ts';
import {
  httpError,
  isCertain,
  mostTelling,
  type Place,
  redirectedError,
  tcpError,
  tlsError,
  verdictError,
  wantsHttps,
} from './probe-words.ts';
import { type Certificate, checkCertificate, encrypt, tlsTrouble } from './tls.ts';

/** A door behind which Home Assistant stands. */
export interface Found {
  readonly place: Place;
  /** The IP address that answered. */
  readonly address: string;
  /** This computer's address as that connection has it. */
  readonly own: string | undefined;
  readonly certificate: Certificate | null;
  readonly pin: string | null;
  /** The home's clock minus ours, ms; right to about a second. Null when it does not say. */
  readonly clockSkewMs: number | null;
}

type Knocked = { found: Found } | { next: Candidate };

/** More doors than this are opened only by a server that sends us in circles. */
const doorsMax = 6;

/** Tries the doors in order; the first that answers as Home Assistant wins, otherwise the most telling error. */
export async function findHome(probe: Probe, addresses: readonly string[]): Promise<Found> {
  const doors = [...probe.target.candidates];
  const seen = new Set<string>();
  const errors: TomteError[] = [];
  while (doors.length > 0 && seen.size < doorsMax) {
    const door = doors.shift()!;
    const key = `${door.scheme}:${door.port}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const place: Place = { host: probe.target.host, door, cloud: probe.target.cloud };
    try {
      const knocked = await knock(probe, place, addresses);
      if ('found' in knocked) return knocked.found;
      doors.unshift(knocked.next);
    } catch (error) {
      if (!(error instanceof TomteError)) throw error;
      errors.push(error);
      if (error.code === 'link.wants_http' && !door.fixed)
        doors.unshift({ ...door, scheme: 'http', fixed: true });
      // The whole ran out of time, or the person stopped it; no further door will open.
      if (isCertain(error) || probe.signal.aborted) break;
    }
  }
  if (errors.length === 0) {
    const circles = `${probe.target.host} sends visitors in circles.`;
    return probe.stage('http', undefined, () =>
      Promise.reject(new TomteError('link.not_home_assistant', circles)),
    );
  }
  throw mostTelling(errors);
}

/** A connection that may be written to: TCP, and for https TLS with a certificate that was checked. */
export async function openStream(
  place: Place,
  addresses: readonly string[],
  pin: string | null,
  reach: Reach,
): Promise<{ stream: Duplex; address: string; own: string | undefined }> {
  const { socket, address } = await dial(addresses, place.door.port, reach).catch(
    (error: unknown) => {
      throw reach.signal.aborted ? error : tcpError(place, error);
    },
  );
  const own = socket.localAddress;
  if (place.door.scheme === 'http') return { stream: socket, address, own };
  const encrypted = await encrypt(socket, { host: place.host, signal: reach.signal });
  try {
    checkCertificate(encrypted, { host: place.host, pin });
  } catch (error) {
    encrypted.socket.destroy();
    throw error;
  }
  return { stream: encrypted.socket, address, own };
}

async function knock(probe: Probe, place: Place, addresses: readonly string[]): Promise<Knocked> {
  const { limits } = probe;
  const { port, scheme } = place.door;
  const silent = `${place.host} did not answer on port ${port}.`;
  const dialled = await probe.stage('tcp', port, (reach) =>
    limited(reach, limits.tcpMs, silent, async (within) => {
      const connection = await dial(addresses, port, within);
      return [`connected to ${connection.address}`, connection] as [string, typeof connection];
    }).catch((error: unknown) => {
      throw tcpFault(probe, place, error);
    }),
  );
  const { socket, address } = dialled;
  const own = socket.localAddress;
  const tls = scheme === 'https' ? await unlock(probe, place, socket) : null;
  if (tls === null) await probe.stage('tls', port, async () => ['not encrypted', null]);
  const pin = probe.pinCertificate && tls ? tls.certificate.fingerprint : probe.pin;
  const door: OpenDoor = { stream: tls?.stream ?? socket, address, own, pin };
  const { next, clockSkewMs } = await whoAnswers(probe, place, door);
  if (next) return { next };
  return {
    found: { place, address, own, certificate: tls?.certificate ?? null, pin, clockSkewMs },
  };
}

interface OpenDoor {
  readonly stream: Duplex;
  readonly address: string;
  readonly own: string | undefined;
  readonly pin: string | null;
}

/** The `http` stage: Home Assistant, or another door to try, or a fault. */
async function whoAnswers(probe: Probe, place: Place, { stream, address, own, pin }: OpenDoor) {
  let clockSkewMs: number | null = null;
  const host = hostHeader(place.host, place.door);
  const silent = `${place.host} takes calls on port ${place.door.port} but says nothing.`;
  const next = await probe.stage('http', place.door.port, (reach) =>
    limited(reach, probe.limits.httpMs, silent, async (within) => {
      const { signal } = within;
      const asking = identify(place, within, {
        first: () => get(stream, { path: '/manifest.json', host, signal }),
        second: async () => {
          const again = await openStream(place, [address], pin, within);
          return get(again.stream, { path: '/auth/providers', host, signal });
        },
        onAnswer: (answer) => {
          clockSkewMs ??= skewOf(answer, probe.clock.now());
        },
      });
      const verdict = await asking.catch(async (error: unknown): Promise<Verdict | 'https'> => {
        const maybe = place.door.scheme === 'http' && !signal.aborted;
        if (maybe && (await speaksTls(address, place, within))) return 'https';
        throw error;
      });
      return decide(place, verdict, own);
    }).catch((error: unknown) => {
      throw probe.signal.aborted && !(error instanceof TomteError)
        ? error
        : httpError(place, error);
    }),
  );
  return { next, clockSkewMs };
}

function tcpFault(probe: Probe, place: Place, error: unknown): unknown {
  if (probe.signal.aborted) return error;
  // A Cloud address whose edge is silent says the same as one whose edge hangs up.
  return place.cloud && error instanceof TomteError
    ? tcpError(place, { code: 'ETIMEDOUT' })
    : tcpError(place, error);
}

async function unlock(probe: Probe, place: Place, socket: Parameters<typeof encrypt>[0]) {
  const { host, door } = place;
  const late = `${host} takes calls on port ${door.port} but does not agree on encryption.`;
  return probe.stage('tls', door.port, (reach) =>
    limited(reach, probe.limits.tlsMs, late, async (within) => {
      const encrypted = await encrypt(socket, { host, signal: within.signal });
      const { certificate } = encrypted;
      try {
        checkCertificate(encrypted, {
          host,
          pin: probe.pinCertificate ? certificate.fingerprint : probe.pin,
        });
      } catch (error) {
        encrypted.socket.destroy();
        throw error;
      }
      const pinned =
        probe.pinCertificate || probe.pin !== null
          ? 'pinned certificate'
          : `certificate by ${certificate.issuer}`;
      const detail = `${encrypted.socket.getProtocol() ?? 'TLS'}, ${pinned}, until ${certificate.validTo}`;
      return [detail, { stream: encrypted.socket as Duplex, certificate }] as [
        string,
        { stream: Duplex; certificate: Certificate },
      ];
    }).catch((error: unknown) => {
      throw probe.signal.aborted ? error : (tlsError(place, error) ?? httpError(place, error));
    }),
  );
}

/** Reads who answers; a second, equally harmless question settles what the first leaves open. */
async function identify(
  place: Place,
  reach: Reach,
  ask: { first(): Promise<Answer>; second(): Promise<Answer>; onAnswer(answer: Answer): void },
): Promise<Verdict> {
  const asked = new URL(originOf(place.host, place.door));
  const first = await ask.first();
  ask.onAnswer(first);
  const verdict = manifestVerdict(first, asked);
  const open: readonly string[] = [
    'link.not_home_assistant',
    'link.access_gateway',
    'link.starting',
    'link.forbidden',
  ];
  if (verdict.kind === 'moved') return verdict;
  if (verdict.kind === 'fault' && !open.includes(verdict.code)) return verdict;
  const second = await ask.second().catch((error: unknown) => {
    if (reach.signal.aborted) throw error;
    // One page was read; that the next one fails is found again, and named, at the WebSocket.
    return null;
  });
  if (second === null) return verdict;
  const again = providersVerdict(second, asked);
  if (again.kind === 'home-assistant') return again;
  if (again.kind === 'fault' && again.code === 'link.onboarding_unfinished') return again;
  return verdict;
}

/** What a verdict means for this door: the row's words, and another door to try, or null for "this is it". */
function decide(
  place: Place,
  verdict: Verdict | 'https',
  own: string | undefined,
): [string, Candidate | null] {
  const { door, host } = place;
  const encryptedDoor =
    verdict === 'https' || (verdict.kind === 'fault' && verdict.code === 'link.wants_https');
  if (encryptedDoor) {
    if (door.fixed) throw wantsHttps(place);
    return [
      `port ${door.port} speaks https; going on with that`,
      { scheme: 'https', port: door.port, fixed: true },
    ];
  }
  if (verdict.kind === 'home-assistant') return ['Home Assistant answers', null];
  if (verdict.kind === 'fault') throw verdictError(place, verdict.code, verdict.why, own);
  const sameHost = verdict.to.hostname.replace(/^\[|\]$/g, '') === host;
  if (!sameHost || verdict.to.protocol !== 'https:') throw redirectedError(place, verdict.to);
  return [
    `sends visitors to ${verdict.to.origin}; followed`,
    { scheme: 'https', port: Number(verdict.to.port || 443), fixed: true },
  ];
}

/** Whether a port that made no sense over plain http answers a TLS handshake. */
async function speaksTls(address: string, place: Place, reach: Reach): Promise<boolean> {
  try {
    const { socket } = await dial([address], place.door.port, reach);
    const encrypted = await encrypt(socket, { host: place.host, signal: reach.signal });
    encrypted.socket.destroy();
    return true;
  } catch (error) {
    if (reach.signal.aborted) throw error;
    const trouble = tlsTrouble(error);
    return trouble === 'client-certificate' || trouble === 'name' || trouble === 'too-old';
  }
}

function skewOf(answer: Answer, now: number): number | null {
  const said = Date.parse(answer.headers.date ?? '');
  return Number.isFinite(said) ? said - now : null;
}
