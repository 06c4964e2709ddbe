/** Alerts that are not told yet: explained by another, held off, or learned of late. */
import { ms } from '@tomte/sdk/define';
import type { Db } from '../store/tables.ts';
import type { Lived, Request } from './life.ts';
import { change } from './life-rows.ts';
import type { AlertRow } from './turn.ts';

/** After a cause is gone, what hung on it has so long to come back by itself. */
export const settleMs = 10 * 60_000;
/** News so much older than now was learned of after a gap. */
const lateMs = 5 * 60_000;
/** Of what was learned late, the end may be learned in the same breath. */
const lateHoldMs = 20_000;
const sweepMax = 200;

export interface Hold {
  readonly parent: string | null;
  readonly held_until: Date | null;
  readonly late: boolean;
}

export const holds = ({ parent, held_until }: Pick<Hold, 'parent' | 'held_until'>): boolean =>
  parent !== null || held_until !== null;

export const isHeld = (row: Pick<AlertRow, 'parent' | 'held_until' | 'state'>): boolean =>
  row.state !== 'resolved' && holds(row);

/** Why a beginning is not told at once; all empty when it is. */
export async function holdOf(tx: Db, request: Request, now: number): Promise<Hold> {
  const cause = await causeOf(tx, {
    home: request.home,
    key: request.key,
    dependsOn: request.dependsOn ?? [],
    now,
  });
  const late = request.at !== undefined && now - request.at > lateMs;
  if (cause?.kind === 'open') return { parent: cause.id, held_until: null, late };
  const waits = [
    ...(cause ? [cause.until] : []),
    ...(request.holdOff ? [now + ms(request.holdOff)] : []),
    ...(late ? [now + lateHoldMs] : []),
  ];
  const until = waits.length > 0 ? new Date(Math.max(...waits)) : null;
  return { parent: null, held_until: until, late };
}

type Cause =
  | { readonly kind: 'open'; readonly id: string }
  | { readonly kind: 'settling'; readonly until: number };

/** The open alert that explains these, or until when one that just ended still may. */
async function causeOf(
  tx: Db,
  o: { home: string; key: string; dependsOn: readonly string[]; now: number },
): Promise<Cause | null> {
  const keys = o.dependsOn.filter((key) => key !== o.key);
  if (keys.length === 0) return null;
  const rows = await tx
    .selectFrom('alerts')
    .select(['id', 'state', 'parent', 'resolved_at'])
    .where('home_id', '=', o.home)
    .where('key', 'in', keys)
    .where((eb) =>
      eb.or([eb('state', '<>', 'resolved'), eb('resolved_at', '>', new Date(o.now - settleMs))]),
    )
    .orderBy('created_at', 'desc')
    .execute();
  const open = rows.find(({ state }) => state !== 'resolved');
  // The root itself may be explained by another: all are counted at the one that is told.
  if (open) return { kind: 'open', id: open.parent ?? open.id };
  const ends = rows.map(({ resolved_at }) => resolved_at!.getTime());
  return ends.length > 0 ? { kind: 'settling', until: Math.max(...ends) + settleMs } : null;
}

/** The cause is gone: what hung on it and is still so is told when it had time to come back. */
export async function releaseChildren(tx: Db, cause: string, now: number): Promise<void> {
  await tx
    .updateTable('alerts')
    .set({ parent: null, held_until: new Date(now + settleMs) })
    .where('parent', '=', cause)
    .where('state', '<>', 'resolved')
    .execute();
}

const opened = { kind: 'open', silent: false, atOnce: true } as const;

/** Alerts whose hold is over and which are still true: told now, unless a cause was found meanwhile. */
export async function endHolds(tx: Db, now: number): Promise<Lived[]> {
  const due = await tx
    .selectFrom('alerts')
    .selectAll()
    .where('held_until', '<=', new Date(now))
    .where('state', '<>', 'resolved')
    .orderBy('held_until')
    .limit(sweepMax)
    .forUpdate()
    .skipLocked()
    .execute();
  const lived: Lived[] = [];
  for (const row of due) {
    const { home_id: home, key, depends_on: dependsOn } = row;
    const cause = await causeOf(tx, { home, key, dependsOn, now });
    if (cause?.kind === 'open') {
      await change(tx, row.id, { parent: cause.id, held_until: null });
      continue;
    }
    const told_at = row.told_at ?? new Date(now);
    const alert = await change(tx, row.id, { held_until: null, told_at });
    lived.push({ alert, turn: alert.state === 'open' ? opened : null });
  }
  return lived;
}
