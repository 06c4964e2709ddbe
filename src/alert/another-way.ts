/** What could not be told one way is told another: the same news, through a channel that works. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { type Db, json } from '../store/tables.ts';
import type { Claimed } from './claim.ts';

/**
 * Journals the alert for another channel if it reached nobody, nor is on its way to anybody; answers
 * whether it did. `now` is epoch ms.
 */
export async function tellAnotherWay(
  tx: Db,
  { delivery, alert, channel }: Claimed,
  o: { now: number },
): Promise<boolean> {
  if (alert?.state !== 'open' || delivery.silent || delivery.kind === 'over') return false;
  const others = await tx
    .selectFrom('deliveries')
    .select(['channel_id', 'state', 'attempts', 'turn'])
    .where('alert_id', '=', alert.id)
    .execute();
  const reached = others.some(
    ({ channel_id, state, attempts }) =>
      channel_id !== channel.id &&
      (state === 'sent' || (attempts <= 1 && (state === 'pending' || state === 'sending'))),
  );
  if (reached) return false;
  const tried = [channel.id, ...others.map(({ channel_id }) => channel_id)];
  const to = await workingChannel(tx, { not: tried, home: alert.home_id, of: channel.id });
  if (!to) return false;
  await tx
    .insertInto('deliveries')
    .values({
      ...{ id: randomUUID(), alert_id: alert.id, channel_id: to, kind: 'open', state: 'pending' },
      turn: Math.max(0, ...others.map(({ turn }) => turn)) + 1,
      message: json(delivery.message),
      next_at: new Date(o.now),
      created_at: new Date(o.now),
    })
    .execute();
  return true;
}

/**
 * An enabled channel of this home: of the same person first, then one whose newest message arrived,
 * then one that never failed.
 */
export async function workingChannel(
  db: Db,
  o: { not: readonly string[]; home: string; of: string },
): Promise<string | null> {
  const channels = await db
    .selectFrom('channels as c')
    .select(({ selectFrom }) => [
      'c.id',
      selectFrom('deliveries as d')
        .select('d.state')
        .whereRef('d.channel_id', '=', 'c.id')
        .where('d.state', 'in', ['sent', 'failed'])
        .orderBy('d.created_at', 'desc')
        .limit(1)
        .as('newest'),
      sql<boolean>`exists (select from persons p where c.id = any(p.channels) and ${o.of} = any(p.channels))`.as(
        'same',
      ),
    ])
    .where('c.enabled', '=', true)
    .where('c.id', 'not in', [...o.not])
    .where((eb) => eb.or([eb('c.home_id', 'is', null), eb('c.home_id', '=', o.home)]))
    .orderBy('c.created_at')
    .execute();
  const good = channels
    .filter(({ newest }) => newest !== 'failed')
    .toSorted(
      (a, b) =>
        Number(b.same) - Number(a.same) ||
        Number(b.newest === 'sent') - Number(a.newest === 'sent'),
    );
  return good[0]?.id ?? null;
}
