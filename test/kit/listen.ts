import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

export interface Listening {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** A server on a loopback port, free unless given, whose answers are given by one function. */
export async function listenHttp(
  answer: (request: IncomingMessage, body: Buffer, response: ServerResponse) => void,
  o: { host?: string; port?: number } = {},
): Promise<Listening> {
  const host = o.host ?? '127.0.0.1';
  const server: Server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => answer(request, Buffer.concat(parts), response));
  });
  await new Promise<void>((resolve) => server.listen(o.port ?? 0, host, resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `http://${host}:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** What arrived, and a way to wait for more without a timer. */
export interface Arrivals<T> {
  readonly all: readonly T[];
  /** Resolves with the first arrival, past or future, that the question is true of. */
  until(question: (arrived: T) => boolean): Promise<T>;
}

export function arrivals<T>(): Arrivals<T> & { add(arrived: T): void } {
  const all: T[] = [];
  const waiting = new Set<(arrived: T) => void>();
  return {
    all,
    add(arrived) {
      all.push(arrived);
      for (const tell of [...waiting]) tell(arrived);
    },
    until(question) {
      const known = all.find(question);
      if (known !== undefined) return Promise.resolve(known);
      return new Promise((resolve) => {
        const tell = (arrived: T) => {
          if (!question(arrived)) return;
          waiting.delete(tell);
          resolve(arrived);
        };
        waiting.add(tell);
      });
    },
  };
}

export function answerJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}
