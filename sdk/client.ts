/** Typed client of a running Tomte. Throws the same TomteError the service threw. */
import { type ErrorBody, TomteError } from './errors.ts';
import {
  type Input,
  type OperationName,
  type Output,
  operations,
  type Tomte,
} from './operations.ts';
import type { LinkAnswer, LinkRequest, LiveEvent, ProbeStage } from './types.ts';

export interface ClientOptions {
  /** Base of the API, absolute or relative, with a trailing slash: `api/`. */
  readonly base: string;
  /** One-machine credential from service.json; browsers use their session instead. */
  readonly credential?: string;
  readonly fetch?: typeof fetch;
}

export type Client = Tomte & {
  /** Authorize with every stage told as it is reached. */
  linkLive(
    request: LinkRequest,
    onStage: (stage: ProbeStage) => void,
    signal?: AbortSignal,
  ): Promise<LinkAnswer>;
  /** A backup of everything, as it is made. Only with the credential of service.json. */
  backup(signal?: AbortSignal): Promise<ReadableStream<Uint8Array>>;
  /** Server-sent events until the signal aborts; reconnects by itself in browsers. */
  live(onEvent: (event: LiveEvent) => void): () => void;
};

export function connect(options: ClientOptions): Client {
  const doFetch = options.fetch ?? fetch;
  const headers: Record<string, string> = options.credential
    ? { authorization: `Bearer ${options.credential}` }
    : {};

  async function call<N extends OperationName>(name: N, input: Input<N>): Promise<Output<N>> {
    const { method, path } = operations[name];
    const rest: Record<string, unknown> = { ...(input as Record<string, unknown>) };
    const filled = path.replace(/:(\w+)/g, (_, key: string) => {
      const value = String(rest[key] ?? '');
      delete rest[key];
      return encodeURIComponent(value);
    });
    const inUrl = method === 'GET' || method === 'DELETE';
    const query = new URLSearchParams();
    if (inUrl)
      for (const [k, v] of Object.entries(rest)) if (v !== undefined) query.set(k, String(v));
    const response = await doFetch(options.base + filled + (query.size > 0 ? `?${query}` : ''), {
      method,
      headers: inUrl ? headers : { ...headers, 'content-type': 'application/json' },
      ...(inUrl ? {} : { body: JSON.stringify(rest) }),
    });
    return (await answer(response)) as Output<N>;
  }

  const calls = Object.fromEntries(
    (Object.keys(operations) as OperationName[]).map((name) => [
      name,
      (input: Input<typeof name>) => call(name, input),
    ]),
  ) as unknown as Tomte;

  return {
    ...calls,
    async linkLive(request, onStage, signal) {
      const response = await doFetch(`${options.base}homes`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json', accept: 'application/x-ndjson' },
        body: JSON.stringify(request),
        ...(signal ? { signal } : {}),
      });
      if (!response.ok || !response.body) return (await answer(response)) as LinkAnswer;
      let last: LinkAnswer | undefined;
      for await (const line of lines(response.body)) {
        const value = JSON.parse(line) as {
          stage?: ProbeStage;
          answer?: LinkAnswer;
        } & Partial<ErrorBody>;
        if (value.error) throw TomteError.fromBody(value as ErrorBody);
        if (value.stage) onStage(value.stage);
        if (value.answer) last = value.answer;
      }
      if (!last) throw new TomteError('link.stopped', 'The attempt ended without an answer');
      return last;
    },
    async backup(signal) {
      const response = await doFetch(`${options.base}backup`, {
        method: 'POST',
        headers,
        ...(signal ? { signal } : {}),
      });
      if (response.ok && response.body) return response.body;
      await answer(response);
      throw new TomteError('app.internal', 'The service answered without a backup');
    },
    live(onEvent) {
      const source = new EventSource(`${options.base}live`);
      source.onmessage = (message) => onEvent(JSON.parse(message.data) as LiveEvent);
      return () => source.close();
    },
  };
}

async function answer(response: Response): Promise<unknown> {
  const text = await response.text();
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (cause) {
    throw new TomteError('app.internal', `The service answered ${response.status} without JSON`, {
      cause,
    });
  }
  // An attempt to link that failed is an answer with `ok: false`, which holds its stages too.
  const failed = typeof body === 'object' && body !== null && 'error' in body && !('ok' in body);
  if (failed && !response.ok) {
    throw TomteError.fromBody(body as ErrorBody);
  }
  return body;
}

async function* lines(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  // Not `for await` over the body: Safari cannot iterate a ReadableStream.
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const parts = (rest + decoder.decode(value, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) if (part.trim()) yield part;
  }
  if (rest.trim()) yield rest;
}
