/** Journals a turn: one delivery for each channel it goes to, in the transaction that changed the alert. */
import { randomUUID } from 'node:crypto';
import { listChannels } from '../store/channels.ts';
import { deliveriesOf } from '../store/deliveries.ts';
import { type Db, json, type Row } from '../store/tables.ts';
import type { Kinds } from './channels.ts';
import type { Lived } from './life.ts';
import { route } from './route.ts';
import { messageOf } from './turn.ts';

/** Between two silent updates of one alert on one channel. */
export const updatePauseMs = 10 * 60_000;

export interface TellOptions {
  readonly kinds: Kinds;
  readonly homeName: (home: string) => string;
  readonly now: number;
  /** True journals deliveries that are never sent: the demo home. */
  readonly held: boolean;
}

/** Answers how many deliveries were journalled. */
export async function tell(tx: Db, { alert, turn }: Lived, o: TellOptions): Promise<number> {
  if (!turn) return 0;
  const [before, channels, home] = await Promise.all([
    deliveriesOf(tx, [alert.id]),
    listChannels(tx, { home: alert.home_id }),
    tx.selectFrom('homes').select('time_zone').where('id', '=', alert.home_id).executeTakeFirst(),
  ]);
  const told = lastTold(before, o.held);
  const listeners = channels.map((channel) => ({
    id: channel.id,
    home: channel.home_id,
    enabled: channel.enabled,
    severities: channel.severities,
    appends: o.kinds.get(channel.kind)?.appends === true,
    told: told.has(channel.id),
  }));
  const to = route(turn, { home: alert.home_id, severity: alert.severity, listeners });
  if (to.length === 0) return 0;
  const zone = home?.time_zone ?? 'UTC';
  const message = json(messageOf(alert, { name: o.homeName(alert.home_id), zone }, o.now));
  const number = Math.max(0, ...before.map((row) => row.turn)) + 1;
  await tx
    .insertInto('deliveries')
    .values(
      to.map((channel) => ({
        id: randomUUID(),
        alert_id: alert.id,
        channel_id: channel,
        kind: turn.kind === 'update' && !told.has(channel) ? 'open' : turn.kind,
        turn: number,
        state: o.held ? 'held' : 'pending',
        silent: turn.silent,
        message,
        next_at: new Date(
          turn.atOnce ? o.now : Math.max(o.now, (told.get(channel) ?? 0) + updatePauseMs),
        ),
        created_at: new Date(o.now),
      })),
    )
    .execute();
  return to.length;
}

/** When each channel was last told of the alert, or will be, epoch ms. */
function lastTold(rows: readonly Row<'deliveries'>[], held: boolean): Map<string, number> {
  const told = new Map<string, number>();
  for (const row of rows) {
    if (row.state === 'failed' || (row.state === 'held' && !held)) continue;
    const at = (row.sent_at ?? row.created_at).getTime();
    // A silent update that waits is not a telling: the next one takes its place and its time.
    if (row.state === 'pending' && row.silent && row.attempts === 0) {
      told.set(row.channel_id, told.get(row.channel_id) ?? 0);
    } else told.set(row.channel_id, Math.max(told.get(row.channel_id) ?? 0, at));
  }
  return told;
}
