/** Takes the next message of a channel out of the journal. Two workers never take the same. */
import { sql } from 'kysely';
import type { Store } from '../store/open.ts';
import type { Db, Row } from '../store/tables.ts';
import { type DeliveryRow, dueAt, merge } from './merge.ts';

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
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('deliveries as s')
            .select('s.id')
            .whereRef('s.channel_id', '=', 'd.channel_id')
            .where('s.state', '=', 'sending')
            .where('s.next_at', '>', new Date(now)),
        ),
      ),
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
  if (!channel) return null;
  const rows = await tx
    .selectFrom('deliveries')
    .selectAll()
    .where('channel_id', '=', id)
    .where('state', 'in', ['pending', 'sending'])
    .orderBy('created_at')
    // Of the same moment: the news of an alert before a note about another channel.
    .orderBy(sql`alert_id is null`)
    .orderBy('turn')
    .execute();
  const onItsWay = rows.some((r) => r.state === 'sending' && r.next_at.getTime() > o.now);
  if (onItsWay) return null;
  const groups = Map.groupBy(rows, (row) => row.alert_id ?? row.id);
  for (const group of groups.values()) {
    if (dueAt(group) > o.now) continue;
    const delivery = await takeOf(tx, group, o);
    if (delivery) return { delivery, channel, alert: await alertOf(tx, delivery.alert_id) };
  }
  return null;
}

async function takeOf(
  tx: Db,
  group: readonly DeliveryRow[],
  o: ClaimOptions,
): Promise<DeliveryRow | null> {
  const { alert_id, channel_id } = group[0]!;
  const merged = merge(group, await wasTold(tx, alert_id, channel_id));
  if (merged.superseded.length > 0) {
    await tx.deleteFrom('deliveries').where('id', 'in', merged.superseded).execute();
  }
  const set = tx.updateTable('deliveries').where('id', '=', merged.id);
  if (merged.kind === 'skip') {
    await set.set({ state: 'held', receipt: 'over before it was told' }).execute();
    return null;
  }
  return set
    .set({
      state: 'sending',
      kind: merged.as,
      silent: merged.silent,
      attempts: merged.attempts + 1,
      next_at: new Date(o.now + o.leaseMs),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

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

/** At a start nothing is on its way any more: what was is sent again, with the same id. */
export async function takeUpAgain(db: Db, now: number): Promise<void> {
  await db
    .updateTable('deliveries')
    .set({ next_at: new Date(now) })
    .where('state', '=', 'sending')
    .execute();
}
