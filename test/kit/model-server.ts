/** A server that speaks as OpenAI's does, word for word on the wire; what it answers is a test's to say. */
import type { ServerResponse } from 'node:http';
import { type Listening, listenHttp } from './listen.ts';

export interface AskedModel {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: {
    readonly model: string;
    readonly messages: readonly { readonly role: string; readonly content: unknown }[];
    readonly response_format?: {
      readonly type: string;
      readonly json_schema?: { schema: unknown };
    };
    readonly [key: string]: unknown;
  };
}

export interface ModelServer extends Listening {
  readonly asked: readonly AskedModel[];
}

/** A text or an object is the answer's content; a function writes the response itself. */
export type Said = string | object | ((response: ServerResponse) => void);

export async function modelServer(
  say: (asked: AskedModel, n: number) => Said,
): Promise<ModelServer> {
  const asked: AskedModel[] = [];
  const listening = await listenHttp((request, body, response) => {
    const one = {
      path: request.url ?? '',
      headers: request.headers,
      body: JSON.parse(body.toString('utf8')) as AskedModel['body'],
    };
    asked.push(one);
    const said = say(one, asked.length);
    if (typeof said === 'function') return said(response);
    answerWith(response, typeof said === 'string' ? said : JSON.stringify(said), one.body.model);
  });
  return { ...listening, asked };
}

export function answerWith(response: ServerResponse, content: string, model = 'fake-1'): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(
    JSON.stringify({
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 1_790_000_000,
      model,
      choices: [
        { index: 0, message: { role: 'assistant', content, refusal: null }, finish_reason: 'stop' },
      ],
      usage: { prompt_tokens: 200, completion_tokens: 20, total_tokens: 220 },
    }),
  );
}
