/** Takes the next message of a channel out of the journal. Two workers never take the same. */
import { sql } from 'kysely';
import type { Store } from '../store/open.ts';
import type { Db, Row } from '../store/tables.ts';
import { keepForMorning } from './digest.ts';
import { holdBack, isTooMany } from './limit.ts';
import { type DeliveryRow, merge } from './merge.ts';

export interface Claimed {
  readonly delivery: DeliveryRow;
  readonly channel: Row<'channels'>;
  /** Null for a test and for a note about another channel. */
  readonly alert: Row<'alerts'> | null;
}

export interface ClaimOptions {
  readonly now: number;
  /** How long a message may be on its way before somebody else takes it for lost. */
  readonly leaseMs: number;
  /** Whose hands it is in, see `takeUpAgain`. */
  readonly worker: string;
}

/** Marks one message as sending and answers it; null when nothing is due. */
export async function claim(store: Store, o: ClaimOptions): Promise<Claimed | null> {
  for (const channel of await dueChannels(store.db, o.now)) {
    const claimed = await store.transaction((tx) => claimOf(tx, channel, o));
    if (claimed) return claimed;
  }
  return null;
}

/** Channels with something due and nothing on its way, the longest waiting first. */
async function dueChannels(db: Db, now: number): Promise<string[]> {
  const rows = await db
    .selectFrom('deliveries as d')
    .select('d.channel_id')
    .where('d.state', 'in', ['pending', 'sending'])
    .where('d.next_at', '<=', new Date(now))
    // Not by a look for each row: thousands may wait.
    .where('d.channel_id', 'not in', ({ selectFrom }) =>
      selectFrom('deliveries')
        .select('channel_id')
        .where('state', '=', 'sending')
        .where('next_at', '>', new Date(now)),
    )
    .groupBy('d.channel_id')
    .orderBy(sql`min(d.created_at)`)
    .execute();
  return rows.map(({ channel_id }) => channel_id);
}

async function claimOf(tx: Db, id: string, o: ClaimOptions): Promise<Claimed | null> {
  // The lock on the channel keeps its messages in order: one on its way at a time.
  const channel = await tx
    .selectFrom('channels')
    .selectAll()
    .where('id', '=', id)
    .forNoKeyUpdate()
    .skipLocked()
    .executeTakeFirst();
  if (!channel || (await onItsWay(tx, id, o.now))) return null;
  for (;;) {
    const group = await nextGroup(tx, id, o.now);
    if (group.length === 0) return null;
    const alert = await alertOf(tx, group[0]!.alert_id);
    if (await isTooMany(tx, { channel: id, alert, group, now: o.now })) {
      await holdBack(tx, { channel, urgent: alert?.severity === 'now', now: o.now });
      continue;
    }
    const delivery = await takeOf(tx, group, alert, o);
    if (delivery) return { delivery, channel, alert };
  }
}

const onItsWay = async (tx: Db, channel: string, now: number): Promise<boolean> =>
  (await tx
    .selectFrom('deliveries')
    .select('id')
    .where('channel_id', '=', channel)
    .where('state', '=', 'sending')
    .where('next_at', '>', new Date(now))
    .limit(1)
    .executeTakeFirst()) !== undefined;

/**
 * All that waits of the alert that is due first; what rings goes first. An alert waits as a whole while
 * one of its messages pauses after a failed try (see `merge.ts`).
 */
async function nextGroup(tx: Db, channel: string, now: number): Promise<DeliveryRow[]> {
  const at = new Date(now);
  const first = await tx
    .selectFrom('deliveries as d')
    .select(['d.id', 'd.alert_id'])
    .where('d.channel_id', '=', channel)
    .where('d.state', 'in', ['pending', 'sending'])
    .where('d.next_at', '<=', at)
    .where(({ eb, or, selectFrom }) =>
      or([
        eb('d.alert_id', 'is', null),
        eb(
          'd.alert_id',
          'not in',
          selectFrom('deliveries')
            .select('alert_id')
            .where('channel_id', '=', channel)
            .where('state', 'in', ['pending', 'sending'])
            .where('attempts', '>', 0)
            .where('next_at', '>', at)
            .where('alert_id', 'is not', null)
            .$narrowType<{ alert_id: string }>(),
        ),
      ]),
    )
    .orderBy(sql`message->>'severity' = 'now'`, 'desc')
    .orderBy('d.created_at')
    // Of the same moment: the news of an alert before a note about another channel.
    .orderBy(sql`d.alert_id is null`)
    .orderBy('d.turn')
    .limit(1)
    .executeTakeFirst();
  if (!first) return [];
  const { id, alert_id } = first;
  const rows = tx.selectFrom('deliveries').selectAll();
  if (alert_id === null) return rows.where('id', '=', id).execute();
  return rows
    .where('alert_id', '=', alert_id)
    .where('channel_id', '=', channel)
    .where('state', 'in', ['pending', 'sending'])
    .orderBy('created_at')
    .orderBy('turn')
    .execute();
}

async function takeOf(
  tx: Db,
  group: readonly DeliveryRow[],
  alert: Row<'alerts'> | null,
  o: ClaimOptions,
): Promise<DeliveryRow | null> {
  const { alert_id, channel_id, taken_at } = group[0]!;
  const merged = merge(group, await wasTold(tx, alert_id, channel_id));
  if (merged.superseded.length > 0) {
    await tx.deleteFrom('deliveries').where('id', 'in', merged.superseded).execute();
  }
  const set = tx.updateTable('deliveries').where('id', '=', merged.id);
  if (merged.kind === 'skip') {
    await set.set({ state: 'held', receipt: 'over before it was told' }).execute();
    if (alert && group.some(waitedOnPurpose)) {
      await keepForMorning(tx, alert, { channels: [channel_id], why: 'quiet', at: o.now });
    }
    return null;
  }
  return set
    .set({
      state: 'sending',
      kind: merged.as,
      silent: merged.silent,
      attempts: merged.attempts + 1,
      next_at: new Date(o.now + o.leaseMs),
      taken_at: taken_at ?? new Date(o.now),
      taken_by: o.worker,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** It was not to be sent before the end of quiet hours. */
const waitedOnPurpose = ({ next_at, created_at, kind }: DeliveryRow): boolean =>
  kind === 'open' && next_at.getTime() > created_at.getTime();

async function wasTold(tx: Db, alert: string | null, channel: string): Promise<boolean> {
  if (alert === null) return false;
  const sent = await tx
    .selectFrom('deliveries')
    .select('id')
    .where('alert_id', '=', alert)
    .where('channel_id', '=', channel)
    .where('state', '=', 'sent')
    .limit(1)
    .executeTakeFirst();
  return sent !== undefined;
}

const alertOf = async (tx: Db, id: string | null) =>
  id === null
    ? null
    : tx.selectFrom('alerts').selectAll().where('id', '=', id).executeTakeFirstOrThrow();

/**
 * At its start nothing is on its way any more that this worker sent: what was is sent again, with the same id. What
 * another worker sends is left alone; where that one died, its lease on the message ends.
 */
export async function takeUpAgain(db: Db, o: { now: number; worker: string }): Promise<void> {
  await db
    .updateTable('deliveries')
    .set({ next_at: new Date(o.now) })
    .where('state', '=', 'sending')
    // Rows of earlier versions name nobody.
    .where((eb) => eb.or([eb('taken_by', '=', o.worker), eb('taken_by', 'is', null)]))
    .execute();
}
