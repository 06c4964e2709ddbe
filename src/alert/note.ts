/** When a channel cannot be reached for good, another one says so: silence must not look like quiet. */
import { randomUUID } from 'node:crypto';
import type { TomteError } from '@tomte/sdk/errors';
import { titleMax } from '@tomte/sdk/words';
import { sql } from 'kysely';
import { type Db, json } from '../store/tables.ts';
import { workingChannel } from './another-way.ts';
import type { Claimed } from './claim.ts';
import { oneLine, type StoredMessage } from './turn.ts';

/** One note a day and channel is enough to know. */
const pauseMs = 24 * 3_600_000;

const textMax = 190;

/** What to do about it, where there is room beside what happened. */
function textOf(title: string, error: TomteError): string {
  const what = `“${oneLine(title, 60)}” did not arrive there. ${error.message}.`;
  const whole = `${what} ${error.hint}`;
  return oneLine(whole.length <= textMax ? whole : what, textMax);
}

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
    title: oneLine(`Could not reach ${channel.name}`, titleMax),
    text: textOf(alert.title, o.error),
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
