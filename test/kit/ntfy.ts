/** A server that takes messages the ways ntfy does: text with headers, JSON to the root, attachments by PUT. */
import { type Arrivals, answerJson, arrivals, listenHttp } from './listen.ts';

export interface NtfyMessage {
  readonly id: string;
  readonly topic: string;
  readonly title: string | null;
  readonly message: string;
  readonly priority: number | null;
  readonly tags: readonly string[];
  readonly click: string | null;
  readonly actions: unknown;
  readonly headers: Readonly<Record<string, string>>;
  readonly attachment: { readonly name: string; readonly bytes: Buffer } | null;
}

export interface NtfyServer {
  readonly url: string;
  readonly messages: Arrivals<NtfyMessage>;
  close(): Promise<void>;
}

/** Headers are ASCII: ntfy reads encoded words, and `\\n` as a new line. */
const decoded = (text: string | null): string | null =>
  text === null
    ? null
    : text
        .replace(/=\?utf-8\?b\?([^?]*)\?=/gi, (_, base64) =>
          Buffer.from(base64, 'base64').toString(),
        )
        .replaceAll('\\n', '\n');

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** With `token`, a request without it is refused with 403, as a protected topic is. */
export async function ntfyServer(
  o: { token?: string; attachments?: boolean } = {},
): Promise<NtfyServer> {
  const messages = arrivals<NtfyMessage>();
  const server = await listenHttp((request, body, response) => {
    const headers = request.headers as Record<string, string>;
    if (o.token && headers.authorization !== `Bearer ${o.token}`)
      return answerJson(response, 403, { code: 40301, http: 403, error: 'forbidden' });
    const header = (name: string) => headers[name] ?? headers[`x-${name}`] ?? null;
    const id = `m${messages.all.length + 1}`;
    const path = new URL(request.url ?? '/', server.url).pathname.slice(1);
    if (path === '') {
      const input = JSON.parse(body.toString()) as Record<string, unknown>;
      messages.add({
        id,
        topic: String(input.topic),
        title: textOf(input.title),
        message: String(input.message ?? ''),
        priority: typeof input.priority === 'number' ? input.priority : null,
        tags: Array.isArray(input.tags) ? input.tags.map(String) : [],
        click: textOf(input.click),
        actions: input.actions ?? null,
        headers,
        attachment: null,
      });
      return answerJson(response, 200, { id, event: 'message', topic: input.topic });
    }
    const filename = header('filename');
    if (filename !== null && o.attachments === false)
      return answerJson(response, 400, {
        code: 40014,
        http: 400,
        error: 'attachments not allowed',
      });
    messages.add({
      id,
      topic: path,
      title: decoded(header('title')),
      message: filename === null ? body.toString() : (decoded(header('message')) ?? ''),
      priority: header('priority') === null ? null : Number(header('priority')),
      tags: header('tags')?.split(',') ?? [],
      click: header('click'),
      actions: header('actions'),
      headers,
      attachment: filename === null ? null : { name: filename, bytes: body },
    });
    return answerJson(response, 200, { id, event: 'message', topic: path });
  });
  return { url: server.url, messages, close: () => server.close() };
}
