import { defineChannel, type Message } from '@tomte/sdk/define';
import { TomteError } from '@tomte/sdk/errors';
import { secret } from '@tomte/sdk/secret';
import { z } from 'zod';
import { mustBeTaken, parsed, reach } from '../reach.ts';

const settings = z.strictObject({
  server: z
    .url({ protocol: /^https?$/ })
    .max(200)
    .describe('Your Gotify server, such as https://gotify.example.org'),
  token: secret({
    description: 'Token of an application in Gotify',
    hostOf: 'server',
    lengthMin: 8,
  }),
});

/** From 8 on it stands over everything, from 4 on it makes a sound; 0 shows nothing on the phone. */
function priority({ silent, severity }: Message): number {
  if (silent) return 0;
  return { now: 9, today: 2, digest: 0 }[severity];
}

const answer = z.object({ id: z.number() });

export default defineChannel({
  title: 'Gotify',
  text: 'A push message through your own Gotify server.',
  appends: true,
  settings,

  async send(message, { settings: { server, token }, fetch, signal }) {
    const links = message.buttons.flatMap(({ label, url }) => (url ? [`${label}: ${url}`] : []));
    const lines = message.lines.map((line) => `• ${line}`);
    const content = {
      title: message.title,
      message: [message.text, ...lines, ...links].join('\n'),
      priority: priority(message),
      extras: {
        // Names from the home are shown, never obeyed as Markdown.
        'client::display': { contentType: 'text/plain' },
        ...(message.link ? { 'client::notification': { click: { url: message.link } } } : {}),
      },
    };
    const headers = { 'content-type': 'application/json', 'x-gotify-key': token };
    const url = `${server.replace(/\/+$/, '')}/message`;
    const init = { method: 'POST', headers, body: JSON.stringify(content) };
    const got = await reach(url, init, { fetch, signal, who: 'Gotify' });
    if (got.status === 401 || got.status === 403) {
      throw new TomteError('channel.login_refused', 'Gotify does not accept this token', {
        hint: 'Use the token of an application (Apps), not that of a client.',
      });
    }
    mustBeTaken(got, 'Gotify');
    return { receipt: String(parsed(answer, got.text)?.id ?? 'taken without an id') };
  },
});
