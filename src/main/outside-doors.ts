import { type Fetched, ms } from '@tomte/sdk/define';
import { TomteError } from '@tomte/sdk/errors';
import type { Decider } from '../decide/decider.ts';
import type { FetchOfRun } from '../engine/effects.ts';
import type { Clock } from '../lib/clock.ts';
import type { OutsideDoors } from './effects.ts';
import type { Outside } from './outside.ts';

const headersKept = ['content-type', 'etag', 'last-modified', 'location', 'retry-after', 'date'];
const reads = /^(GET|HEAD)$/;

/** What Runs reach outside the home. */
export function outsideDoors(o: {
  readonly clock: Clock;
  readonly outside: Outside;
  readonly decider: Decider;
}): Pick<OutsideDoors, 'fetch' | 'facts' | 'decide'> {
  return {
    async fetch(home, request) {
      const send = await o.outside.fetchOf(home, request.workflow);
      return fetchOnce(send, o.clock, request);
    },
    async facts(home, connector, query) {
      const { value, asOf, stale } = await o.outside.facts({ home, connector }, query);
      return { value, asOf, stale };
    },
    decide: async (home, { request, workflow, key }) =>
      o.decider.decide({ home, by: `workflow:${workflow}`, key, request }),
  };
}

async function fetchOnce(
  send: Awaited<ReturnType<Outside['fetchOf']>>,
  clock: Clock,
  { url, options, idempotencyKey }: FetchOfRun,
): Promise<Fetched> {
  const { method = 'GET', body, headers, timeout } = options;
  const isText = typeof body === 'string' || body === undefined;
  const late = new AbortController();
  const cancel = timeout === undefined ? () => {} : clock.after(ms(timeout), giveUp);
  function giveUp(): void {
    late.abort(new TomteError('connect.timeout', `No answer within ${timeout}`));
  }
  try {
    const all = new Headers({ ...headers });
    if (!isText && !all.has('content-type')) all.set('content-type', 'application/json');
    if (!reads.test(method) && !all.has('idempotency-key')) {
      all.set('idempotency-key', idempotencyKey);
    }
    const answer = await send(url, {
      method,
      headers: all,
      ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
      signal: late.signal,
    });
    const text = await answer.text();
    const kept = headersKept.flatMap((name) => {
      const value = answer.headers.get(name);
      return value === null ? [] : [[name, value]];
    });
    return { status: answer.status, headers: Object.fromEntries(kept), text, json: jsonOf(text) };
  } finally {
    cancel();
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
