/** `fetch` for addresses that a person may type: it goes where it says, and nowhere inside unless that was allowed. */
import { lookup } from 'node:dns/promises';
import { isError, TomteError } from '@tomte/sdk/errors';
import { Agent, fetch as send } from 'undici';
import { addressFault } from './addresses.ts';
import type { Clock } from './clock.ts';
import { nextHop } from './egress-redirect.ts';

/** One request on its way: what goes to one host, before the answer tells of another. */
export interface Hop {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly body: Buffer | null;
}

/** Makes of a hop what is sent; for each hop anew, and nothing else keeps it. */
export type Fill = (hop: Hop) => Hop;

/** A `fetch`, with one thing more: a `fill` sees where each hop really goes. Throws `connect.*`. */
export type GuardedFetch = (
  input: string | URL | Request,
  init?: RequestInit,
  fill?: Fill,
) => Promise<Response>;

export interface EgressOptions {
  readonly clock: Clock;
  /** Groups (`private`, `loopback`), addresses, ranges and names that may be reached although not public. */
  readonly allow?: readonly string[];
  /** All addresses of a name; the system's own way when left out. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
  /** Of the answer, unpacked: 2 MiB when left out. */
  readonly bytesMax?: number;
  /** What becomes of a longer answer: an error, or its beginning. */
  readonly longer?: 'refuse' | 'cut';
  /** For all hops and the whole answer: 15 s when left out. */
  readonly timeMs?: number;
}

const redirectsMax = 5;

/**
 * Every hop is checked: http or https, no login in the address, and each IP address of the host. The
 * connection goes to the addresses that were checked, whatever the name resolves to a moment later.
 * The answer is read whole before it is given, so limits hold for all of it.
 */
export function guardedFetch(o: EgressOptions): GuardedFetch {
  const timeMs = o.timeMs ?? 15_000;
  return async (input, init, fill = (hop) => hop) => {
    const { first, redirect, signal } = await firstHop(input, init);
    const limit = new AbortController();
    const cancel = o.clock.after(timeMs, () =>
      limit.abort(
        new TomteError('connect.timeout', `${first.url.host} took more than ${timeMs} ms`),
      ),
    );
    const either = AbortSignal.any([signal, limit.signal]);
    try {
      return await follow(first, { ...o, redirect, fill, signal: either });
    } catch (error) {
      throw either.aborted ? either.reason : error;
    } finally {
      cancel();
    }
  };
}

interface Walk extends EgressOptions {
  readonly redirect: Request['redirect'];
  readonly fill: Fill;
  readonly signal: AbortSignal;
}

async function firstHop(
  input: string | URL | Request,
  init: RequestInit | undefined,
): Promise<{ first: Hop; redirect: Request['redirect']; signal: AbortSignal }> {
  const { signal = null, ...rest } = init ?? {};
  try {
    const request = new Request(input, rest);
    const first = {
      url: new URL(request.url),
      method: request.method,
      headers: request.headers,
      body: request.body ? Buffer.from(await request.arrayBuffer()) : null,
    };
    const given = signal ?? (input instanceof Request ? input.signal : null);
    return { first, redirect: request.redirect, signal: given ?? new AbortController().signal };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // Its words repeat the address or the header, and so what may be a secret in them.
    throw new TomteError('connect.address_invalid', 'This is not a request that can be sent');
  }
}

async function follow(first: Hop, walk: Walk): Promise<Response> {
  let hop = first;
  for (let redirects = 0; ; redirects++) {
    const response = await visit(hop, walk);
    const next = walk.redirect === 'manual' ? null : nextHop(hop, response);
    if (next === null) return response;
    if (walk.redirect === 'error' || redirects === redirectsMax) {
      const words = redirects === redirectsMax ? 'redirects without end' : 'redirects';
      throw new TomteError('connect.redirect_refused', `${hop.url.host} ${words}`);
    }
    hop = next;
  }
}

