import { sql } from 'kysely';
import { type Db, json, type Row } from './tables.ts';

export type DeliveryRow = Row<'deliveries'>;

export async function deliverySent(
  db: Db,
  o: { id: string; at: Date; receipt: string | null },
): Promise<void> {
  await db
    .updateTable('deliveries')
    .set({ state: 'sent', sent_at: o.at, receipt: o.receipt, error: null })
    .where('id', '=', o.id)
    .execute();
}

/** To be tried again at `nextAt`. */
export async function deliveryPostponed(
  db: Db,
  o: { id: string; nextAt: Date; error: unknown },
): Promise<void> {
  await db
    .updateTable('deliveries')
    .set({ state: 'pending', next_at: o.nextAt, error: json(o.error) })
    .where('id', '=', o.id)
    .execute();
}

/** The channel takes nothing before `until`: what waits for it waits longer. */
export async function postponeChannel(db: Db, o: { channel: string; until: Date }): Promise<void> {
  await db
    .updateTable('deliveries')
    .set({ next_at: o.until })
    .where('channel_id', '=', o.channel)
    .where('state', '=', 'pending')
    .where('next_at', '<', o.until)
    .execute();
}

/** Receipt of the newest message of this Alert that arrived on this channel. */
export async function newestReceipt(
  db: Db,
  o: { alert: string; channel: string },
): Promise<string | null> {
  const row = await db
    .selectFrom('deliveries')
    .select('receipt')
    .where('alert_id', '=', o.alert)
    .where('channel_id', '=', o.channel)
    .where('state', '=', 'sent')
    .orderBy('turn', 'desc')
    .orderBy('sent_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.receipt ?? null;
}

export const getDelivery = (db: Db, id: string): Promise<DeliveryRow | undefined> =>
  db.selectFrom('deliveries').selectAll().where('id', '=', id).executeTakeFirst();

export async function deliveryFailed(
  db: Db,
  o: { id: string; at: Date; error: unknown },
): Promise<void> {
  await db
    .updateTable('deliveries')
    .set({ state: 'failed', sent_at: o.at, error: json(o.error) })
    .where('id', '=', o.id)
    .execute();
}

/** When the next one is due, also if that is past; null when none waits. */
export async function nextDeliveryAt(db: Db): Promise<Date | null> {
  const row = await db
    .selectFrom('deliveries')
    .select((eb) => eb.fn.min('next_at').as('at'))
    .where('state', 'in', ['pending', 'sending'])
    .executeTakeFirst();
  return row?.at ?? null;
}

/** Of these Alerts, oldest first. */
export async function deliveriesOf(db: Db, alerts: readonly string[]): Promise<DeliveryRow[]> {
  if (alerts.length === 0) return [];
  return db
    .selectFrom('deliveries')
    .selectAll()
    .where(sql<boolean>`alert_id = any(${[...alerts]}::text[])`)
    .orderBy('created_at')
    .orderBy('turn')
    .execute();
}

/** Retention: tests and notes about channels, which belong to no Alert. */
export async function dropNotes(db: Db, before: Date): Promise<number> {
  const done = await db
    .deleteFrom('deliveries')
    .where('alert_id', 'is', null)
    .where('state', 'in', ['sent', 'failed', 'held'])
    .where('created_at', '<', before)
    .executeTakeFirst();
  return Number(done.numDeletedRows);
}
