/** The morning digest: what was small, what ended in quiet hours, what was held back; once a day and channel. */
import { randomUUID } from 'node:crypto';
import { clockTime, count } from '@tomte/sdk/words';
import { Temporal } from 'temporal-polyfill';
import { type Db, json, type Row } from '../store/tables.ts';
import { type AlertRow, oneLine, type StoredMessage } from './turn.ts';

export type Why = Row<'digest_items'>['why'];

/** How its lines stand; by room and by kind, each says its own first. */
export type DigestOrder = 'time' | 'room' | 'kind';

/** What a piece of news is called together with others; null for none. */
export interface Groups {
  roomOf(home: string, entities: readonly string[]): string | null;
  kindOf(detector: string | null): string | null;
}

/** Lines of a digest; channels with less room show what fits. */
const linesMax = 8;

/** Kept until the morning, once for each channel. */
export async function keepForMorning(
  tx: Db,
  alert: Pick<AlertRow, 'id' | 'home_id'>,
  o: { channels: readonly string[]; why: Why; at: number },
): Promise<void> {
  if (o.channels.length === 0) return;
  await tx
    .insertInto('digest_items')
    .values(
      o.channels.map((channel) => ({
        home_id: alert.home_id,
        channel_id: channel,
        alert_id: alert.id,
        why: o.why,
        at: new Date(o.at),
      })),
    )
    .onConflict((conflict) =>
      conflict
        .columns(['channel_id', 'alert_id'])
        .doUpdateSet({ why: o.why, at: new Date(o.at), day: null }),
    )
    .execute();
}

/** The day whose digest is due, `2026-11-21`; null before its time. */
export function dueDay(now: number, zone: string, digestAt: string): string | null {
  if (clockTime(now, zone) < digestAt) return null;
  return Temporal.Instant.fromEpochMilliseconds(now)
    .toZonedDateTimeISO(zone)
    .toPlainDate()
    .toString();
}

export interface DigestOptions {
  readonly now: number;
  readonly day: string;
  readonly zone: string;
  readonly home: string;
  readonly homeName: string;
  readonly held: boolean;
  readonly order: DigestOrder;
  readonly groups: Groups;
}

/** Journals the digest of this day, unless it was; answers how many messages it made. */
export async function tellDigest(tx: Db, o: DigestOptions): Promise<number> {
  const first = await tx
    .insertInto('digests')
    .values({ home_id: o.home, day: o.day, at: new Date(o.now) })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if ((first.numInsertedOrUpdatedRows ?? 0n) === 0n) return 0;
  const items = await takeItems(tx, o);
  const byChannel = Map.groupBy(items, ({ channel_id }) => channel_id);
  for (const [channel, of] of byChannel) {
    await tx
      .insertInto('deliveries')
      .values({
        id: randomUUID(),
        alert_id: null,
        channel_id: channel,
        kind: 'open',
        state: o.held ? 'held' : 'pending',
        silent: false,
        message: json(digestOf(of, o)),
        next_at: new Date(o.now),
        created_at: new Date(o.now),
      })
      .execute();
  }
  return byChannel.size;
}

export interface DigestItem {
  readonly channel_id: string;
  readonly why: Why;
  readonly title: string;
  readonly since: Date;
  readonly resolved_at: Date | null;
  readonly entities: readonly string[];
  readonly detector: string | null;
}

/** Of what waits for the next digest of a home, each once. */
export async function waitingNews(
  db: Db,
  home: string,
): Promise<Pick<DigestItem, 'entities' | 'detector'>[]> {
  const waiting = db
    .selectFrom('digest_items')
    .select('alert_id')
    .where('home_id', '=', home)
    .where('day', 'is', null);
  return db
    .selectFrom('alerts')
    .select(['entities', 'detector'])
    .where('id', 'in', waiting)
    .execute();
}

async function takeItems(tx: Db, o: DigestOptions): Promise<DigestItem[]> {
  await tx
    .updateTable('digest_items')
    .set({ day: o.day })
    .where('home_id', '=', o.home)
    .where('day', 'is', null)
    .execute();
  return tx
    .selectFrom('digest_items')
    .innerJoin('alerts', 'alerts.id', 'digest_items.alert_id')
    .innerJoin('channels', 'channels.id', 'digest_items.channel_id')
    .select(['digest_items.channel_id', 'digest_items.why'])
    .select(['alerts.title', 'alerts.since', 'alerts.resolved_at'])
    .select(['alerts.entities', 'alerts.detector'])
    .where('digest_items.home_id', '=', o.home)
    .where('digest_items.day', '=', o.day)
    .where('channels.enabled', '=', true)
    .orderBy('alerts.since')
    .execute();
}

const whyWords: Record<Why, (n: number) => string> = {
  digest: (n) => count(n, 'small thing'),
  quiet: (n) => `${n} while it was quiet`,
  away: (n) => `${n} while I was away`,
  held: (n) => `${n} held back, too many at once`,
};

/** The message of one channel. Pure. */
export function digestOf(
  items: readonly DigestItem[],
  o: Omit<DigestOptions, 'now' | 'held'>,
): StoredMessage {
  const whys = Map.groupBy(items, ({ why }) => why);
  const parts = (['digest', 'quiet', 'away', 'held'] as const).flatMap((why) => {
    const n = whys.get(why)?.length ?? 0;
    return n > 0 ? [whyWords[why](n)] : [];
  });
  const rest = items.length - linesMax;
  const all = inGroups(items, o);
  const shown = rest > 0 ? all.slice(0, linesMax - 1) : all;
  const lines = shown.map(({ group, item: { title, since, resolved_at } }) => {
    const over = resolved_at && !title.startsWith('Over') ? ' (over)' : '';
    const first = group === null ? '' : `${oneLine(group, 40)}: `;
    return oneLine(`${first}${clockTime(since.getTime(), o.zone)} ${title}${over}`, 200);
  });
  return {
    tag: `tomte-digest-${o.home}-${o.day}`.slice(0, 64),
    homeName: oneLine(o.homeName, 120),
    title: `Since yesterday: ${count(items.length, 'thing')}`,
    text: `${parts.join(', ')}. Nothing of it needs you now.`,
    lines: rest > 0 ? [...lines, `and ${items.length - shown.length} more, under Watch`] : lines,
    severity: 'digest',
    buttons: [],
  };
}

/** Groups in the order of their first news, each by time; what has none comes last. */
function inGroups(
  items: readonly DigestItem[],
  { order, groups, home }: Pick<DigestOptions, 'order' | 'groups' | 'home'>,
): { group: string | null; item: DigestItem }[] {
  const groupOf = ({ entities, detector }: DigestItem): string | null => {
    if (order === 'room') return groups.roomOf(home, entities);
    return order === 'kind' ? groups.kindOf(detector) : null;
  };
  const found = Map.groupBy(items, groupOf);
  const named = [...found].filter(([group]) => group !== null);
  return [...named, [null, found.get(null) ?? []] as const].flatMap(([group, of]) =>
    of.map((item) => ({ group, item })),
  );
}