async function visit(hop: Hop, walk: Walk): Promise<Response> {
  const addresses = await checkedAddresses(hop.url, walk);
  const { url, method, headers, body } = walk.fill(hop);
  if (url.origin !== hop.url.origin) {
    throw new TomteError('app.internal', 'A request was filled in for another host');
  }
  // It could name another of the sites behind the same address.
  headers.delete('host');
  const agent = new Agent({
    allowH2: false,
    connect: { lookup: (_host, options, found) => answer(addresses, options.all === true, found) },
  });
  try {
    const response = await send(url, {
      method,
      headers: [...headers],
      body,
      redirect: 'manual',
      signal: walk.signal,
      dispatcher: agent,
    });
    return await whole(response as unknown as Response, hop.url.host, walk);
  } catch (error) {
    throw isError(error) ? error : unreachable(hop.url.host, error);
  } finally {
    await agent.destroy();
  }
}

type Found = (
  error: Error | null,
  address: string | { address: string; family: number }[],
  family?: number,
) => void;

function answer(addresses: readonly string[], all: boolean, found: Found): void {
  const rows = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  if (all) found(null, rows);
  else found(null, rows[0]!.address, rows[0]!.family);
}

/** Throws connect.address_invalid, connect.address_refused, connect.name_not_found. */
async function checkedAddresses(url: URL, walk: Walk): Promise<readonly string[]> {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new TomteError('connect.address_invalid', `${url.protocol} is neither http nor https`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new TomteError('connect.address_invalid', 'A login stands in the address, before the @');
  }
  return addressesOf(url.hostname.replace(/^\[|\]$/g, ''), { ...walk, shown: url.host });
}

/**
 * Addresses a host may be reached at, checked: for what is no HTTP. `shown` is how errors call it.
 * Throws connect.address_refused, connect.name_not_found.
 */
export async function addressesOf(
  host: string,
  o: Pick<EgressOptions, 'allow' | 'resolve'> & {
    readonly shown?: string;
    readonly signal?: AbortSignal;
  },
): Promise<readonly string[]> {
  const { shown = host, signal } = o;
  const isAddress = /^[\d.]+$/.test(host) || host.includes(':');
  const asked = isAddress ? Promise.resolve([host]) : namesake(host, o);
  const addresses = await (signal ? untilAborted(asked, signal) : asked);
  for (const address of addresses) {
    const fault = addressFault(address, { host, allow: o.allow ?? [] });
    if (fault === null) continue;
    throw new TomteError('connect.address_refused', `${shown} is ${fault}`, {
      details: { host: shown, fault },
    });
  }
  return addresses;
}

async function namesake(
  host: string,
  { resolve = systemResolve }: Pick<EgressOptions, 'resolve'>,
): Promise<readonly string[]> {
  let addresses: readonly string[] = [];
  let cause: unknown;
  try {
    addresses = await resolve(host);
  } catch (error) {
    cause = error;
  }
  if (addresses.length > 0) return addresses;
  throw new TomteError('connect.name_not_found', `The name ${host} was not found`, { cause });
}

const systemResolve = async (host: string): Promise<string[]> =>
  (await lookup(host, { all: true })).map(({ address }) => address);

/** The question itself cannot be stopped; who asked need not wait for it. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** How it was packed on the way no longer holds. */
const packing = ['content-encoding', 'content-length', 'transfer-encoding'];
const withoutBody = new Set([204, 205, 304]);

/** The answer, read and unpacked up to its limit: what unpacks to more than that is never held. */
async function whole(response: Response, host: string, walk: Walk): Promise<Response> {
  const { status, statusText } = response;
  const headers = new Headers([...response.headers]);
  for (const name of packing) headers.delete(name);
  const parts: Uint8Array[] = [];
  const bytesMax = walk.bytesMax ?? 2 * 1024 * 1024;
  let size = 0;
  for await (const part of response.body ?? []) {
    parts.push(part);
    size += part.length;
    if (size > bytesMax && walk.longer === 'cut') break;
    if (size > bytesMax) {
      throw new TomteError('connect.too_large', `${host} answers more than ${bytesMax} bytes`);
    }
  }
  const body = Buffer.concat(parts).subarray(0, bytesMax);
  return new Response(withoutBody.has(status) ? null : body, { status, statusText, headers });
}

/** Why, in a word; the address stays out of it, for its path may hold a secret. */
function unreachable(host: string, error: unknown): TomteError {
  const cause =
    error instanceof Error ? (error.cause as { code?: unknown } | undefined) : undefined;
  const code = typeof cause?.code === 'string' ? cause.code : 'no answer';
  return new TomteError('connect.unreachable', `${host} does not answer: ${code}`, {
    details: { host, reason: code },
  });
}
