/** When a channel cannot be reached for good, another one says so: silence must not look like quiet. */
import { randomUUID } from 'node:crypto';
import type { TomteError } from '@tomte/sdk/errors';
import { sql } from 'kysely';
import { type Db, json } from '../store/tables.ts';
import { workingChannel } from './another-way.ts';
import type { Claimed } from './claim.ts';
import { oneLine, type StoredMessage } from './turn.ts';

/** One note a day and channel is enough to know. */
const pauseMs = 24 * 3_600_000;

/** Journals the note and answers whether it did. A note that fails begets no other. */
export async function noteUnreachable(
  db: Db,
  { channel, alert }: Claimed,
  o: { error: TomteError; homeName: (home: string) => string; now: number },
): Promise<boolean> {
  if (!alert) return false;
  const tag = `tomte-unreachable-${channel.id}`;
  const recent = await db
    .selectFrom('deliveries')
    .select('id')
    .where('alert_id', 'is', null)
    .where('created_at', '>', new Date(o.now - pauseMs))
    .where(sql`message->>'tag'`, '=', tag)
    .limit(1)
    .executeTakeFirst();
  if (recent) return false;
  const to = await workingChannel(db, {
    ...{ not: [channel.id], home: alert.home_id, of: channel.id },
  });
  if (!to) return false;
  const message: StoredMessage = {
    tag,
    homeName: o.homeName(alert.home_id),
    title: oneLine(`Could not reach ${channel.name}`, 120),
    text: oneLine(
      `“${alert.title}” did not arrive there. ${o.error.message}. ${o.error.hint}`,
      1000,
    ),
    lines: [],
    severity: 'today',
    buttons: [],
  };
  await db
    .insertInto('deliveries')
    .values({
      id: randomUUID(),
      alert_id: null,
      channel_id: to,
      kind: 'open',
      state: 'pending',
      message: json(message),
      next_at: new Date(o.now),
      created_at: new Date(o.now),
    })
    .execute();
  return true;
}
