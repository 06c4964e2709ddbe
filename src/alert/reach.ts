import { isError, TomteError } from '@tomte/sdk/errors';
import type { z } from 'zod';
import type { Clock } from '../lib/clock.ts';
import { addressesOf, type EgressOptions, guardedFetch } from '../lib/egress.ts';

/** Self-hosted receivers stand in the person's own network or on this computer. */
const reachable = ['private', 'loopback'];
/** More than any service we speak to has to say; the rest is not read. */
const answerMaxBytes = 64 * 1024;

/** Longest a question may stay open in which a messenger waits for news. */
const earMs = 70_000;
/** News come many at a time, each with the message it belongs to. */
const newsMaxBytes = 2 * 1024 * 1024;

/** What channels speak through. Where clouds keep their machine credentials no receiver ever is. */
export const channelFetch = (clock: Clock, o: Pick<EgressOptions, 'resolve'> = {}): typeof fetch =>
  guardedFetch({ ...o, clock, allow: reachable, bytesMax: answerMaxBytes, longer: 'cut' });

/** The same for an ear, which waits longer and reads more. */
export const earFetch = (clock: Clock, o: Pick<EgressOptions, 'resolve'> = {}): typeof fetch =>
  guardedFetch({ ...o, clock, allow: reachable, bytesMax: newsMaxBytes, timeMs: earMs });

/** For what is no HTTP: addresses a host name stands for. Throws channel.address_invalid, channel.unreachable. */
export async function channelAddresses(
  host: string,
  o: Pick<EgressOptions, 'resolve'> = {},
): Promise<readonly string[]> {
  try {
    return await addressesOf(host, { ...o, allow: reachable });
  } catch (cause) {
    throw isRefused(cause) ? refusal(host, cause) : unreachable(host, cause);
  }
}

const isRefused = (error: unknown) =>
  isError(error, 'connect.address_refused', 'connect.address_invalid');

function refusal(who: string, cause: unknown): TomteError {
  const why = (isError(cause) && cause.details.fault) || 'no address for it';
  return new TomteError('channel.address_invalid', `${who}: ${why}`, { cause });
}

const unreachable = (who: string, cause: unknown) =>
  new TomteError('channel.unreachable', `${who} does not answer: ${reason(cause)}`, { cause });

export interface Reached {
  readonly status: number;
  readonly headers: Headers;
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
    const { status, headers } = response;
    return { status, headers, text: await response.text() };
  } catch (cause) {
    if (isRefused(cause)) throw refusal(o.who, cause);
    throw isUntrusted(cause) ? untrusted(o.who, cause) : unreachable(o.who, cause);
  }
}

/** Who it is cannot be known: trying again changes nothing, and nothing was sent. */
const isUntrusted = (error: unknown): boolean =>
  isError(error, 'connect.unreachable') &&
  /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(String(error.details.reason));

const untrusted = (who: string, cause: unknown) =>
  new TomteError('channel.refused', `${who}: its certificate is not trusted`, {
    cause,
    hint: 'Use the name that stands in its certificate, and look whether that has ended. One that the server made for itself is not trusted.',
  });

/**
 * Throws channel.refused for answers that stay as they are, channel.unreachable for passing ones, and
 * channel.rate_limited where there were too many.
 */
export function mustBeTaken({ status, headers }: Reached, who: string): void {
  if (status >= 200 && status < 300) return;
  if (status === 429) throw tooMany(who, retryAfterMs(headers));
  const passing = status >= 500 || status === 408 || status === 425;
  const code = passing ? 'channel.unreachable' : 'channel.refused';
  const waitMs = passing ? retryAfterMs(headers) : null;
  throw new TomteError(code, `${who} answered ${status}`, {
    details: { status, ...(waitMs === null ? {} : { retryAfterMs: waitMs }) },
  });
}

/** `waitMs` null is for services that do not say how long. */
export const tooMany = (who: string, waitMs: number | null): TomteError =>
  new TomteError('channel.rate_limited', `${who} takes no more messages for a while`, {
    details: { status: 429, ...(waitMs === null ? {} : { retryAfterMs: waitMs }) },
  });

/** `Retry-After` in seconds or as a date, which counts from the answer's own; null when it is not there. */
export function retryAfterMs(headers: Headers): number | null {
  const said = headers.get('retry-after')?.trim();
  if (!said) return null;
  if (/^\d+(\.\d+)?$/.test(said)) return Math.ceil(Number(said) * 1000);
  const ms = Date.parse(said) - Date.parse(headers.get('date') ?? '');
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}

/** The answer as its schema has it; null for any other, such as a proxy's page. */
export function parsed<S extends z.ZodType>(schema: S, text: string): z.output<S> | null {
  try {
    const { success, data } = schema.safeParse(JSON.parse(text));
    return success ? data! : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Why a request failed, in a word; the address stays out of it. */
function reason(error: unknown): string {
  if (isError(error, 'connect.name_not_found')) return 'the name was not found';
  if (isError(error, 'connect.unreachable')) return String(error.details.reason);
  if (isError(error, 'connect.timeout')) return 'no answer in time';
  if (!(error instanceof Error)) return 'unknown';
  return /^(Timeout|Abort)Error$/.test(error.name) ? 'no answer in time' : error.name;
}
