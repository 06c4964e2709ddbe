/**
 * The life of an alert: open, seen, quiet, over, open again. Each function changes the row and
 * answers the turn people are to be told of, or null; the caller journals both in one transaction.
 */
import type { AlertRequest } from '@tomte/sdk/define';
import type { Severity } from '@tomte/sdk/home';
import { lockAlertKey, lockLatestAlert } from '../store/alerts.ts';
import type { Db } from '../store/tables.ts';
import { dropSteps } from './escalate.ts';
import { restMs, unrestSince, withTurn } from './flap.ts';
import { holdOf, holds, isHeld, releaseChildren } from './hold.ts';
import {
  alertById,
  type Beginning,
  change,
  contentOf,
  ended,
  factsOf,
  insert,
  type LastWords,
} from './life-rows.ts';
import { type AlertRow, oneLine, type Turn } from './turn.ts';

export interface Lived {
  readonly alert: AlertRow;
  readonly turn: Turn | null;
  /** It began and ended before anybody could be told. */
  readonly missed?: boolean;
  /** A line of it that is the news: said in front, since a phone shows no lines. */
  readonly said?: string;
  /** It was not there before: nothing was told of it, planned for it, or hangs on it. */
  readonly fresh?: boolean;
}

/** A question told like an alert: its options stand in place of the usual buttons until it ends. */
export interface Choices {
  readonly options: readonly {
    readonly id: string;
    readonly label: string;
    readonly danger?: boolean | undefined;
  }[];
  /** Epoch ms. */
  readonly expiresAt: number;
}

export interface Request extends AlertRequest {
  readonly approval?: (Choices & { readonly id: string }) | undefined;
  readonly home: string;
  readonly workflow?: string | undefined;
  readonly run?: string | undefined;
}

/** What comes back within this time is the same story, not a new one. */
const sameStoryMs = 30 * 60_000;
const rank: Record<Severity, number> = { digest: 0, today: 1, now: 2 };

const opened: Turn = { kind: 'open', silent: false, atOnce: true };
const worse: Turn = { kind: 'update', silent: false, atOnce: true };
const detail: Turn = { kind: 'update', silent: true, atOnce: false };
const standing: Turn = { kind: 'update', silent: true, atOnce: true };
const over: Turn = { kind: 'over', silent: true, atOnce: true };

/** Nobody has seen it, and it speaks. */
const unseen = { state: 'open', seen_by: null, seen_at: null, quiet_until: null } as const;

/** Marks that people know of it now. */
const toldIf = (told: boolean, now: number) => (told ? { told_at: new Date(now) } : {});

/** Opens the alert of this key, updates it, opens it again, or leaves it when the news is old. */
export async function open(
  tx: Db,
  request: Request,
  o: { now: number; newId: string },
): Promise<Lived> {
  await lockAlertKey(tx, request);
  const latest = await lockLatestAlert(tx, request);
  if (!latest) return begin(tx, request, o);
  const at = request.at ?? o.now;
  const old = request.at !== undefined && at < latest.updated_at.getTime();
  if (latest.state !== 'resolved') {
    if (old) return { alert: latest, turn: null };
    return latest.rests_at
      ? comeAgain(tx, latest, request, at)
      : update(tx, latest, request, { at, now: o.now });
  }
  // A step that is done again after a crash comes with the time of its finding, before the end.
  const ended = latest.resolved_at?.getTime() ?? 0;
  if (request.at !== undefined && at <= ended) return { alert: latest, turn: null };
  if (o.now - ended > sameStoryMs) return begin(tx, request, o);
  return reopen(tx, latest, request, { at, now: o.now });
}

async function begin(tx: Db, request: Request, o: { now: number; newId: string }): Promise<Lived> {
  return begun(await insert(tx, request, await beginning(tx, request, o)));
}

export const begun = (alert: AlertRow): Lived => ({
  alert,
  turn: isHeld(alert) ? null : opened,
  fresh: true,
});

export async function beginning(
  tx: Db,
  request: Request,
  o: { now: number; newId: string },
): Promise<Beginning> {
  const hold = await holdOf(tx, request, o.now);
  const turns = [request.at ?? o.now];
  return { ...o, more: { ...hold, ...toldIf(!holds(hold), o.now), turns } };
}

async function update(
  tx: Db,
  row: AlertRow,
  request: Request,
  o: { at: number; now: number },
): Promise<Lived> {
  const content = contentOf(request);
  const same =
    row.title === content.title &&
    row.text === content.text &&
    row.severity === content.severity &&
    row.lines.join('\n') === content.lines.join('\n');
  const rings = !same && (request.worse === true || rank[request.severity] > rank[row.severity]);
  const alert = await change(tx, row.id, {
    ...content,
    ...factsOf(request),
    updated_at: new Date(o.at),
    // What gets worse is told, whatever held it off or explained it.
    ...(rings
      ? { ...unseen, held_until: null, parent: null, ...toldIf(row.told_at === null, o.now) }
      : {}),
  });
  if (same || isHeld(alert) || (alert.state === 'snoozed' && !rings)) return { alert, turn: null };
  return { alert, turn: rings ? worse : detail };
}

