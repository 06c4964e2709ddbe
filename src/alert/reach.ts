import { isError, TomteError } from '@tomte/sdk/errors';
import type { Clock } from '../lib/clock.ts';
import { type EgressOptions, guardedFetch } from '../lib/egress.ts';

/** Self-hosted receivers stand in the person's own network or on this computer. */
const reachable = ['private', 'loopback'];
/** More than any service we speak to has to say; the rest is not read. */
const answerMaxBytes = 64 * 1024;

/** What channels speak through. Where clouds keep their machine credentials no receiver ever is. */
export const channelFetch = (clock: Clock, o: Pick<EgressOptions, 'resolve'> = {}): typeof fetch =>
  guardedFetch({ ...o, clock, allow: reachable, bytesMax: answerMaxBytes, longer: 'cut' });

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
 * One request of a channel. Answers whatever status came, with the beginning of its text.
 * Follows no redirect: the message would go where nobody said. Throws channel.unreachable or
 * channel.address_invalid.
 */
export async function reach(url: string, init: RequestInit, o: ReachOptions): Promise<Reached> {
  try {
    const response = await o.fetch(url, { ...init, redirect: 'manual', signal: o.signal });
    return { status: response.status, text: await response.text() };
  } catch (cause) {
    if (isError(cause, 'connect.address_refused', 'connect.address_invalid')) {
      const why = cause.details.fault ?? 'no address for it';
      throw new TomteError('channel.address_invalid', `${o.who}: ${why}`, { cause });
    }
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

/** Why a request failed, in a word; the address stays out of it. */
function reason(error: unknown): string {
  if (isError(error, 'connect.name_not_found')) return 'the name was not found';
  if (isError(error, 'connect.unreachable')) return String(error.details.reason);
  if (isError(error, 'connect.timeout')) return 'no answer in time';
  if (!(error instanceof Error)) return 'unknown';
  return /^(Timeout|Abort)Error$/.test(error.name) ? 'no answer in time' : error.name;
}
