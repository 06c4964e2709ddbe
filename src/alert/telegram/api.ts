/** Telegram's Bot API: one call, and what its refusals mean. The token stands in the path, so no address is ever told. */

import { TomteError } from '@tomte/sdk/errors';
import { cut } from '@tomte/sdk/words';
import { z } from 'zod';
import { mustBeTaken, parsed, type ReachOptions, reach, tooMany } from '../reach.ts';

export interface Bot extends Pick<ReachOptions, 'fetch' | 'signal'> {
  readonly server: string;
  readonly token: string;
}

const who = 'Telegram';
const answer = z.object({
  ok: z.boolean(),
  result: z.unknown().optional(),
  error_code: z.number().optional(),
  description: z.string().optional(),
  parameters: z
    .object({ retry_after: z.number().optional(), migrate_to_chat_id: z.number().optional() })
    .optional(),
});
type Answer = z.output<typeof answer>;

/** `content` goes as JSON, or as the form it is. Throws channel.*, with `details.description` where Telegram says why. */
export async function call<S extends z.ZodType>(
  bot: Bot,
  method: string,
  content: object | FormData,
  result: S,
): Promise<z.output<S>> {
  // Anything else would be another path on that server.
  if (!/^\d+:[\w-]+$/.test(bot.token)) throw wrongToken('This is no token of a bot');
  const isForm = content instanceof FormData;
  const init: RequestInit = isForm
    ? { method: 'POST', body: content }
    : {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(content),
      };
  const url = `${bot.server.replace(/\/+$/, '')}/bot${bot.token}/${method}`;
  const got = await reach(url, init, { ...bot, who });
  const said = parsed(answer, got.text);
  if (said?.ok === false) throw refusalOf(said, got.status);
  mustBeTaken(got, who);
  const { data, success } = result.safeParse(said?.result);
  if (!success) throw new TomteError('channel.unreachable', `${who} answered something else`);
  return data;
}

const wrongToken = (message: string) =>
  new TomteError('channel.login_refused', message, {
    hint: 'Copy the whole token from @BotFather again, such as 123456789:AAE…; /token there makes a new one.',
  });

function refusalOf(said: Answer, httpStatus: number): TomteError {
  const status = said.error_code ?? httpStatus;
  const description = cut(said.description ?? 'no reason given', 200);
  const details = { status, description };
  if (status === 429) {
    const seconds = said.parameters?.retry_after;
    return tooMany(who, seconds === undefined ? null : seconds * 1000);
  }
  if (status === 401 || status === 404) return wrongToken('Telegram does not know this token');
  if (status >= 500) {
    return new TomteError('channel.unreachable', `${who} answered ${status}`, { details });
  }
  const moved = said.parameters?.migrate_to_chat_id;
  const known = meanings.find(([words]) => words.test(description));
  const [, code, message, hint] = known ?? [];
  return new TomteError(code ?? 'channel.refused', message ?? `Telegram says: ${description}`, {
    ...(hint === undefined ? {} : { hint }),
    details: { ...details, ...(moved === undefined ? {} : { movedTo: String(moved) }) },
  });
}

type Meaning = readonly [
  words: RegExp,
  code: 'channel.receiver_unknown' | 'channel.blocked' | 'channel.refused',
  message: string,
  hint: string,
];

/** Telegram's descriptions are for programmers; these are for whoever set the channel up. */
const meanings: readonly Meaning[] = [
  [
    /chat not found|PEER_ID_INVALID/i,
    'channel.receiver_unknown',
    'Telegram does not know this chat, or the bot is not in it',
    'Write /start to the bot, in the group if it is one: it answers with the number of the chat.',
  ],
  [
    /message thread not found|TOPIC_(DELETED|CLOSED)/i,
    'channel.receiver_unknown',
    'The topic of the group is not there any more',
    'Leave the topic empty, or take its number from the address of one of its messages.',
  ],
  [
    /blocked by the user/i,
    'channel.blocked',
    'The person has blocked the bot',
    'Open the chat with the bot in Telegram and press Restart.',
  ],
  [
    /bot can't initiate conversation|user is deactivated/i,
    'channel.blocked',
    'The bot may not write to this person first',
    'Open the chat with the bot in Telegram and press Start.',
  ],
  [
    /kicked|not a member/i,
    'channel.blocked',
    'The bot was taken out of the group',
    'Add it to the group again, or choose another chat.',
  ],
  [
    /not enough rights|CHAT_WRITE_FORBIDDEN|have no rights/i,
    'channel.blocked',
    'The bot may not write in this group',
    'Let the bot send messages and pictures there, in the permissions of the group.',
  ],
  [
    /terminated by other getUpdates|webhook is active/i,
    'channel.refused',
    'Another program listens to this bot, so buttons are not heard here',
    'Only one program can hear a bot: make one for Tomte alone with @BotFather.',
  ],
];

/** What Telegram said, where it said anything. */
export const descriptionOf = ({ details }: TomteError): string =>
  typeof details.description === 'string' ? details.description : '';