async function reopen(
  tx: Db,
  row: AlertRow,
  request: Request,
  o: { at: number; now: number },
): Promise<Lived> {
  const hold = await holdOf(tx, request, o.now);
  const turns = withTurn(row.turns, o.at);
  const unrest = hold.parent === null ? unrestSince(turns) : null;
  const told = row.told_at === null && (unrest !== null || !holds(hold));
  // Who saw it, and until when it was to be quiet, belonged to the episode that is over.
  const alert = await change(tx, row.id, {
    ...contentOf(request),
    ...factsOf(request),
    ...unseen,
    ...hold,
    ...toldIf(told, o.now),
    updated_at: new Date(o.at),
    resolved_at: null,
    turns,
    // That it comes and goes is told although each time is too short to be told.
    ...(unrest === null ? {} : { flapping_since: new Date(unrest), held_until: null }),
  });
  return { alert, turn: isHeld(alert) ? null : opened };
}

/** Once more while it comes and goes: counted, and told as nothing but a changed number. */
async function comeAgain(tx: Db, row: AlertRow, request: Request, at: number): Promise<Lived> {
  const rings = request.worse === true || rank[request.severity] > rank[row.severity];
  const alert = await change(tx, row.id, {
    ...contentOf(request),
    ...factsOf(request),
    ...(rings ? unseen : {}),
    updated_at: new Date(at),
    turns: withTurn(row.turns, at),
    rests_at: null,
    last_words: null,
  });
  if (alert.state === 'snoozed') return { alert, turn: null };
  return { alert, turn: rings ? worse : detail };
}

/** Says it is over. Null when nothing with this key is open, or the end belongs to an earlier story. */
export async function resolve(
  tx: Db,
  o: { home: string; key: string; last: LastWords; now: number },
): Promise<Lived | null> {
  await lockAlertKey(tx, o);
  const row = await lockLatestAlert(tx, o);
  if (!row || row.state === 'resolved' || o.last.at < row.since.getTime()) return null;
  if (row.flapping_since) {
    const rests = { rests_at: new Date(o.now + restMs), last_words: o.last };
    return { alert: await change(tx, row.id, rests), turn: null };
  }
  return end(tx, row, { last: o.last, now: o.now });
}

async function end(
  tx: Db,
  row: AlertRow,
  { last, now }: { last: LastWords; now: number },
): Promise<Lived> {
  await dropSteps(tx, row.id);
  await releaseChildren(tx, row.id, now);
  const missed = row.late && row.told_at === null && row.parent === null;
  const alert = await change(tx, row.id, { ...ended(row, last), ...toldIf(missed, now) });
  return { alert, turn: over, missed };
}

/** Alerts that came and went, and have rested long enough: they are over. */
export async function endUnrest(tx: Db, now: number): Promise<Lived[]> {
  const due = await tx
    .selectFrom('alerts')
    .selectAll()
    .where('rests_at', '<=', new Date(now))
    .where('state', '<>', 'resolved')
    .forUpdate()
    .skipLocked()
    .execute();
  const lived: Lived[] = [];
  for (const row of due) lived.push(await end(tx, row, { last: row.last_words as LastWords, now }));
  return lived;
}

/** Somebody saw it; the first one counts. */
export async function acknowledge(
  tx: Db,
  o: { id: string; by: string | null; now: number },
): Promise<Lived> {
  const row = await alertById(tx, o.id);
  // Seen before, and quiet since or speaking again: seen once more says something.
  if (row.state === 'acknowledged' || row.state === 'resolved') return { alert: row, turn: null };
  await dropSteps(tx, row.id);
  const alert = await change(tx, o.id, {
    state: 'acknowledged',
    seen_by: o.by === null ? null : oneLine(o.by, 80),
    seen_at: new Date(o.now),
    quiet_until: null,
  });
  return { alert, turn: standing };
}

/** No more messages until then, but for a worse turn and the end. */
export async function quiet(tx: Db, o: { id: string; until: number; now: number }): Promise<Lived> {
  const row = await alertById(tx, o.id);
  const same = row.state === 'snoozed' && row.quiet_until?.getTime() === o.until;
  if (row.state === 'resolved' || same) return { alert: row, turn: null };
  await dropSteps(tx, row.id);
  const alert = await change(tx, o.id, { state: 'snoozed', quiet_until: new Date(o.until) });
  return { alert, turn: standing };
}

/** One more line, in front: what came of a button. It stands until the next news. */
export async function note(tx: Db, o: { id: string; line: string }): Promise<Lived> {
  const row = await alertById(tx, o.id);
  const line = oneLine(o.line, 200);
  if (row.lines[0] === line) return { alert: row, turn: null };
  const lines = [line, ...row.lines].slice(0, 4);
  return { alert: await change(tx, o.id, { lines }), turn: standing, said: line };
}

/** Alerts whose quiet time is over and which are still true: they speak once more. */
export async function endQuiet(tx: Db, now: number): Promise<Lived[]> {
  const due = await tx
    .selectFrom('alerts')
    .select('id')
    .where('state', '=', 'snoozed')
    .where('quiet_until', '<=', new Date(now))
    .forUpdate()
    .skipLocked()
    .execute();
  const lived: Lived[] = [];
  for (const { id } of due) {
    const alert = await change(tx, id, { state: 'open', quiet_until: null });
    lived.push({ alert, turn: isHeld(alert) ? null : worse });
  }
  return lived;
}
