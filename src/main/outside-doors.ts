import type { Fetched } from '@tomte/sdk/define';
import { ms } from '@tomte/sdk/define';
import { TomteError } from '@tomte/sdk/errors';
import type { FetchOfRun } from '../engine/effects.ts';
import type { Clock } from '../lib/clock.ts';
import { guardedFetch } from '../lib/egress.ts';
import type { OutsideDoors } from './effects.ts';

/** More than this is no fact but a file; a step could not keep it either. */
const answerMax = 200 * 1024;
const headersKept = ['content-type', 'etag', 'last-modified', 'location', 'retry-after', 'date'];
const reads = /^(GET|HEAD)$/;

/** What Runs reach outside the home, until a room of its own hands in more. */
export function outsideDoors(o: { readonly clock: Clock }): Omit<OutsideDoors, 'ask'> {
  const send = guardedFetch({ clock: o.clock, bytesMax: answerMax });
  return {
    fetch: (_home, request) => fetchOnce(send, request),
    async facts(_home, connector) {
      throw new TomteError('run.call_invalid', `There is no connector ${connector}`);
    },
    async decide(_home, { fallback, options }) {
      const text = options.find(({ id }) => id === fallback)?.text ?? fallback;
      return { choice: fallback, reason: `The rule decided: ${text}`, decidedBy: 'rule' };
    },
  };
}

async function fetchOnce(
  send: ReturnType<typeof guardedFetch>,
  { url, options, idempotencyKey }: FetchOfRun,
): Promise<Fetched> {
  const { method = 'GET', body, headers } = options;
  const isText = typeof body === 'string' || body === undefined;
  const answer = await send(url, {
    method,
    headers: {
      ...(isText ? {} : { 'content-type': 'application/json' }),
      ...(reads.test(method) ? {} : { 'idempotency-key': idempotencyKey }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
    ...(options.timeout === undefined ? {} : { signal: AbortSignal.timeout(ms(options.timeout)) }),
  });
  const text = await answer.text();
  return {
    status: answer.status,
    headers: Object.fromEntries(
      headersKept.flatMap((name) => {
        const value = answer.headers.get(name);
        return value === null ? [] : [[name, value]];
      }),
    ),
    text,
    json: jsonOf(text),
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
