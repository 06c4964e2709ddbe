import { sql } from 'kysely';
import type { Db, NewRow, Row } from './tables.ts';

export type WebhookRow = Row<'webhooks'>;
type Named = Pick<WebhookRow, 'home_id' | 'workflow' | 'name'>;

/** With a new path the old one leads nowhere, at once. */
export async function saveWebhook(db: Db, row: NewRow<'webhooks'>): Promise<void> {
  await db
    .deleteFrom('webhooks')
    .where('home_id', '=', row.home_id)
    .where('workflow', '=', row.workflow)
    .where('name', '=', row.name)
    .execute();
  await db.insertInto('webhooks').values(row).execute();
}

export const findWebhook = (db: Db, pathHash: string): Promise<WebhookRow | undefined> =>
  db.selectFrom('webhooks').selectAll().where('path_hash', '=', pathHash).executeTakeFirst();

export const listWebhooks = (
  db: Db,
  o: Pick<Named, 'home_id' | 'workflow'>,
): Promise<WebhookRow[]> =>
  db
    .selectFrom('webhooks')
    .selectAll()
    .where('home_id', '=', o.home_id)
    .where('workflow', '=', o.workflow)
    .orderBy('name')
    .execute();

/** Whether one of these ids was delivered before. */
export async function wasDelivered(
  db: Db,
  o: { pathHash: string; ids: readonly string[] },
): Promise<boolean> {
  const row = await db
    .selectFrom('webhook_deliveries')
    .select('id')
    .where('path_hash', '=', o.pathHash)
    .where('id', 'in', [...o.ids])
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** False when one of these ids was delivered before. */
export async function addDelivery(
  db: Db,
  o: { pathHash: string; ids: readonly string[]; at: Date },
): Promise<boolean> {
  const done = await db
    .insertInto('webhook_deliveries')
    .values(o.ids.map((id) => ({ path_hash: o.pathHash, id, at: o.at })))
    .onConflict((conflict) => conflict.columns(['path_hash', 'id']).doNothing())
    .executeTakeFirst();
  return Number(done.numInsertedOrUpdatedRows ?? 0n) === o.ids.length;
}

/** The newest message of each name: as it was taken, or as the Run it started keeps it for longer. */
export async function lastCalls(
  db: Db,
  o: Pick<Named, 'home_id' | 'workflow'>,
): Promise<Map<string, Date>> {
  const { rows } = await sql<{ name: string; at: Date }>`
    select name, max(at) as at from (
      select webhooks.name, deliveries.at from webhooks
        join webhook_deliveries as deliveries on deliveries.path_hash = webhooks.path_hash
        where home_id = ${o.home_id} and workflow = ${o.workflow}
      union all
      select trigger->>'name', created_at from runs
        where home_id = ${o.home_id} and workflow = ${o.workflow} and trigger->>'kind' = 'webhook'
    ) as calls group by name`.execute(db);
  return new Map(rows.map(({ name, at }) => [name, at]));
}

export async function dropDeliveries(db: Db, before: Date): Promise<void> {
  await db.deleteFrom('webhook_deliveries').where('at', '<', before).execute();
}
