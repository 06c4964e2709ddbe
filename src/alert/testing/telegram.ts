/** Telegram's Bot API on loopback: its paths, its limits, its refusals, as its documentation has them. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const botToken = '123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc';

interface Button {
  readonly text: string;
  readonly callback_data?: string;
  readonly url?: string;
}
export interface Shown {
  readonly message_id: number;
  readonly chat: number;
  /** As read, without tags. */
  text: string;
  html: string;
  photo: Uint8Array | null;
  silent: boolean;
  buttons: Button[][];
  edits: number;
}
interface Refusal {
  readonly code: number;
  readonly description: string;
  readonly parameters?: object;
}
class Refused extends Error {
  readonly refusal: Refusal;
  constructor(code: number, description: string, parameters?: object) {
    super(description);
    this.refusal = { code, description, ...(parameters ? { parameters } : {}) };
  }
}
type Fields = Record<string, unknown>;

export interface TelegramServer {
  readonly url: string;
  /** What stands in the chats now, oldest first. */
  readonly shown: Shown[];
  readonly calls: { readonly method: string; readonly fields: Fields }[];
  readonly answers: { readonly text: string; readonly alert: boolean }[];
  /** Refuses the next calls with this until it is null. */
  refuse: ((method: string) => Refusal | null) | null;
  chats: Set<number>;
  /** Somebody presses the button of the newest message of the chat; answers when the bot was told. */
  press(chat: number, label: string, by?: { id: number; first_name: string }): void;
  write(chat: number, text: string): void;
  /** Resolves once `question` is true, looked at after each call. */
  until(question: () => boolean): Promise<void>;
  /** Offsets of all questions for news. */
  readonly offsets: (number | undefined)[];
  [Symbol.asyncDispose](): Promise<void>;
}

const tags = /<\/?(b|i|u|s|code|pre)>/g;

/** Text as Telegram reads its HTML; refuses what it cannot parse. */
function parse(html: string): string {
  const bare = html.replaceAll(tags, '');
  const bad = /<|&(?!(lt|gt|amp|quot);)/.exec(bare);
  if (bad) {
    throw new Refused(
      400,
      `Bad Request: can't parse entities: Unsupported start tag at byte offset ${bad.index}`,
    );
  }
  return bare
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
}

