/** An alert as Telegram shows it: HTML of its small set of tags, and buttons under it. Pure. */
import type { Message } from '@tomte/sdk/define';
import { fit } from '../fit.ts';

/** Characters as read, tags not counted. */
const textMax = { message: 4096, caption: 1024 } as const;

const plain = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

export function htmlOf(message: Message, form: keyof typeof textMax): string {
  const foot = message.homeName;
  const all = '\n'.length * 4 + foot.length;
  const { title, text, lines } = fit(message, textMax[form], { line: '\n• '.length, all });
  return [
    `<b>${plain(title)}</b>`,
    plain(text),
    ...(lines.length > 0 ? [lines.map((line) => `• ${plain(line)}`).join('\n')] : []),
    `<i>${plain(foot)}</i>`,
  ].join('\n');
}

interface Button {
  readonly text: string;
  readonly callback_data?: string;
  readonly url?: string;
}

/** Marks a button whose deed cannot be taken back: it asks to be pressed twice. */
export const careful = '!';

/** At most 64 bytes. */
const wordFor = (message: Message, index: number, danger: boolean) =>
  `${message.deliveryId}:${index}${danger ? careful : ''}`;

/** What a press says: which message, which of its buttons; null for a word that is not ours. */
export function readWord(
  word: string,
): { delivery: string; button: number; danger: boolean } | null {
  const [, delivery, button, mark] = /^([\w-]{1,50}):(\d)(!?)$/.exec(word) ?? [];
  return delivery && button ? { delivery, button: Number(button), danger: mark === careful } : null;
}

/** Two buttons stand side by side, more below each other; the alert's page comes last. */
export function keyboardOf(
  message: Message,
  o: { links: boolean },
): { inline_keyboard: Button[][] } {
  const buttons = message.buttons.slice(0, 10).map(
    ({ label, danger }, index): Button => ({
      text: label,
      callback_data: wordFor(message, index, danger === true),
    }),
  );
  const rows = buttons.length > 2 ? buttons.map((button) => [button]) : [buttons];
  const page =
    o.links && message.link !== null ? [[{ text: 'The whole alert', url: message.link }]] : [];
  return { inline_keyboard: [...rows, ...page].filter((row) => row.length > 0) };
}
