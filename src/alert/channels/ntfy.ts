import { defineChannel, type Message } from '@tomte/sdk/define';
import { secret, secretAddress } from '@tomte/sdk/secret';
import { z } from 'zod';
import { mustBeTaken, reach } from '../reach.ts';

const settings = z.strictObject({
  // Whoever knows the name of a topic may read it.
  url: secretAddress({
    description: 'Address of the topic, such as https://ntfy.sh/my-home-7f3k',
    lengthMax: 500,
  }),
  token: secret({
    description: 'Access token, when the topic is protected',
    hostOf: 'url',
  }).optional(),
});

/** 5 rings, 2 makes no sound, 1 hides under the fold. */
function priority({ silent, severity }: Message): string {
  if (silent) return '2';
  return { now: '5', today: '2', digest: '1' }[severity];
}

/** Headers are ASCII; ntfy decodes encoded words. Its own escape for a new line is `\n`. */
function header(text: string): string {
  const oneLine = text.replace(/\r?\n/g, '\\n');
  return /^[\x20-\x7e]*$/.test(oneLine)
    ? oneLine
    : `=?UTF-8?B?${Buffer.from(oneLine).toString('base64')}?=`;
}

function headersOf(message: Message, token: string | undefined): Record<string, string> {
  const actions = message.buttons
    .filter((button) => button.url !== null)
    .slice(0, 3)
    .map(({ label, url }) => ({ action: 'view', label, url }));
  return {
    title: header(message.title),
    priority: priority(message),
    // Servers from 2.16 on replace a message with the same sequence; older ones ignore it.
    'x-sequence-id': message.tag,
    ...(message.link ? { click: header(message.link) } : {}),
    ...(actions.length > 0 ? { actions: header(JSON.stringify(actions)) } : {}),
    ...(token ? { authorization: `Bearer ${token}` } : {}),
  };
}

const answer = z.object({ id: z.string() });

/** The message's id, or what there is to say when an odd server gives none. */
function receiptOf(text: string): string {
  try {
    const parsed = answer.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data.id : 'taken without an id';
  } catch (error) {
    if (error instanceof SyntaxError) return 'taken without an id';
    throw error;
  }
}

export default defineChannel({
  title: 'ntfy',
  text: 'A push message through ntfy.sh or your own ntfy server; needs no account.',
  settings,

  async send(message, { settings: { url, token }, fetch, signal }) {
    const headers = headersOf(message, token);
    const text = [message.text, ...message.lines].join('\n');
    const o = { fetch, signal, who: 'ntfy' };
    if (message.picture) {
      const withPicture = { ...headers, filename: 'chart.png', message: header(text) };
      const body = Buffer.from(message.picture);
      const got = await reach(url, { method: 'PUT', headers: withPicture, body }, o);
      // A server without attachments, or with too little room for one, still takes the text.
      if (![400, 413, 507].includes(got.status)) {
        mustBeTaken(got, 'ntfy');
        return { receipt: receiptOf(got.text) };
      }
    }
    const got = await reach(url, { method: 'POST', headers, body: text }, o);
    mustBeTaken(got, 'ntfy');
    return { receipt: receiptOf(got.text) };
  },
});
