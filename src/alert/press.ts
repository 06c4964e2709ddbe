/** A button pressed in a messenger, found again by the message it stands in. */
import type { Press } from '@tomte/sdk/define';
import { TomteError } from '@tomte/sdk/errors';
import { getDelivery } from '../store/deliveries.ts';
import type { Db } from '../store/tables.ts';
import type { LinkPages } from './link-pages.ts';
import type { StoredMessage } from './turn.ts';

/**
 * Does what the button is for. Messengers leave no room in a button for a signed word; the id of a
 * delivery cannot be guessed, and counts only where its message stands.
 * Throws api.link_expired, approval.closed.
 */
export async function press(db: Db, o: Press, links: Pick<LinkPages, 'pressed'>): Promise<void> {
  const row = await getDelivery(db, o.delivery);
  const button = (row?.message as StoredMessage | undefined)?.buttons[o.button];
  if (!row || !button || !o.channels.includes(row.channel_id)) {
    throw new TomteError('api.link_expired', 'This button is not one of Tomte’s, or is too old');
  }
  const { id: action, option } = button;
  const id = action === 'test' ? row.channel_id : row.alert_id;
  if (id === null) throw new TomteError('api.link_expired', 'This button belongs to no alert');
  const subject = {
    id,
    action,
    channel: row.channel_id,
    ...(option === undefined ? {} : { option }),
  };
  await links.pressed(subject, o.by);
}
