import { sql } from 'kysely';
import { type Db, json, type NewRow, type Row } from './tables.ts';

export type DeliveryRow = Row<'deliveries'>;

/** Journals a Delivery. False when this turn of the Alert is on that Channel already. */
export async function addDelivery(db: Db, delivery: NewRow<'deliveries'>): Promise<boolean> {
  const done = await db
    .insertInto('deliveries')
    .values({ ...delivery, message: json(delivery.message), error: json(delivery.error) })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (done.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/**
 * Takes Deliveries that are due, oldest first; each goes to one claimer only. They are `sending`
 * until `until`; one that is still so then was lost in a crash, is due again, and comes with
 * `attempts` above 1.
 */
export async function claimDeliveries(
  db: Db,
  o: { now: Date; until: Date; limit: number },
): Promise<DeliveryRow[]> {
  const rows = await db
    .updateTable('deliveries')
    .set({ state: 'sending', attempts: sql`attempts + 1`, next_at: o.until })
    .where('id', 'in', (inner) =>
      inner
        .selectFrom('deliveries')
        .select('id')
        .where('state', 'in', ['pending', 'sending'])
        .where('next_at', '<=', o.now)
        .orderBy('next_at')
        .orderBy('created_at')
        .orderBy('id')
        .limit(o.limit)
        .forUpdate()
        .skipLocked(),
    )
    .returningAll()
    .execute();
  // An update answers in no order, and an alert's "over" must not overtake its beginning.
  return rows.sort((a, b) => +a.created_at - +b.created_at || a.turn - b.turn);
}

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
