/** So many messages at once are enough for anybody. What is held back is said, and stands under Watch. */
import { randomUUID } from 'node:crypto';
import { count } from '@tomte/sdk/words';
import { sql } from 'kysely';
import { type Db, json, type Row } from '../store/tables.ts';
import type { DeliveryRow } from './merge.ts';
import { oneLine, type StoredMessage } from './turn.ts';

const windowMs = 10 * 60_000;
/** What needs somebody now has room left when the rest has used up its own. */
const ringsMax = { now: 20, today: 10, digest: 10 } as const;

/** Whether a channel rang so often in the last minutes that this is not to ring too. A question always may. */
export async function isTooMany(
  tx: Db,
  o: {
    channel: string;
    alert: Row<'alerts'> | null;
    group: readonly DeliveryRow[];
    now: number;
  },
): Promise<boolean> {
  if (!o.alert || o.alert.approval !== null) return false;
  // Taken before, or only changing what stands there: no new message.
  if (o.group.some(({ taken_at }) => taken_at !== null)) return false;
  if (o.group.every(({ silent }) => silent) || o.group.at(-1)!.kind === 'over') return false;
  const row = await tx
    .selectFrom('deliveries')
    .select((eb) => eb.fn.countAll<string>().as('rang'))
    .where('channel_id', '=', o.channel)
    .where('taken_at', '>', new Date(o.now - windowMs))
    .where('alert_id', 'is not', null)
    .where('silent', '=', false)
    .executeTakeFirstOrThrow();
  return Number(row.rang) >= ringsMax[o.alert.severity];
}

/** Everything that waits to ring there is held back: in the journal, for the morning, and in one message. */
export async function holdBack(
  tx: Db,
  o: { channel: Row<'channels'>; urgent: boolean; now: number },
): Promise<void> {
  const { id } = o.channel;
  const at = new Date(o.now);
  await sql`
    with held as (
      update deliveries d set state = 'held', receipt = 'held back: too many at once'
      from alerts a
      where a.id = d.alert_id and a.approval is null
        and d.channel_id = ${id} and d.state = 'pending' and d.next_at <= ${at}
        and not d.silent and d.kind <> 'over' and d.taken_at is null
        and (${o.urgent}::boolean or a.severity <> 'now')
      returning d.alert_id, a.home_id
    )
    insert into digest_items (home_id, channel_id, alert_id, why, at)
    select distinct on (alert_id) home_id, ${id}, alert_id, 'held', ${at} from held
    on conflict (channel_id, alert_id) do nothing`.execute(tx);
  await report(tx, o);
}

const tagOf = (channel: string) => `tomte-held-${channel}`;

/** One message that counts them, replaced while more come, at most once in a window. */
async function report(
  tx: Db,
  o: { channel: Row<'channels'>; urgent: boolean; now: number },
): Promise<void> {
  const tag = tagOf(o.channel.id);
  const earlier = await tx
    .selectFrom('deliveries')
    .select(['id', 'state', 'created_at'])
    .where('channel_id', '=', o.channel.id)
    .where('alert_id', 'is', null)
    .where(sql`message->>'tag'`, '=', tag)
    .orderBy('created_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  const message = json(await messageOf(tx, o));
  if (earlier?.state === 'pending') {
    await tx.updateTable('deliveries').set({ message }).where('id', '=', earlier.id).execute();
    return;
  }
  const next = earlier ? Math.max(o.now, earlier.created_at.getTime() + windowMs) : o.now;
  await tx
    .insertInto('deliveries')
    .values({
      ...{ id: randomUUID(), alert_id: null, channel_id: o.channel.id, kind: 'open' },
      ...{ state: 'pending', message, next_at: new Date(next), created_at: new Date(o.now) },
    })
    .execute();
}

async function messageOf(
  tx: Db,
  o: { channel: Row<'channels'>; urgent: boolean },
): Promise<StoredMessage> {
  const row = await tx
    .selectFrom('digest_items')
    .innerJoin('alerts', 'alerts.id', 'digest_items.alert_id')
    .innerJoin('homes', 'homes.id', 'digest_items.home_id')
    .select([
      (eb) => eb.fn.countAll<string>().as('held'),
      sql<string>`max(homes.name)`.as('home'),
      sql<string>`(array_agg(alerts.title order by alerts.severity = 'now' desc, alerts.since desc))[1]`.as(
        'newest',
      ),
    ])
    .where('digest_items.channel_id', '=', o.channel.id)
    .where('why', '=', 'held')
    .where('day', 'is', null)
    .executeTakeFirstOrThrow();
  return {
    tag: tagOf(o.channel.id),
    homeName: oneLine(row.home ?? 'Tomte', 120),
    title: `Held back: ${count(Number(row.held), 'alert')}`,
    text: `Too many at once. The newest: ${oneLine(row.newest ?? '', 60)}. All stand under Watch, and in the morning I name them again.`,
    lines: [],
    severity: o.urgent ? 'now' : 'today',
    buttons: [],
  };
}
