/** The row of an alert: what a request makes of it. */
import { TomteError } from '@tomte/sdk/errors';
import { changeAlert, lockAlert, openAlert } from '../store/alerts.ts';
import type { Change, Db, NewRow } from '../store/tables.ts';
import type { Choices, Request } from './life.ts';
import { type AlertRow, oneLine } from './turn.ts';

const titleMax = 120;
const textMax = 1000;

/** What stands there when it is over. */
export interface LastWords {
  readonly title: string;
  readonly text: string;
  /** Epoch ms. */
  readonly at: number;
}

export const contentOf = (request: Request) => ({
  title: oneLine(request.title, titleMax),
  text: oneLine(request.text, textMax),
  lines: (request.lines ?? []).slice(0, 4).map((line) => oneLine(line, 200)),
  severity: request.severity,
});

export const factsOf = (request: Request) => ({
  since: new Date(request.since),
  entities: request.entities,
  ...(request.facts ? { facts: request.facts } : {}),
  ...(request.episode ? { episode: request.episode } : {}),
  ...(request.detector ? { detector: request.detector } : {}),
  ...(request.workflow ? { workflow: request.workflow } : {}),
  ...(request.run ? { run: request.run } : {}),
  depends_on: request.dependsOn ?? [],
  action: request.action ?? null,
});

/** Over, with its last words. */
export const ended = (row: AlertRow, last: LastWords) => ({
  state: 'resolved' as const,
  title: oneLine(last.title, titleMax),
  text: oneLine(last.text, textMax),
  resolved_at: new Date(last.at),
  updated_at: new Date(Math.max(last.at, row.updated_at.getTime())),
  held_until: null,
  flapping_since: null,
  rests_at: null,
  last_words: null,
});

function choicesOf({ approval }: Request): { approval?: string; choices?: Choices } {
  if (!approval) return {};
  const { id, options, expiresAt } = approval;
  return { approval: id, choices: { options, expiresAt } };
}

export interface Beginning {
  readonly now: number;
  readonly newId: string;
  readonly more: Partial<NewRow<'alerts'>>;
}

export const rowOf = (request: Request, o: Beginning) => ({
  ...o.more,
  id: o.newId,
  home_id: request.home,
  key: request.key,
  state: 'open' as const,
  ...contentOf(request),
  ...factsOf(request),
  ...choicesOf(request),
  created_at: new Date(o.now),
  updated_at: new Date(request.at ?? o.now),
});

export async function insert(tx: Db, request: Request, o: Beginning): Promise<AlertRow> {
  return (await openAlert(tx, rowOf(request, o))).row;
}

export async function change(tx: Db, id: string, set: Change<'alerts'>): Promise<AlertRow> {
  const row = await changeAlert(tx, id, set);
  if (!row) throw unknown(id);
  return row;
}

/** Holds the row until the transaction ends. Throws alert.not_found. */
export async function alertById(tx: Db, id: string): Promise<AlertRow> {
  const row = await lockAlert(tx, id);
  if (!row) throw unknown(id);
  return row;
}

const unknown = (id: string) => new TomteError('alert.not_found', `There is no alert ${id}`);
