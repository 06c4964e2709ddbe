import { type Arrivals, arrivals, listenHttp } from './listen.ts';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Text exactly as it came, for signatures. */
  readonly body: string;
  readonly json: unknown;
}

export interface WebhookReceiver {
  readonly url: string;
  readonly received: Arrivals<Received>;
  /** Status of the answers from now on; 200 at first. */
  answerWith(status: number): void;
  close(): Promise<void>;
}

/** Takes whatever is posted to it. */
export async function webhookReceiver(): Promise<WebhookReceiver> {
  const received = arrivals<Received>();
  let status = 200;
  const server = await listenHttp((request, body, response) => {
    const text = body.toString();
    received.add({
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers as Record<string, string>,
      body: text,
      json: text.startsWith('{') || text.startsWith('[') ? (JSON.parse(text) as unknown) : null,
    });
    response.writeHead(status);
    response.end();
  });
  return {
    url: `${server.url}/hook`,
    received,
    answerWith(next) {
      status = next;
    },
    close: () => server.close(),
  };
}
