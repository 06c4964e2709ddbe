/** A service on loopback that answers by its own paths, told in one table. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  /** Of JSON and of forms; `payload_json` of a form is read too. */
  readonly fields: Record<string, unknown>;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

export interface Said {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly json?: unknown;
}

export interface Service {
  readonly url: string;
  readonly asked: Asked[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** `answer` is what the service would say. */
export async function service(answer: (asked: Asked) => Said): Promise<Service> {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const chunk of request) parts.push(chunk as Buffer);
    const body = Buffer.concat(parts);
    const { method = '', url: path = '', headers } = request;
    const one = {
      method,
      path,
      headers,
      body,
      ...(await read(headers['content-type'] ?? '', body)),
    };
    asked.push(one);
    const { status = 200, headers: more = {}, json = {} } = answer(one);
    response.writeHead(status, { 'content-type': 'application/json', ...more });
    response.end(status === 204 ? '' : JSON.stringify(json));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function read(type: string, body: Buffer): Promise<Pick<Asked, 'fields' | 'files'>> {
  const files = new Map<string, Uint8Array>();
  if (type.startsWith('application/json')) {
    return { fields: JSON.parse(body.toString()) as Record<string, unknown>, files };
  }
  if (!/form/.test(type)) return { fields: {}, files };
  const whole = new Response(new Uint8Array(body), { headers: { 'content-type': type } });
  let fields: Record<string, unknown> = {};
  for (const [name, value] of await whole.formData()) {
    if (typeof value !== 'string') files.set(name, new Uint8Array(await value.arrayBuffer()));
    else if (name === 'payload_json') fields = { ...fields, ...JSON.parse(value) };
    else fields[name] = value;
  }
  return { fields, files };
}