export async function telegramServer(o: { port?: number } = {}): Promise<TelegramServer> {
  const shown: Shown[] = [];
  const calls: TelegramServer['calls'] = [];
  const answers: TelegramServer['answers'] = [];
  const offsets: (number | undefined)[] = [];
  const updates: { update_id: number; [kind: string]: unknown }[] = [];
  const watching = new Set<() => void>();
  let nextMessage = 1;
  let nextUpdate = 1000;
  let poll: { end: (error: Refused | null) => void } | null = null;

  const looked = () => {
    for (const look of [...watching]) look();
  };
  const news = (update: object) => {
    updates.push({ update_id: nextUpdate++, ...update });
    poll?.end(null);
  };

  function chatOf(fields: Fields): number {
    const id = Number(fields.chat_id);
    if (!kit.chats.has(id)) throw new Refused(400, 'Bad Request: chat not found');
    return id;
  }
  function buttonsOf(fields: Fields): Button[][] {
    const markup = fields.reply_markup as string | { inline_keyboard: Button[][] } | undefined;
    const { inline_keyboard: rows } =
      typeof markup === 'string'
        ? (JSON.parse(markup) as { inline_keyboard: Button[][] })
        : (markup ?? { inline_keyboard: [] });
    for (const { callback_data: word, url, text } of rows.flat()) {
      if (!text) throw new Refused(400, 'Bad Request: BUTTON_TEXT_INVALID');
      const bytes = Buffer.byteLength(word ?? '');
      if (word !== undefined && (bytes < 1 || bytes > 64))
        throw new Refused(400, 'Bad Request: BUTTON_DATA_INVALID');
      if (url !== undefined && !/^https?:\/\/[^/]+\.[a-z]{2,}/.test(url))
        throw new Refused(400, 'Bad Request: BUTTON_URL_INVALID');
    }
    return rows;
  }
  function wordsOf(html: unknown, max: number, what: string): { text: string; html: string } {
    const text = parse(String(html ?? ''));
    if (text.length === 0) throw new Refused(400, `Bad Request: ${what} text is empty`);
    if (text.length > max) throw new Refused(400, `Bad Request: ${what} is too long`);
    return { text, html: String(html) };
  }
  const found = (fields: Fields): Shown => {
    const chat = chatOf(fields);
    const one = shown.find(
      ({ message_id, chat: c }) => c === chat && message_id === Number(fields.message_id),
    );
    if (!one) throw new Refused(400, 'Bad Request: message to edit not found');
    return one;
  };
  const wire = ({ message_id, chat }: Shown) => ({ message_id, chat: { id: chat }, date: 1 });
  function add(fields: Fields, photo: Uint8Array | null): object {
    const chat = chatOf(fields);
    const words = photo
      ? wordsOf(fields.caption, 1024, 'message caption')
      : wordsOf(fields.text, 4096, 'message');
    const one: Shown = {
      ...{ message_id: nextMessage++, chat, ...words, photo, edits: 0 },
      silent: String(fields.disable_notification) === 'true',
      buttons: buttonsOf(fields),
    };
    shown.push(one);
    return wire(one);
  }
  function edit(
    one: Shown,
    words: { text: string; html: string },
    fields: Fields,
    photo: Uint8Array | null,
  ): object {
    const buttons = buttonsOf(fields);
    const same =
      one.html === words.html &&
      JSON.stringify(one.buttons) === JSON.stringify(buttons) &&
      photo === null;
    if (same) {
      throw new Refused(
        400,
        'Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message',
      );
    }
    Object.assign(one, { ...words, buttons, photo: photo ?? one.photo, edits: one.edits + 1 });
    return wire(one);
  }

  const methods: Record<string, (fields: Fields, files: Map<string, Uint8Array>) => unknown> = {
    getMe: () => ({ id: 123456789, is_bot: true, first_name: 'Tomte', username: 'tomte_bot' }),
    sendMessage: (fields) => add(fields, null),
    sendPhoto(fields, files) {
      const photo = files.get('photo');
      if (!photo) throw new Refused(400, 'Bad Request: there is no photo in the request');
      return add(fields, photo);
    },
    editMessageText(fields) {
      const one = found(fields);
      if (one.photo) throw new Refused(400, 'Bad Request: there is no text in the message to edit');
      return edit(one, wordsOf(fields.text, 4096, 'message'), fields, null);
    },
    editMessageCaption(fields) {
      const one = found(fields);
      if (!one.photo)
        throw new Refused(400, 'Bad Request: there is no caption in the message to edit');
      return edit(one, wordsOf(fields.caption, 1024, 'message caption'), fields, null);
    },
    editMessageMedia(fields, files) {
      const media = JSON.parse(String(fields.media)) as {
        type: string;
        media: string;
        caption: string;
      };
      const photo = files.get(media.media.replace('attach://', ''));
      if (media.type !== 'photo' || !photo)
        throw new Refused(400, 'Bad Request: wrong file identifier');
      return edit(found(fields), wordsOf(media.caption, 1024, 'message caption'), fields, photo);
    },
    deleteMessage(fields) {
      const at = shown.findIndex(({ message_id }) => message_id === Number(fields.message_id));
      if (at < 0) throw new Refused(400, 'Bad Request: message to delete not found');
      shown.splice(at, 1);
      return true;
    },
    answerCallbackQuery(fields) {
      if (String(fields.text).length > 200) throw new Refused(400, 'Bad Request: MESSAGE_TOO_LONG');
      answers.push({ text: String(fields.text), alert: fields.show_alert === true });
      return true;
    },
  };

  async function getUpdates(fields: Fields): Promise<unknown> {
    const offset = fields.offset as number | undefined;
    offsets.push(offset);
    looked();
    const after = () => updates.filter(({ update_id }) => update_id >= (offset ?? 0));
    // Whoever asks with a higher number confirms what is before it.
    if (offset !== undefined) updates.splice(0, updates.length, ...after());
    poll?.end(
      new Refused(
        409,
        'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
      ),
    );
    if (after().length === 0 && Number(fields.timeout) > 0) {
      const ended = Promise.withResolvers<Refused | null>();
      const own = { end: ended.resolve };
      poll = own;
      const refused = await ended.promise;
      if (poll === own) poll = null;
      if (refused) throw refused;
    }
    return after();
  }

  async function fieldsOf(request: IncomingMessage, body: Buffer) {
    const files = new Map<string, Uint8Array>();
    const type = request.headers['content-type'] ?? '';
    if (type.startsWith('application/json'))
      return { fields: JSON.parse(body.toString()) as Fields, files };
    const form = await new Response(new Uint8Array(body), {
      headers: { 'content-type': type },
    }).formData();
    const fields: Fields = {};
    for (const [name, value] of form) {
      // Forms carry line ends as CR LF, and Telegram drops the CR.
      if (typeof value === 'string') fields[name] = value.replaceAll('\r\n', '\n');
      else files.set(name, new Uint8Array(await value.arrayBuffer()));
    }
    return { fields, files };
  }

  async function take(request: IncomingMessage, body: Buffer): Promise<unknown> {
    const [, token, method] = /^\/bot([^/]+)\/(\w+)$/.exec(request.url ?? '') ?? [];
    if (!token || !method) throw new Refused(404, 'Not Found');
    if (token !== botToken) throw new Refused(401, 'Unauthorized');
    const refusal = kit.refuse?.(method);
    if (refusal) throw new Refused(refusal.code, refusal.description, refusal.parameters);
    const { fields, files } = await fieldsOf(request, body);
    calls.push({ method, fields });
    if (method === 'getUpdates') return getUpdates(fields);
    const work = methods[method];
    if (!work) throw new Refused(404, 'Not Found');
    return work(fields, files);
  }

  async function answer(request: IncomingMessage, body: Buffer, response: ServerResponse) {
    const said = await take(request, body).then(
      (result) => ({ status: 200, body: { ok: true, result } }),
      (error: unknown) => {
        if (!(error instanceof Refused)) throw error;
        const { code, description, parameters } = error.refusal;
        return { status: code, body: { ok: false, error_code: code, description, parameters } };
      },
    );
    response.writeHead(said.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(said.body));
    looked();
  }

  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    await answer(request, Buffer.concat(parts), response);
  });
  server.listen(o.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const kit: TelegramServer = {
    url: `http://127.0.0.1:${port}`,
    ...{ shown, calls, answers, offsets },
    refuse: null,
    chats: new Set([4711]),
    press(chat, label, by = { id: 7, first_name: 'Maja' }) {
      const one = shown.findLast((m) => m.chat === chat);
      const data = one?.buttons.flat().find(({ text }) => text === label)?.callback_data;
      if (!one || data === undefined) throw new Error(`there is no button ${label}`);
      news({ callback_query: { id: String(nextUpdate), from: by, data, message: wire(one) } });
    },
    write: (chat, text) =>
      news({ message: { message_id: nextMessage++, chat: { id: chat }, text } }),
    until: (question) =>
      new Promise((resolve) => {
        const look = () => {
          if (!question()) return;
          watching.delete(look);
          resolve();
        };
        watching.add(look);
        look();
      }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return kit;
}
