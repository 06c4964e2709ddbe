/** A `fetch` for code that holds words instead of secrets: each is filled in on the way out, for its own hosts only. */
import { TomteError } from '@tomte/sdk/errors';
import type { GuardedFetch, Hop } from './egress.ts';
import { masked, type Secret } from './secret.ts';

export interface SecretInUse {
  readonly name: string;
  readonly value: Secret;
  /** Stands for it where the code that asks, and what is recorded of it, can see. */
  readonly reference: string;
  /** Where it may go, such as `https://api.example.org`. */
  readonly origins: readonly string[];
}

/** `https://nas.lan:8080` of an address; a bare host is reached by https. */
export function originOf(hostOrAddress: string): string {
  const isAddress = /^https?:\/\//i.test(hostOrAddress);
  const url = URL.parse(isAddress ? hostOrAddress : `https://${hostOrAddress}`);
  return url?.origin ?? hostOrAddress;
}

/**
 * Words that stand for secrets become secrets in headers, address and body of a hop to one of their
 * hosts; for any other it throws connect.secret_refused. An answer that repeats one has it masked.
 */
export function fetchWithSecrets(o: {
  readonly fetch: GuardedFetch;
  readonly secrets: readonly SecretInUse[];
}): (input: string | URL | Request, init?: RequestInit) => Promise<Response> {
  return async (input, init) => {
    const traces = new Set(o.secrets.flatMap(({ value }) => tracesOf(value.reveal())));
    let hops = 0;
    const response = await o.fetch(input, init, (hop) => {
      refuseAstray(hop, o.secrets, hops++ > 0);
      return filled(hop, o.secrets, traces);
    });
    return withoutTraces(response, traces);
  };
}

const jsonText = (value: string) => JSON.stringify(value).slice(1, -1);

/** How a secret may stand in an answer. */
const tracesOf = (value: string): string[] => [value, encodeURIComponent(value), jsonText(value)];

function filled(hop: Hop, secrets: readonly SecretInUse[], traces: Set<string>): Hop {
  const own = secrets.filter(({ origins }) => origins.includes(hop.url.origin));
  const fill = (text: string, write: (value: string) => string) =>
    own.reduce(
      (done, { reference, value }) => done.replaceAll(reference, () => write(value.reveal())),
      text,
    );
  const headers = new Headers();
  for (const [name, value] of hop.headers) {
    const login = loginOf(value);
    const full = login === null ? fill(value, (secret) => secret) : basic(fill(login, String));
    if (login !== null && full !== value) traces.add(full.slice('Basic '.length));
    setHeader(headers, name, full);
  }
  const text = hop.body?.toString('utf8') ?? '';
  const isMeant = own.some(({ reference }) => text.includes(reference));
  const write = writingIn(hop.headers.get('content-type') ?? '');
  return {
    ...hop,
    url: new URL(fill(hop.url.href, encodeURIComponent)),
    headers,
    body: isMeant ? Buffer.from(fill(text, write)) : hop.body,
  };
}

/** Nothing of a secret goes to a host that is not its own: neither the word for it, nor what a redirect copied. */
function refuseAstray(hop: Hop, secrets: readonly SecretInUse[], redirected: boolean): void {
  const headers = [...hop.headers].map(([, value]) => loginOf(value) ?? value);
  const said = [hop.url.href, ...headers, hop.body?.toString('utf8') ?? ''];
  const astray = secrets
    .filter(({ origins }) => !origins.includes(hop.url.origin))
    .find(
      ({ reference, value }) =>
        said.some((text) => text.includes(reference)) ||
        (redirected && tracesOf(value.reveal()).some((trace) => hop.url.href.includes(trace))),
    );
  if (!astray) return;
  const where = astray.origins.length > 0 ? astray.origins.join(', ') : 'no host';
  throw new TomteError(
    'connect.secret_refused',
    `The secret ${astray.name} is for ${where}, not for ${hop.url.origin}`,
    { details: { secret: astray.name, host: hop.url.host } },
  );
}

/** `user:password` of a Basic header, where a word for a secret would not show. */
function loginOf(header: string): string | null {
  const [, packed] = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(header) ?? [];
  return packed ? Buffer.from(packed, 'base64').toString('utf8') : null;
}
const basic = (login: string) => `Basic ${Buffer.from(login).toString('base64')}`;

function setHeader(headers: Headers, name: string, value: string): void {
  try {
    headers.set(name, value);
  } catch {
    // The words of the fault would repeat the secret.
    throw new TomteError('connect.secret_refused', `A secret does not fit into the header ${name}`);
  }
}

function writingIn(contentType: string): (value: string) => string {
  if (/json/i.test(contentType)) return jsonText;
  return /x-www-form-urlencoded/i.test(contentType) ? encodeURIComponent : String;
}

/** Byte for byte, whatever the answer is. */
async function withoutTraces(response: Response, traces: ReadonlySet<string>): Promise<Response> {
  const clean = (text: string) => [...traces].reduce((done, t) => done.replaceAll(t, masked), text);
  const bytes = (text: string) => Buffer.from(text).toString('latin1');
  const { status } = response;
  const statusText = clean(response.statusText);
  const headers = new Headers();
  for (const [name, value] of response.headers) headers.append(name, clean(value));
  if (response.body === null) return new Response(null, { status, statusText, headers });
  const body = Buffer.from(await response.arrayBuffer()).toString('latin1');
  const cleaned = [...traces].reduce((done, t) => done.replaceAll(bytes(t), bytes(masked)), body);
  return new Response(Buffer.from(cleaned, 'latin1'), { status, statusText, headers });
}
