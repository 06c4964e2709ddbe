/**
 * The life of an alert: open, seen, quiet, over, open again. Each function changes the row and
 * answers the turn people are to be told of, or null; the caller journals both in one transaction.
 */
import type { AlertRequest } from '@tomte/sdk/define';
import { TomteError } from '@tomte/sdk/errors';
import type { Severity } from '@tomte/sdk/home';
import {
  changeAlert,
  lockAlert,
  lockAlertKey,
  lockLatestAlert,
  openAlert,
} from '../store/alerts.ts';
import type { Change, Db } from '../store/tables.ts';
import { type AlertRow, oneLine, type Turn } from './turn.ts';

export interface Lived {
  readonly alert: AlertRow;
  readonly turn: Turn | null;
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

/** Opens the alert of this key, updates it, opens it again, or leaves it when the news is old. */
export async function open(
  tx: Db,
  request: Request,
  o: { now: number; newId: string },
): Promise<Lived> {
  await lockAlertKey(tx, request);
  const latest = await lockLatestAlert(tx, request);
  if (!latest) return { alert: await insert(tx, request, o), turn: opened };
  const at = request.at ?? o.now;
  const old = request.at !== undefined && at < latest.updated_at.getTime();
  if (latest.state !== 'resolved') {
    return old ? { alert: latest, turn: null } : update(tx, latest, request, at);
  }
  // A step that is done again after a crash comes with the time of its finding, before the end.
  const ended = latest.resolved_at?.getTime() ?? 0;
  if (request.at !== undefined && at <= ended) return { alert: latest, turn: null };
  if (o.now - ended > sameStoryMs) return { alert: await insert(tx, request, o), turn: opened };
  return reopen(tx, latest, request, at);
}

async function update(tx: Db, row: AlertRow, request: Request, at: number): Promise<Lived> {
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
    updated_at: new Date(at),
    ...(rings ? { state: 'open' as const, seen_by: null, seen_at: null, quiet_until: null } : {}),
  });
  if (same || (alert.state === 'snoozed' && !rings)) return { alert, turn: null };
  return { alert, turn: rings ? worse : detail };
}

async function reopen(tx: Db, row: AlertRow, request: Request, at: number): Promise<Lived> {
  // Who saw it, and until when it was to be quiet, belonged to the episode that is over.
  const alert = await change(tx, row.id, {
    ...contentOf(request),
    ...factsOf(request),
    state: 'open',
    updated_at: new Date(at),
    resolved_at: null,
    seen_by: null,
    seen_at: null,
    quiet_until: null,
  });
  return { alert, turn: opened };
}

/** Says it is over. Null when nothing with this key is open, or the end belongs to an earlier story. */
export async function resolve(
  tx: Db,
  o: { home: string; key: string; last: { title: string; text: string; at: number } },
): Promise<Lived | null> {
  await lockAlertKey(tx, o);
  const row = await lockLatestAlert(tx, o);
  if (!row || row.state === 'resolved' || o.last.at < row.since.getTime()) return null;
  const alert = await change(tx, row.id, {
    state: 'resolved',
    title: oneLine(o.last.title, titleMax),
    text: oneLine(o.last.text, textMax),
    resolved_at: new Date(o.last.at),
    updated_at: new Date(Math.max(o.last.at, row.updated_at.getTime())),
  });
  return { alert, turn: over };
}

/** Somebody saw it; the first one counts. */
export async function acknowledge(
  tx: Db,
  o: { id: string; by: string | null; now: number },
): Promise<Lived> {
  const row = await alertById(tx, o.id);
  if (row.seen_at || row.state === 'resolved') return { alert: row, turn: null };
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
  const alert = await change(tx, o.id, { state: 'snoozed', quiet_until: new Date(o.until) });
  return { alert, turn: standing };
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
    lived.push({ alert: await change(tx, id, { state: 'open', quiet_until: null }), turn: worse });
  }
  return lived;
}

const titleMax = 120;
const textMax = 1000;

const contentOf = (request: Request) => ({
  title: oneLine(request.title, titleMax),
  text: oneLine(request.text, textMax),
  lines: (request.lines ?? []).slice(0, 4).map((line) => oneLine(line, 200)),
  severity: request.severity,
});

const factsOf = (request: Request) => ({
  since: new Date(request.since),
  entities: request.entities,
  ...(request.facts ? { facts: request.facts } : {}),
  ...(request.episode ? { episode: request.episode } : {}),
  ...(request.detector ? { detector: request.detector } : {}),
  ...(request.workflow ? { workflow: request.workflow } : {}),
  ...(request.run ? { run: request.run } : {}),
});

function choicesOf({ approval }: Request): { approval?: string; choices?: Choices } {
  if (!approval) return {};
  const { id, options, expiresAt } = approval;
  return { approval: id, choices: { options, expiresAt } };
}

async function insert(
  tx: Db,
  request: Request,
  o: { now: number; newId: string },
): Promise<AlertRow> {
  const { row } = await openAlert(tx, {
    id: o.newId,
    home_id: request.home,
    key: request.key,
    state: 'open',
    ...contentOf(request),
    ...factsOf(request),
    ...choicesOf(request),
    created_at: new Date(o.now),
    updated_at: new Date(request.at ?? o.now),
  });
  return row;
}

async function change(tx: Db, id: string, set: Change<'alerts'>): Promise<AlertRow> {
  const row = await changeAlert(tx, id, set);
  if (!row) throw new TomteError('alert.not_found', `There is no alert ${id}`);
  return row;
}

async function alertById(tx: Db, id: string): Promise<AlertRow> {
  const row = await lockAlert(tx, id);
  if (!row) throw new TomteError('alert.not_found', `There is no alert ${id}`);
  return row;
}
