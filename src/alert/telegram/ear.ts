/** Hears what is pressed and written to a bot, by asking Telegram and waiting for its answer. */

import type { EarContext, HeardChannel } from '@tomte/sdk/define';
import { isError } from '@tomte/sdk/errors';
import { cut } from '@tomte/sdk/words';
import { z } from 'zod';
import { type Bot, call } from './api.ts';
import { readWord } from './text.ts';

export interface TelegramSettings {
  readonly token: string;
  readonly chat?: string | undefined;
  readonly topic?: number | undefined;
  readonly server: string;
}

/** Telegram’s own longest. */
const waitSeconds = 50;
/** Telegram keeps news for a day; after a week without any it may count from elsewhere. */
const offsetGoodMs = 24 * 3_600_000;
const againMs = 60_000;
/** Strangers may write to any bot. */
const greetedMax = 50;

const chat = z.object({ id: z.number(), username: z.string().optional() });
const update = z.object({
  update_id: z.number(),
  callback_query: z
    .object({
      id: z.string(),
      data: z.string().optional(),
      from: z.object({ id: z.number(), first_name: z.string() }),
      message: z.object({ chat }).optional(),
    })
    .optional()
    .catch(undefined),
  message: z.object({ chat, text: z.string().optional() }).optional().catch(undefined),
});
type Update = z.output<typeof update>;
type Chat = z.output<typeof chat>;
type Query = NonNullable<Update['callback_query']>;

const memory = z.object({ offset: z.number(), at: z.number() });

export async function hearBot(o: EarContext<TelegramSettings>): Promise<void> {
  const bot: Bot = { ...o.channels[0]!.settings, fetch: o.fetch, signal: o.signal };
  const kept = memory.safeParse(await o.recall());
  let seen = kept.success ? kept.data : null;
  const pressedOnce = new Map<string, number>();
  const greeted = new Set<number>();
  // The first question comes back at once: then it is known whether this bot can be heard.
  for (let timeout = 0; !o.signal.aborted; timeout = waitSeconds) {
    const offset = seen && o.now() - seen.at < offsetGoodMs ? { offset: seen.offset } : {};
    const asked = { ...offset, timeout, allowed_updates: ['callback_query', 'message'] };
    const news = await call(bot, 'getUpdates', asked, z.array(update));
    o.well();
    for (const one of news) {
      if (one.callback_query) await answer(o, bot, one.callback_query, pressedOnce);
      else if (one.message) await greet(o, bot, one.message, greeted);
      seen = { offset: one.update_id + 1, at: o.now() };
    }
    // Kept when all of it is done: what a crash cuts short is heard again, and a second press changes nothing.
    if (news.length > 0) await o.remember(seen);
  }
}

const isIn = ({ settings }: HeardChannel<TelegramSettings>, { id, username }: Chat): boolean =>
  settings.chat === String(id) ||
  (username !== undefined && settings.chat?.toLowerCase() === `@${username.toLowerCase()}`);

async function answer(
  o: EarContext<TelegramSettings>,
  bot: Bot,
  query: Query,
  pressedOnce: Map<string, number>,
): Promise<void> {
  const word = readWord(query.data ?? '');
  const { message } = query;
  const channels = message
    ? o.channels.filter((one) => isIn(one, message.chat)).map(({ id }) => id)
    : [];
  if (!word || channels.length === 0) return say(bot, query, 'Tomte does not know this button.');
  if (word.danger && !isSecond(pressedOnce, `${query.from.id} ${query.data}`, o.now())) {
    return say(bot, query, 'This cannot be taken back. Press once more to do it.', true);
  }
  try {
    const { delivery, button } = word;
    await o.press({ channels, delivery, button, by: query.from.first_name });
  } catch (error) {
    // What may work later is heard again from Telegram.
    if (!isError(error) || error.row.retry) throw error;
    return say(bot, query, `${error.message}.`);
  }
  return say(bot, query, 'Noted.');
}

/** True for the second press of the same person within a minute. */
function isSecond(pressedOnce: Map<string, number>, key: string, now: number): boolean {
  const before = pressedOnce.get(key);
  if (before !== undefined && now - before < againMs) return pressedOnce.delete(key);
  for (const [old, at] of pressedOnce) if (now - at >= againMs) pressedOnce.delete(old);
  pressedOnce.set(key, now);
  return false;
}

async function say(bot: Bot, { id }: Query, text: string, show_alert = false): Promise<void> {
  const content = { callback_query_id: id, text: cut(text, 200), show_alert };
  try {
    await call(bot, 'answerCallbackQuery', content, z.literal(true));
  } catch (error) {
    // A phone waits for an answer a few seconds only; what it asked for is done.
    if (!isError(error, 'channel.refused')) throw error;
  }
}

/** Whoever starts the bot is told the number of the chat, to be typed into Tomte. */
async function greet(
  o: EarContext<TelegramSettings>,
  bot: Bot,
  message: NonNullable<Update['message']>,
  greeted: Set<number>,
): Promise<void> {
  if (!/^\/(start|id)\b/.test(message.text ?? '')) return;
  const { id } = message.chat;
  if (greeted.has(id) || greeted.size >= greetedMax) return;
  greeted.add(id);
  const text = o.channels.some((one) => isIn(one, message.chat))
    ? 'Alerts of Tomte come to this chat.'
    : `The number of this chat is ${id}. Type it into Tomte, under Home, this channel, Change.`;
  try {
    await call(bot, 'sendMessage', { chat_id: id, text }, z.object({}));
  } catch (error) {
    // Somebody who wrote and left again is no fault of the ear.
    if (!isError(error) || error.row.retry) throw error;
  }
}
