import { defineChannel, type Message } from '@tomte/sdk/define';
import { isError, TomteError } from '@tomte/sdk/errors';
import { secret } from '@tomte/sdk/secret';
import { z } from 'zod';
import { escapeHtml as e } from '../mail.ts';
import { mustBeTaken, parsed, type ReachOptions, reach, retryAfterMs, tooMany } from '../reach.ts';

const settings = z.strictObject({
  server: z
    .url({ protocol: /^https?$/ })
    .max(200)
    .describe('Your home server, such as https://matrix.example.org'),
  room: z
    .string()
    .regex(/^[!#][^\s/]{1,250}$/)
    .describe('Room, such as !abc:example.org or #home:example.org; one without encryption'),
  token: secret({ description: 'Access token of the user who writes', hostOf: 'server' }),
});

const who = 'The Matrix server';

interface Server extends ReachOptions {
  readonly base: string;
  readonly token: string;
}

function textOf({ title, text, lines, link, buttons }: Message): string {
  const links = buttons.flatMap(({ label, url }) => (url ? [`${label}: ${url}`] : []));
  const parts = [title, text, ...lines.map((line) => `• ${line}`), ...links, link ?? ''];
  return parts.filter((part) => part !== '').join('\n');
}

function htmlOf({ title, text, lines, link, buttons, homeName }: Message): string {
  const list = lines.map((line) => `<li>${e(line)}</li>`).join('');
  const links = buttons.flatMap(({ label, url }) =>
    url ? [`<a href="${e(url)}">${e(label)}</a>`] : [],
  );
  if (link !== null) links.push(`<a href="${e(link)}">The whole alert</a>`);
  return [
    `<p><strong>${e(title)}</strong><br>${e(text)}</p>`,
    list ? `<ul>${list}</ul>` : '',
    links.length > 0 ? `<p>${links.join(' · ')}</p>` : '',
    `<p><em>${e(homeName)}</em></p>`,
  ].join('');
}

/** A notice makes no sound. Nobody is mentioned, whatever stands in the text. */
const contentOf = (message: Message) => ({
  msgtype: message.silent || message.severity !== 'now' ? 'm.notice' : 'm.text',
  body: textOf(message),
  format: 'org.matrix.custom.html',
  formatted_body: htmlOf(message),
  'm.mentions': {},
});

const answer = z.looseObject({
  errcode: z.string().optional(),
  retry_after_ms: z.number().optional(),
});

async function call(
  server: Server,
  method: 'GET' | 'PUT' | 'POST',
  path: string,
  content?: object | Buffer,
): Promise<Record<string, unknown>> {
  const isBytes = Buffer.isBuffer(content);
  const headers = {
    authorization: `Bearer ${server.token}`,
    ...(content === undefined
      ? {}
      : { 'content-type': isBytes ? 'image/png' : 'application/json' }),
  };
  const body = content === undefined ? null : isBytes ? content : JSON.stringify(content);
  const url = `${server.base.replace(/\/+$/, '')}/_matrix/${path}`;
  const got = await reach(
    url,
    { method, headers, body: body as NonNullable<RequestInit['body']> | null },
    server,
  );
  const said = parsed(answer, got.text);
  if (got.status === 429) {
    throw tooMany(who, said?.retry_after_ms ?? retryAfterMs(got.headers));
  }
  if (said?.errcode) throw refusalOf(said.errcode, got.status);
  mustBeTaken(got, who);
  return said ?? {};
}

function refusalOf(errcode: string, status: number): TomteError {
  const details = { status, errcode };
  switch (errcode) {
    case 'M_UNKNOWN_TOKEN':
    case 'M_MISSING_TOKEN':
      return new TomteError('channel.login_refused', `${who} does not accept this token`, {
        details,
        hint: 'Log the user in again and copy the new access token; logging out ends the old one.',
      });
    case 'M_FORBIDDEN':
      return new TomteError('channel.blocked', 'The user may not write in this room', {
        details,
        hint: 'Invite the user to the room, and accept the invitation as that user once.',
      });
    case 'M_NOT_FOUND':
    case 'M_UNRECOGNIZED':
      return new TomteError('channel.receiver_unknown', `${who} knows no such room`, { details });
    default:
      return new TomteError(
        status >= 500 ? 'channel.unreachable' : 'channel.refused',
        `${who} answered ${errcode}`,
        { details },
      );
  }
}

const idOf = (said: Record<string, unknown>, name: string): string => {
  const id = said[name];
  if (typeof id === 'string') return id;
  throw new TomteError('channel.unreachable', `${who} answered something else`);
};

/** The chart is a message of its own. The text has arrived, whatever becomes of it. */
async function addPicture(server: Server, room: string, message: Message): Promise<void> {
  if (!message.picture) return;
  const bytes = Buffer.from(message.picture);
  try {
    const kept = await call(server, 'POST', 'media/v3/upload?filename=chart.png', bytes);
    const content = {
      ...{
        msgtype: 'm.image',
        body: 'chart.png',
        url: idOf(kept, 'content_uri'),
        'm.mentions': {},
      },
      info: { mimetype: 'image/png', w: 1024, h: 512, size: bytes.length },
    };
    await call(server, 'PUT', sendPath(room, `${message.deliveryId}-chart`), content);
  } catch (error) {
    if (!isError(error)) throw error;
  }
}

const part = encodeURIComponent;
/** The delivery's id is the transaction's: the same one twice is one message in the room. */
const sendPath = (room: string, transaction: string) =>
  `client/v3/rooms/${part(room)}/send/m.room.message/${part(transaction)}`;

async function roomOf(server: Server, room: string): Promise<string> {
  if (room.startsWith('!')) return room;
  return idOf(await call(server, 'GET', `client/v3/directory/room/${part(room)}`), 'room_id');
}

export default defineChannel({
  title: 'Matrix',
  text: 'A message in a Matrix room, changed in place, with the chart below it.',
  settings,

  async send(message, { settings: s, fetch, signal, before }) {
    const server: Server = { base: s.server, token: s.token, fetch, signal, who };
    const room = await roomOf(server, s.room);
    const content = contentOf(message);
    if (before && message.silent) {
      const replacing = {
        ...{ ...content, body: `* ${content.body}`, 'm.new_content': content },
        'm.relates_to': { rel_type: 'm.replace', event_id: before },
      };
      await call(server, 'PUT', sendPath(room, message.deliveryId), replacing);
      return { receipt: before };
    }
    const sent = await call(server, 'PUT', sendPath(room, message.deliveryId), content);
    await addPicture(server, room, message);
    return { receipt: idOf(sent, 'event_id') };
  },
});
