/** Journals a turn: one delivery for each channel it goes to, in the transaction that changed the alert. */
import { randomUUID } from 'node:crypto';
import { countChildren } from '../store/alerts.ts';
import { deliveriesOf } from '../store/deliveries.ts';
import { insertMany } from '../store/many.ts';
import type { Db, NewRow, Row } from '../store/tables.ts';
import type { Kinds } from './channels.ts';
import { keepForMorning } from './digest.ts';
import { planSteps } from './escalate.ts';
import { isHeld } from './hold.ts';
import type { Lived } from './life.ts';
import { type DueStep, hearersOf, laterSteps, type Plan, planOf, quietUntil } from './route.ts';
import { type AlertRow, messageOf, type Turn } from './turn.ts';
import { everyoneOf, type HomeSight, type Told } from './who.ts';

/** Between two silent updates of one alert on one channel. */
export const updatePauseMs = 10 * 60_000;

export interface TellOptions {
  readonly kinds: Kinds;
  readonly homeName: (home: string) => string;
  readonly sight: HomeSight;
  readonly now: number;
  /** True journals deliveries that are never sent: the demo home. */
  readonly held: boolean;
  /** The channels it goes to, in place of those of its route: a later step, or another way. */
  readonly to?: readonly string[];
}

/** Answers how many deliveries were journalled. */
export async function tell(
  tx: Db,
  { alert, turn, missed, fresh, said }: Lived,
  o: TellOptions,
): Promise<number> {
  if (!turn || isHeld(alert)) return 0;
  const before = fresh ? [] : await deliveriesOf(tx, [alert.id]);
  const told = lastTold(before, o.held);
  const all = await everyoneOf(tx, alert.home_id, { ...o, told });
  const plan = planFor(alert, all, o);
  const news = turn.kind !== 'over' && !turn.silent;
  const first = o.to ?? plan.steps[0]?.channels ?? [];
  if (missed) {
    // The morning says so to whom it would have gone.
    await keepForMorning(tx, alert, { channels: first, why: 'away', at: o.now });
  } else if (news && alert.severity === 'digest') {
    const channels = first.filter((channel) => !told.has(channel));
    await keepForMorning(tx, alert, { channels, why: 'digest', at: o.now });
  } else if (news && !o.to && alert.state === 'open' && !o.held) {
    await planSteps(tx, alert.id, { fresh, steps: laterOf(plan, alert, all, o) });
  }
  const { listeners } = all.everyone;
  const to = hearersOf(turn, {
    home: alert.home_id,
    listeners,
    first: alert.severity === 'digest' ? [] : first,
  });
  // A later step is news to those it goes to only.
  const now = o.to ? to.filter((channel) => o.to!.includes(channel)) : to;
  if (now.length === 0) return 0;
  await journal(tx, { alert, turn, to: now, all, told, before, fresh, said }, o);
  return now.length;
}

export const planFor = (alert: AlertRow, { everyone, zone }: Told, o: TellOptions): Plan =>
  planOf(
    {
      ...{ home: alert.home_id, severity: alert.severity, now: o.now, zone },
      areas: o.sight.areas(alert.home_id, alert.entities),
    },
    everyone,
  );

export const laterOf = (plan: Plan, alert: AlertRow, all: Told, o: TellOptions): DueStep[] =>
  laterSteps(plan.steps, all.everyone.persons, {
    ...{ severity: alert.severity, now: o.now, zone: all.zone },
  });

export interface Journalled {
  readonly alert: AlertRow;
  readonly turn: Turn;
  readonly to: readonly string[];
  readonly all: Told;
  readonly told: ReadonlyMap<string, number>;
  readonly before: readonly Row<'deliveries'>[];
  readonly fresh: boolean | undefined;
  readonly said?: string | undefined;
}

async function journal(tx: Db, j: Journalled, o: TellOptions): Promise<void> {
  const { alert, turn, to, before, fresh } = j;
  // A silent update that waits is replaced: there is only one to send.
  const stale = before.filter((row) => isWaiting(row) && row.silent && to.includes(row.channel_id));
  if (turn.silent && stale.length > 0) {
    const ids = stale.map(({ id }) => id);
    await tx.deleteFrom('deliveries').where('id', 'in', ids).execute();
  }
  const children = fresh ? 0 : ((await countChildren(tx, [alert.id])).get(alert.id) ?? 0);
  await insertMany(tx, 'deliveries', deliveriesFor({ ...j, children }, o));
}

/** One for each channel it goes to. */
export function deliveriesFor(
  { alert, turn, to, all, told, before, children, said }: Journalled & { children: number },
  o: TellOptions,
): NewRow<'deliveries'>[] {
  const { zone, everyone } = all;
  const home = { name: o.homeName(alert.home_id), zone };
  const message = messageOf(alert, home, { now: o.now, children, said });
  const number = Math.max(0, ...before.map((row) => row.turn)) + 1;
  const dueAt = (channel: string): number => {
    if (!turn.atOnce) return Math.max(o.now, (told.get(channel) ?? 0) + updatePauseMs);
    if (turn.silent) return o.now;
    const quiet = quietUntil(channel, everyone.persons, {
      ...{ severity: alert.severity, now: o.now, zone },
    });
    return quiet ?? o.now;
  };
  return to.map((channel) => ({
    id: randomUUID(),
    alert_id: alert.id,
    channel_id: channel,
    kind: turn.kind === 'update' && !told.has(channel) ? 'open' : turn.kind,
    turn: number,
    state: o.held ? 'held' : 'pending',
    silent: turn.silent,
    message,
    attempts: 0,
    next_at: new Date(dueAt(channel)),
    created_at: new Date(o.now),
  }));
}

const isWaiting = (row: Row<'deliveries'>) => row.state === 'pending' && row.attempts === 0;

/** When each channel was last told of the alert, or will be, epoch ms. */
function lastTold(rows: readonly Row<'deliveries'>[], held: boolean): Map<string, number> {
  const told = new Map<string, number>();
  for (const row of rows) {
    if (row.state === 'failed' || (row.state === 'held' && !held)) continue;
    const at = (row.sent_at ?? row.created_at).getTime();
    // A silent update that waits is not a telling: the next one takes its place and its time.
    if (isWaiting(row) && row.silent) {
      told.set(row.channel_id, told.get(row.channel_id) ?? 0);
    } else told.set(row.channel_id, Math.max(told.get(row.channel_id) ?? 0, at));
  }
  return told;
}
