import { defineChannel, type Message } from '@tomte/sdk/define';
import { isError, TomteError } from '@tomte/sdk/errors';
import { secret } from '@tomte/sdk/secret';
import { z } from 'zod';
import { type Bot, call, descriptionOf } from '../telegram/api.ts';
import { hearBot } from '../telegram/ear.ts';
import { htmlOf, keyboardOf } from '../telegram/text.ts';

const settings = z.strictObject({
  token: secret({
    description: 'Token of your bot, as @BotFather gave it to you',
    hostOf: 'server',
    lengthMin: 20,
  }),
  chat: z
    .string()
    .regex(/^(-?\d{1,20}|@[A-Za-z]\w{3,31})$/)
    .optional()
    .describe(
      'Number of the chat. Leave it empty at first and write /start to your bot: it tells you',
    ),
  topic: z.int().min(1).optional().describe('Number of a topic, in a group that has topics'),
  server: z
    .url({ protocol: /^https?$/ })
    .max(200)
    .default('https://api.telegram.org')
    .describe('Another address only if you run a Bot API server yourself'),
});

/** Where a message stands: what the receipt says of it. */
interface Place {
  readonly chat: string;
  readonly id: number;
  readonly form: 'photo' | 'text';
}

interface Sending {
  readonly bot: Bot;
  readonly chat: string;
  readonly topic: number | undefined;
}

const receiptOf = ({ chat, id, form }: Place): string => `${chat} ${id} ${form}`;

function placeOf(receipt: string | null): Place | null {
  const [, chat, id, form] = /^(\S+) (\d+) (photo|text)$/.exec(receipt ?? '') ?? [];
  return chat ? { chat, id: Number(id), form: form as Place['form'] } : null;
}

const sent = z.object({ message_id: z.number(), chat: z.object({ id: z.number() }) });
/** An edited message, or `true`. */
const edited = z.unknown();

const photoOf = (message: Message): File =>
  new File([Buffer.from(message.picture!)], 'chart.png', { type: 'image/png' });

function formOf(content: object, photo: File): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(content)) {
    if (value !== undefined)
      form.set(name, typeof value === 'object' ? JSON.stringify(value) : String(value));
  }
  form.set('photo', photo);
  return form;
}

/** A new message: it makes its sound when it is for now. */
async function sendNew(message: Message, o: Sending, links: boolean): Promise<Place> {
  const common = {
    chat_id: o.chat,
    message_thread_id: o.topic,
    parse_mode: 'HTML',
    disable_notification: message.silent || message.severity !== 'now',
    reply_markup: keyboardOf(message, { links }),
  };
  const asText = async (): Promise<Place> => {
    const text = htmlOf(message, 'message');
    const content = { ...common, text, link_preview_options: { is_disabled: true } };
    const { chat, message_id: id } = await call(o.bot, 'sendMessage', content, sent);
    return { chat: String(chat.id), id, form: 'text' };
  };
  if (!message.picture) return asText();
  try {
    const content = formOf({ ...common, caption: htmlOf(message, 'caption') }, photoOf(message));
    const { chat, message_id: id } = await call(o.bot, 'sendPhoto', content, sent);
    return { chat: String(chat.id), id, form: 'photo' };
  } catch (error) {
    // The text must arrive whatever becomes of the picture.
    const isThePicture =
      isError(error) && /photo|media|PHOTO|IMAGE|file|caption/.test(descriptionOf(error));
    if (!isThePicture) throw error;
    return asText();
  }
}

/** Changes the message that stands there. No sound: Telegram makes none for a change. */
async function change(message: Message, place: Place, bot: Bot, links: boolean): Promise<Place> {
  const common = {
    chat_id: place.chat,
    message_id: place.id,
    reply_markup: keyboardOf(message, { links }),
  };
  const caption = { caption: htmlOf(message, 'caption'), parse_mode: 'HTML' };
  if (message.picture) {
    const media = { type: 'photo', media: 'attach://photo', ...caption };
    await call(bot, 'editMessageMedia', formOf({ ...common, media }, photoOf(message)), edited);
    return { ...place, form: 'photo' };
  }
  if (place.form === 'photo') {
    await call(bot, 'editMessageCaption', { ...common, ...caption }, edited);
    return place;
  }
  const text = htmlOf(message, 'message');
  const words = { text, parse_mode: 'HTML', link_preview_options: { is_disabled: true } };
  await call(bot, 'editMessageText', { ...common, ...words }, edited);
  return place;
}

const gone = /message to edit not found|message can't be edited|MESSAGE_ID_INVALID/i;
const same = /message is not modified/i;

/** Null where the message is not there any more. */
async function changed(message: Message, place: Place, bot: Bot): Promise<Place | null> {
  try {
    return await withLinks(message, (links) => change(message, place, bot, links));
  } catch (error) {
    if (isError(error) && same.test(descriptionOf(error))) return place;
    if (isError(error) && gone.test(descriptionOf(error))) return null;
    throw error;
  }
}

/** Telegram takes only addresses in buttons that it finds good: without one there are still the others. */
async function withLinks<T>(message: Message, work: (links: boolean) => Promise<T>): Promise<T> {
  try {
    return await work(true);
  } catch (error) {
    const isTheLink =
      message.link !== null &&
      isError(error) &&
      /BUTTON_URL_INVALID|wrong (HTTP )?URL/i.test(descriptionOf(error));
    if (!isTheLink) throw error;
    return work(false);
  }
}

/** A group that grew has another number, and Telegram says which. */
async function sendTo(message: Message, o: Sending): Promise<Place> {
  try {
    return await withLinks(message, (links) => sendNew(message, o, links));
  } catch (error) {
    if (!isError(error) || typeof error.details.movedTo !== 'string') throw error;
    const chat = error.details.movedTo;
    return withLinks(message, (links) => sendNew(message, { ...o, chat }, links));
  }
}

/** What the new message replaces. One that cannot be taken away any more stays as it is. */
async function takeAway({ chat, id }: Place, bot: Bot): Promise<void> {
  try {
    await call(bot, 'deleteMessage', { chat_id: chat, message_id: id }, z.unknown());
  } catch (error) {
    if (!isError(error)) throw error;
  }
}

export default defineChannel({
  title: 'Telegram',
  text: 'A message from your own Telegram bot, with the chart and with buttons that need no public address.',
  settings,
  ear: { key: ({ token, server }) => `${server} ${token}`, listen: hearBot },

  async send(message, { settings: { token, chat, topic, server }, fetch, signal, before }) {
    if (chat === undefined) {
      throw new TomteError('channel.receiver_unknown', 'No chat is chosen yet', {
        hint: 'Write /start to your bot in Telegram; it answers with the number to type here.',
      });
    }
    const bot: Bot = { server, token, fetch, signal };
    const place = placeOf(before);
    const now = place && message.silent ? await changed(message, place, bot) : null;
    if (now) return { receipt: receiptOf(now) };
    const fresh = await sendTo(message, { bot, chat, topic });
    if (place) await takeAway(place, bot);
    return { receipt: receiptOf(fresh) };
  },
});
