import { defineChannel } from '@tomte/sdk/define';
import { TomteError } from '@tomte/sdk/errors';
import { z } from 'zod';

/** Names come from the home and may hold anything: they are shown, never obeyed as Markdown. */
const plain = (text: string): string => text.replace(/[\\`*_{}[\]()<>#+!|~]/g, '\\$&');

export default defineChannel({
  title: 'Home Assistant notification',
  text: 'A notification inside Home Assistant, behind the bell in its side bar.',
  throughHome: true,
  settings: z.strictObject({}),

  async send(message, { home }) {
    if (!home) {
      const details = { away: true };
      throw new TomteError('channel.unreachable', 'The home is not linked now', { details });
    }
    const parts = [plain(message.text)];
    if (message.lines.length > 0) {
      parts.push(message.lines.map((line) => `- ${plain(line)}`).join('\n'));
    }
    if (message.picture) {
      try {
        parts.push(`![Chart](${await home.keepPicture(message.picture, `${message.tag}.png`)})`);
      } catch (error) {
        // The text must arrive whatever becomes of the picture.
        if (!(error instanceof TomteError)) throw error;
      }
    }
    const links = message.buttons.flatMap(({ label, url }) => (url ? [`[${label}](${url})`] : []));
    if (links.length > 0) parts.push(links.join(' · '));
    await home.tell({
      domain: 'persistent_notification',
      action: 'create',
      entities: [],
      data: {
        notification_id: message.tag.replaceAll('-', '_'),
        title: message.title,
        message: parts.join('\n\n'),
      },
    });
    return { receipt: message.tag };
  },
});
