import { lookup as systemLookup } from 'node:dns/promises';
import { isIP, type Socket, connect as systemConnect } from 'node:net';
import { TomteError } from '@tomte/sdk/errors';
import { rangeOf } from '../lib/addresses.ts';
import type { Clock } from '../lib/clock.ts';

/** The way out, as a test may replace it. */
export interface Network {
  /** All addresses of a name, best first; rejects with the resolver's own error. */
  lookup(host: string): Promise<string[]>;
  connect(to: { address: string; port: number; localAddress: string | undefined }): Socket;
}

export const systemNetwork: Network = {
  lookup: async (host) => (await systemLookup(host, { all: true })).map((row) => row.address),
  connect: ({ address, port, localAddress }) =>
    systemConnect({ host: address, port, localAddress, autoSelectFamily: false }),
};

/** What one stage needs to know besides its subject. */
export interface Reach {
  readonly clock: Clock;
  readonly network: Network;
  readonly localAddress: string | undefined;
  readonly signal: AbortSignal;
}

/** A name with many addresses is tried on the first of each kind; more would eat the deadline. */
const addressesMax = 4;
/** A second address is tried beside the first when that one is slow, as browsers do. */
const headStartMs = 300;

/** Addresses of a host, IPv4 first, since few homes are reached over IPv6 and many routers pretend. */
export async function resolve(host: string, reach: Reach): Promise<string[]> {
  if (isIP(host) !== 0) return [host];
  const found = await reach.network.lookup(host);
  const usable = reach.localAddress
    ? found.filter((address) => isIP(address) === isIP(reach.localAddress!))
    : found;
  if (usable.length === 0) throw Object.assign(new Error('no address'), { code: 'ENODATA' });
  return [...usable].sort((a, b) => isIP(a) - isIP(b)).slice(0, addressesMax);
}

export interface Dialled {
  readonly socket: Socket;
  readonly address: string;
}

/** The first TCP connection that stands. Rejects with the error of the first address. */
export function dial(addresses: readonly string[], port: number, reach: Reach): Promise<Dialled> {
  return new Promise((resolvePromise, reject) => {
    const open = new Set<Socket>();
    const errors: Error[] = [];
    let next = 0;
    let cancelNext = () => {};
    const settle = (finish: () => void, kept?: Socket) => {
      cancelNext();
      reach.signal.removeEventListener('abort', onAbort);
      for (const socket of open) if (socket !== kept) socket.destroy();
      finish();
    };
    const onAbort = () => settle(() => reject(reach.signal.reason as Error));
    const tryNext = () => {
      cancelNext();
      const address = addresses[next++];
      if (address === undefined) return;
      const socket = reach.network.connect({ address, port, localAddress: reach.localAddress });
      open.add(socket);
      // Stays after the race too: a late error of a connection nobody uses any more must not end the program.
      socket.on('error', (error) => {
        if (!open.delete(socket)) return;
        errors.push(error);
        if (errors.length === addresses.length) settle(() => reject(errors[0]!));
        else tryNext();
      });
      socket.once('connect', () => {
        if (open.has(socket)) settle(() => resolvePromise({ socket, address }), socket);
        open.clear();
      });
      if (next < addresses.length) cancelNext = reach.clock.after(headStartMs, tryNext);
    };
    if (reach.signal.aborted) return onAbort();
    reach.signal.addEventListener('abort', onAbort, { once: true });
    tryNext();
  });
}

/**
 * Whether plain http to this IP address stays among the person's own machines: Home Assistant's own
 * list of local ranges, and 100.64.0.0/10, which is Tailscale's and encrypted by it. A carrier uses that
 * range too, but does not let its customers reach one another in it.
 */
export function isPrivateAddress(address: string): boolean {
  const local = ['private', 'loopback', 'linkLocal', 'uniqueLocal', 'carrierGradeNat'];
  return local.includes(rangeOf(address) ?? '');
}

/**
 * Runs one stage with a limit of its own: after `ms` its signal aborts with the given error (a text is
 * `link.unreachable`), so that whatever it holds is closed.
 */
export async function limited<T>(
  reach: Reach,
  ms: number,
  late: string | TomteError,
  work: (reach: Reach) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const cancel = reach.clock.after(ms, () =>
    limit.abort(typeof late === 'string' ? new TomteError('link.unreachable', late) : late),
  );
  try {
    return await work({ ...reach, signal: AbortSignal.any([reach.signal, limit.signal]) });
  } finally {
    cancel();
  }
}
