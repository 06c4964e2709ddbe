/** A server that speaks as Anthropic's does, word for word on the wire; what it answers is a test's to say. */
import type { ServerResponse } from 'node:http';
import { type Listening, listenHttp } from './listen.ts';

export interface AskedAnthropic {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: {
    readonly model: string;
    readonly max_tokens: number;
    readonly system?: readonly { readonly type: 'text'; readonly text: string }[];
    readonly messages: readonly { readonly role: string; readonly content: unknown }[];
    readonly output_config?: { readonly format?: { type: string; schema: unknown } };
    readonly tools?: readonly { readonly name: string; readonly input_schema: unknown }[];
    readonly tool_choice?: unknown;
  };
}

export interface AnthropicServer extends Listening {
  readonly asked: readonly AskedAnthropic[];
}

/** A text or an object is the answer's content; a function writes the response itself. */
export type Said = string | object | ((response: ServerResponse) => void);

export async function anthropicServer(
  say: (asked: AskedAnthropic, n: number) => Said,
): Promise<AnthropicServer> {
  const asked: AskedAnthropic[] = [];
  const listening = await listenHttp((request, body, response) => {
    const one = {
      path: request.url ?? '',
      headers: request.headers,
      body: JSON.parse(body.toString('utf8')) as AskedAnthropic['body'],
    };
    asked.push(one);
    if (one.headers['x-api-key'] === undefined || one.headers['anthropic-version'] === undefined) {
      return refuse(response, 401, 'authentication_error', 'x-api-key header is required');
    }
    const said = say(one, asked.length);
    if (typeof said === 'function') return said(response);
    answer(response, one.body, said);
  });
  return { ...listening, asked };
}

/** A model of before is asked with a tool, and answers by calling it; one of today writes text of the schema. */
function answer(
  response: ServerResponse,
  { model, tools }: AskedAnthropic['body'],
  said: string | object,
): void {
  const text = typeof said === 'string' ? said : JSON.stringify(said);
  const isTool = tools !== undefined && typeof said === 'object';
  const content = isTool
    ? [{ type: 'tool_use', id: 'toolu_01', name: tools[0]!.name, input: said }]
    : [{ type: 'text', text }];
  response.writeHead(200, { 'content-type': 'application/json', 'request-id': 'req_01' });
  response.end(
    JSON.stringify({
      ...{ id: 'msg_01', type: 'message', role: 'assistant', model, content },
      ...{ stop_reason: isTool ? 'tool_use' : 'end_turn', stop_sequence: null },
      usage: {
        ...{ input_tokens: 210, output_tokens: 21, service_tier: 'standard' },
        ...{ cache_creation_input_tokens: 0, cache_read_input_tokens: 0 },
      },
    }),
  );
}

export function refuse(
  response: ServerResponse,
  status: number,
  type: string,
  message: string,
): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ type: 'error', error: { type, message }, request_id: 'req_01' }));
}
