/**
 * A channel of your own: copy it to `<data>/channels/` and change it. This one writes to a Matrix
 * room through its plain HTTP interface.
 */
import { defineChannel } from '@tomte/sdk/define';
import { TomteError } from '@tomte/sdk/errors';
import { secret } from '@tomte/sdk/secret';
import { z } from 'zod';

export default defineChannel({
  title: 'Matrix room',
  text: 'A message in a Matrix room.',
  // Messages stay in the room one below the other: only news and "over" are wanted there.
  appends: true,
  settings: z.strictObject({
    server: z.url().describe('Your home server, such as https://matrix.example.org'),
    room: z.string().startsWith('!').describe('Id of the room, such as !abc:example.org'),
    token: secret({ description: 'Access token of the user who writes', hostOf: 'server' }),
  }),

  async send(message, { settings: { server, room, token }, fetch, signal }) {
    // The delivery's id is Matrix's transaction id: the same id twice is one message in the room.
    const path = `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/send/m.room.message/${message.deliveryId}`;
    const text = [message.title, message.text, ...message.lines, message.link ?? ''].join('\n');
    const body = JSON.stringify({
      msgtype: message.silent ? 'm.notice' : 'm.text',
      body: text.trim(),
    });
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    let response: Response;
    try {
      response = await fetch(new URL(path, server), { method: 'PUT', headers, body, signal });
    } catch (cause) {
      throw new TomteError('channel.unreachable', 'The Matrix server does not answer', { cause });
    }
    if (!response.ok) {
      const passing = response.status >= 500 || response.status === 429;
      const code = passing ? 'channel.unreachable' : 'channel.refused';
      throw new TomteError(code, `The Matrix server answered ${response.status}`);
    }
    const { event_id } = z.object({ event_id: z.string() }).parse(await response.json());
    return { receipt: event_id };
  },
});
