import { defineChannel, type Message } from '@tomte/sdk/define';
import { isError, TomteError } from '@tomte/sdk/errors';
import { secretAddress } from '@tomte/sdk/secret';
import { z } from 'zod';
import { fit } from '../fit.ts';
import { mustBeTaken, parsed, type Reached, type ReachOptions, reach, tooMany } from '../reach.ts';

const settings = z.strictObject({
  // Whoever knows it may write into the channel.
  url: secretAddress({
    description: 'Address of the webhook, such as https://discord.com/api/webhooks/…',
    lengthMax: 500,
  }),
});

const who = 'Discord';
/** An embed takes more, but its picture and the rest count too. */
const textMax = 3000;
/** No sound and no badge. */
const quietFlag = 4096;
const colours = { now: 0xb0302a, today: 0x855300, digest: 0x1f5b86 } as const;

/** Names from the home are shown, never obeyed: neither as Markdown nor as a mention. */
const plain = (text: string): string => text.replace(/[\\*_~`|>#[\]()<]|^[-+]/gm, '\\$&');

function contentOf(message: Message): Record<string, unknown> {
  const { title, text, lines } = fit(message, textMax, { line: 3, all: 0 });
  const links = message.buttons.flatMap(({ label, url }) =>
    url === null ? [] : [`[${plain(label)}](${url})`],
  );
  if (message.link !== null) links.push(`[The whole alert](${message.link})`);
  const parts = [
    plain(text),
    lines.map((line) => `• ${plain(line)}`).join('\n'),
    links.join(' · '),
  ];
  return {
    allowed_mentions: { parse: [] },
    embeds: [
      {
        title: plain(title).slice(0, 256),
        description: parts.filter((part) => part !== '').join('\n\n'),
        color: colours[message.severity],
        footer: { text: message.homeName },
        ...(message.picture ? { image: { url: 'attachment://chart.png' } } : {}),
      },
    ],
    // A changed message keeps only the files that are named anew.
    attachments: message.picture ? [{ id: 0, filename: 'chart.png' }] : [],
  };
}

function formOf(message: Message, more: object = {}): FormData {
  const form = new FormData();
  form.set('payload_json', JSON.stringify({ ...contentOf(message), ...more }));
  if (message.picture) {
    const chart = new File([Buffer.from(message.picture)], 'chart.png', { type: 'image/png' });
    form.set('files[0]', chart);
  }
  return form;
}

const answer = z.object({ id: z.string() });
const refusal = z.object({ code: z.number().optional(), retry_after: z.number().optional() });

/** Codes of Discord's errors: the webhook, or the message, is not there any more. */
const noWebhook = [10_015, 50_027];
const noMessage = 10_008;

function taken(got: Reached): void {
  const said = parsed(refusal, got.text);
  if (got.status === 429 && said?.retry_after !== undefined) {
    throw tooMany(who, Math.ceil(said.retry_after * 1000));
  }
  if (said?.code !== undefined && noWebhook.includes(said.code)) {
    throw new TomteError('channel.login_refused', 'Discord does not know this webhook any more', {
      hint: 'Make a new webhook in the settings of the channel in Discord, and copy its whole address.',
    });
  }
  if (said?.code === noMessage) throw new TomteError('channel.refused', gone);
  mustBeTaken(got, who);
}

const gone = 'The message is not there any more';

export default defineChannel({
  title: 'Discord',
  text: 'A message in a Discord channel, through a webhook of that channel.',
  settings,

  async send(message, { settings: { url }, fetch, signal, before }) {
    const o: ReachOptions = { fetch, signal, who };
    const address = (path: string, query: string) => {
      const whole = new URL(url);
      whole.pathname = `${whole.pathname.replace(/\/$/, '')}${path}`;
      if (query) whole.searchParams.set(query, 'true');
      return whole.href;
    };
    const place = before !== null && /^\d+$/.test(before) ? `/messages/${before}` : null;
    if (place && message.silent) {
      try {
        taken(await reach(address(place, ''), { method: 'PATCH', body: formOf(message) }, o));
        return { receipt: before! };
      } catch (error) {
        if (!isError(error) || error.message !== gone) throw error;
      }
    }
    const isQuiet = message.silent || message.severity !== 'now';
    const body = formOf(message, isQuiet ? { flags: quietFlag } : {});
    const got = await reach(address('', 'wait'), { method: 'POST', body }, o);
    taken(got);
    if (place) {
      const removed = await reach(address(place, ''), { method: 'DELETE' }, o);
      // What somebody took away already is away.
      if (removed.status !== 404) taken(removed);
    }
    return { receipt: parsed(answer, got.text)?.id ?? 'taken without an id' };
  },
});
