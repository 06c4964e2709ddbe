import { lookup } from 'node:dns/promises';
import { TomteError } from '@tomte/sdk/errors';
import ipaddr from 'ipaddr.js';

/** More than any service we speak to has to say; the rest is not read. */
const answerMaxBytes = 64 * 1024;

export interface Reached {
  readonly status: number;
  readonly text: string;
}

export interface ReachOptions {
  readonly fetch: typeof fetch;
  readonly signal: AbortSignal;
  /** How messages call the other side, such as `ntfy`; never its address, which may hold a secret. */
  readonly who: string;
}

/**
 * One request of a channel. Answers whatever status came, with at most 64 KB of its text.
 * Follows no redirect: the message would go where nobody said. Throws channel.unreachable or
 * channel.address_invalid.
 */
export async function reach(url: string, init: RequestInit, o: ReachOptions): Promise<Reached> {
  await refuseLinkLocal(url, o.who);
  try {
    const response = await o.fetch(url, { ...init, redirect: 'manual', signal: o.signal });
    return { status: response.status, text: await textOf(response) };
  } catch (cause) {
    throw new TomteError('channel.unreachable', `${o.who} does not answer: ${reason(cause)}`, {
      cause,
    });
  }
}

/** Throws channel.refused for answers that stay as they are, channel.unreachable for passing ones. */
export function mustBeTaken({ status }: Reached, who: string): void {
  if (status >= 200 && status < 300) return;
  const passing = status >= 500 || status === 408 || status === 425 || status === 429;
  const code = passing ? 'channel.unreachable' : 'channel.refused';
  throw new TomteError(code, `${who} answered ${status}`, { details: { status } });
}

/**
 * Addresses of the link itself (169.254.…, fe80::) are where clouds keep their machine credentials,
 * never a person's receiver. Private networks stay allowed: that is where receivers live.
 */
async function refuseLinkLocal(url: string, who: string): Promise<void> {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  const addresses = ipaddr.isValid(host) ? [host] : await addressesOf(host, who);
  for (const address of addresses) {
    if (ipaddr.process(address).range() === 'linkLocal') {
      throw new TomteError('channel.address_invalid', `${who}: link-local addresses are refused`);
    }
  }
}

async function addressesOf(host: string, who: string): Promise<string[]> {
  try {
    return (await lookup(host, { all: true })).map((found) => found.address);
  } catch (cause) {
    throw new TomteError('channel.unreachable', `${who}: the name was not found`, { cause });
  }
}

async function textOf(response: Response): Promise<string> {
  if (!response.body) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    chunks.push(chunk);
    size += chunk.length;
    // Leaving the loop cancels the stream.
    if (size >= answerMaxBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, answerMaxBytes).toString('utf8');
}

/** Why a request failed, in a word; the address stays out of it. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'no answer in time';
  const cause = error.cause as { code?: string } | undefined;
  return cause?.code ?? error.name;
}
