import { defineChannel, type Message } from '@tomte/sdk/define';
import { isError, TomteError } from '@tomte/sdk/errors';
import { secret } from '@tomte/sdk/secret';
import { z } from 'zod';
import { fit } from '../fit.ts';
import { mustBeTaken, parsed, type ReachOptions, reach, retryAfterMs, tooMany } from '../reach.ts';

const api = 'https://slack.com/api';
const settings = z.strictObject({
  token: secret({
    description: 'Bot token of your Slack app, such as xoxb-…',
    hosts: ['slack.com'],
    lengthMin: 10,
  }),
  channel: z
    .string()
    .regex(/^[CDGU][A-Z0-9]{5,30}$/)
    .describe('Id of the channel, at the end of its details in Slack, such as C0123456789'),
});

const who = 'Slack';
/** Of one block. */
const textMax = 2900;
const titleMax = 150;

/** Slack's three: nothing else of a text becomes a link or a mention then. */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const words = (text: string) => ({ type: 'plain_text', text, emoji: false });

function contentOf(message: Message): Record<string, unknown> {
  const { title, text, lines } = fit(message, textMax, { line: 1, all: 0 });
  const links = message.buttons.flatMap(({ label, url }) =>
    url === null ? [] : [`<${url}|${escaped(label)}>`],
  );
  if (message.link !== null) links.push(`<${message.link}|The whole alert>`);
  const section = (what: object) => ({ type: 'section', text: what });
  return {
    // For the notification, and for who reads no blocks.
    text: escaped(`${title}: ${text}`),
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      { type: 'header', text: words(title.slice(0, titleMax)) },
      section(words(text)),
      ...lines.map((line) => ({ type: 'context', elements: [words(line)] })),
      ...(links.length > 0 ? [section({ type: 'mrkdwn', text: links.join('  ·  ') })] : []),
      { type: 'context', elements: [words(message.homeName)] },
    ],
  };
}

interface Bot extends ReachOptions {
  readonly token: string;
}

const answer = z.looseObject({ ok: z.boolean(), error: z.string().optional() });

/** Throws channel.*, with Slack's own word in `details.error`. */
async function call(bot: Bot, method: string, content: object, form = false) {
  const body = form
    ? new URLSearchParams(content as Record<string, string>)
    : JSON.stringify(content);
  const headers = {
    authorization: `Bearer ${bot.token}`,
    ...(form ? {} : { 'content-type': 'application/json; charset=utf-8' }),
  };
  const got = await reach(`${api}/${method}`, { method: 'POST', headers, body }, bot);
  const said = parsed(answer, got.text);
  if (got.status === 429 || said?.error === 'ratelimited') {
    throw tooMany(who, retryAfterMs(got.headers));
  }
  mustBeTaken(got, who);
  if (!said) throw new TomteError('channel.unreachable', `${who} answered something else`);
  if (!said.ok) throw refusalOf(said.error ?? 'no reason');
  return said;
}

function refusalOf(error: string): TomteError {
  const details = { error };
  const known = meanings.find(([names]) => names.includes(error));
  if (!known) return new TomteError('channel.refused', `Slack says: ${error}`, { details });
  const [, code, message, hint] = known;
  return new TomteError(code, message, { details, hint });
}

type Code =
  | 'channel.login_refused'
  | 'channel.receiver_unknown'
  | 'channel.blocked'
  | 'channel.unreachable';
const meanings: readonly (readonly [readonly string[], Code, string, string])[] = [
  [
    ['invalid_auth', 'not_authed', 'account_inactive', 'token_revoked', 'token_expired'],
    'channel.login_refused',
    'Slack does not accept this token',
    'Copy the Bot User OAuth Token again, from OAuth & Permissions of your Slack app.',
  ],
  [
    ['missing_scope', 'not_allowed_token_type'],
    'channel.login_refused',
    'The token lacks a right',
    'Give the app the scopes chat:write and files:write, and install it in the workspace again.',
  ],
  [
    ['channel_not_found', 'is_archived'],
    'channel.receiver_unknown',
    'Slack knows no such channel, or Tomte cannot see it',
    'Copy the id from the end of the channel’s details, and invite the app there.',
  ],
  [
    ['not_in_channel', 'restricted_action'],
    'channel.blocked',
    'The app may not write in this channel',
    'Invite it: /invite @ and the name of your app, in the channel.',
  ],
  [
    ['internal_error', 'fatal_error', 'service_unavailable', 'request_timeout'],
    'channel.unreachable',
    'Slack has a fault of its own now',
    'Tomte tries again by itself.',
  ],
];

const wordOf = (error: unknown) => (isError(error) ? String(error.details.error ?? '') : '');

/** The chart stands in the thread below. Its rights may be missing: the text has arrived. */
async function addPicture(bot: Bot, message: Message, at: { channel: string; ts: string }) {
  if (!message.picture) return;
  const bytes = Buffer.from(message.picture);
  const file = { filename: 'chart.png', length: String(bytes.length), alt_txt: message.title };
  try {
    const place = await call(bot, 'files.getUploadURLExternal', file, true);
    const { upload_url, file_id } = z
      .object({ upload_url: z.url({ protocol: /^https$/ }), file_id: z.string() })
      .parse(place);
    const headers = { 'content-type': 'image/png' };
    mustBeTaken(await reach(upload_url, { method: 'POST', headers, body: bytes }, bot), who);
    const files = [{ id: file_id, title: message.title }];
    const into = { channel_id: at.channel, thread_ts: at.ts };
    await call(bot, 'files.completeUploadExternal', { files, ...into });
  } catch (error) {
    if (!isError(error) && !(error instanceof z.ZodError)) throw error;
  }
}

export default defineChannel({
  title: 'Slack',
  text: 'A message in a Slack channel from your own app, changed in place, with the chart in its thread.',
  settings,

  async send(message, { settings: { token, channel }, fetch, signal, before }) {
    const bot: Bot = { token, fetch, signal, who };
    const content = contentOf(message);
    const [, at, ts] = /^([A-Z0-9]+) ([\d.]+)$/.exec(before ?? '') ?? [];
    const old = at && ts ? { channel: at, ts } : null;
    if (old && message.silent) {
      try {
        await call(bot, 'chat.update', { ...old, ...content });
        return { receipt: before! };
      } catch (error) {
        if (
          !['message_not_found', 'cant_update_message', 'edit_window_closed'].includes(
            wordOf(error),
          )
        ) {
          throw error;
        }
      }
    }
    const posted = await call(bot, 'chat.postMessage', { channel, ...content });
    const place = z.object({ channel: z.string(), ts: z.string() }).parse(posted);
    await addPicture(bot, message, place);
    if (old) {
      try {
        await call(bot, 'chat.delete', old);
      } catch (error) {
        // What cannot be taken away stays as it was.
        if (!isError(error)) throw error;
      }
    }
    return { receipt: `${place.channel} ${place.ts}` };
  },
});
