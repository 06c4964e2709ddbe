/** Alerts as they cross the wire. */
import type { OfferedAction } from '@tomte/sdk/define';
import type { Alert, AlertPage, Delivery, errorShape, facts } from '@tomte/sdk/types';
import { sql } from 'kysely';
import type { z } from 'zod';
import { iso, isoOrNull } from '../lib/clock.ts';
import { countChildren, listAlerts as storedAlerts } from '../store/alerts.ts';
import type { Db, Row } from '../store/tables.ts';
import { stepsOf } from './escalate.ts';
import { timesSince } from './flap.ts';
import type { Choices } from './life.ts';
import type { AlertRow } from './turn.ts';

/** `sending` is a moment of `pending`; nobody needs to tell them apart. */
export const wireState = (state: Row<'deliveries'>['state']): Delivery['state'] =>
  state === 'sending' ? 'pending' : state;

type Told = Pick<
  Row<'deliveries'>,
  'alert_id' | 'state' | 'kind' | 'next_at' | 'sent_at' | 'created_at' | 'error'
> & { channel_name: string; person: string | null };

const toldOf = (row: Told): Delivery => {
  const waits = row.state === 'pending' && row.next_at.getTime() > row.created_at.getTime();
  return {
    channel: row.channel_name,
    state: wireState(row.state),
    at: iso((row.sent_at ?? row.created_at).getTime()),
    kind: row.kind,
    ...(row.error ? { error: row.error as z.infer<typeof errorShape> } : {}),
    ...(row.person ? { person: row.person } : {}),
    ...(waits ? { waitsUntil: iso(row.next_at.getTime()) } : {}),
  };
};

const alertOf = (row: AlertRow, deliveries: readonly Told[], children: number): Alert => ({
  id: row.id,
  key: row.key,
  title: row.title,
  text: row.text,
  severity: row.severity,
  state: row.state,
  since: iso(row.since.getTime()),
  resolvedAt: isoOrNull(row.resolved_at?.getTime()),
  home: row.home_id,
  entities: row.entities,
  deliveries: deliveries.map(toldOf),
  children,
});

export interface AlertFilter {
  readonly state?: Alert['state'] | undefined;
  readonly home?: string | undefined;
  /** Those that this alert explains. */
  readonly parent?: string | undefined;
  readonly limit?: number | undefined;
}

/** Newest first. */
export async function listAlerts(db: Db, filter: AlertFilter): Promise<Alert[]> {
  const rows = await storedAlerts(db, { ...filter, limit: filter.limit ?? 200 });
  const ids = rows.map(({ id }) => id);
  const told = Map.groupBy(await toldFor(db, ids), ({ alert_id }) => alert_id);
  const children = await countChildren(db, ids);
  return rows.map((row) => alertOf(row, told.get(row.id) ?? [], children.get(row.id) ?? 0));
}

/** An alert with all that its page and its picture are made of. */
export type PictureAlert = AlertPage & {
  readonly detector: string | null;
  /** Of a question told like an alert. */
  readonly approval: string | null;
  readonly choices: Choices | null;
};

export async function alertPage(
  db: Db,
  row: AlertRow,
  o: { homeName: string; held: boolean },
): Promise<PictureAlert> {
  // One after another: a page is worth one connection.
  const told = await toldFor(db, [row.id]);
  const children = await countChildren(db, [row.id]);
  const steps = await stepsOf(db, row.id);
  const since = row.flapping_since?.getTime();
  return {
    ...alertOf(row, told, children.get(row.id) ?? 0),
    homeName: o.homeName,
    updatedAt: iso(row.updated_at.getTime()),
    lines: row.lines,
    facts: (row.facts as z.infer<typeof facts> | null) ?? null,
    chart: null,
    workflow: row.workflow,
    run: row.run,
    seenBy: row.seen_by,
    seenAt: isoOrNull(row.seen_at?.getTime()),
    quietUntil: isoOrNull(row.quiet_until?.getTime()),
    parent: row.parent,
    comesAndGoes:
      since === undefined ? null : { since: iso(since), times: timesSince(row.turns, since) },
    late: row.late,
    next: await nextOf(db, steps),
    action: offered(row),
    demo: o.held,
    detector: row.detector,
    approval: row.approval,
    choices: row.choices as Choices | null,
  };
}

/** What its button does, as people read it. */
function offered({ action, state }: AlertRow): AlertPage['action'] {
  const button = action as OfferedAction | null;
  if (!button || state === 'resolved') return null;
  const { domain, action: name } = button.action;
  return { label: button.label, domain, action: name };
}

async function nextOf(
  db: Db,
  steps: readonly { due_at: Date; channels: string[] }[],
): Promise<AlertPage['next']> {
  if (steps.length === 0) return [];
  const rows = await db.selectFrom('channels').select(['id', 'name']).execute();
  const names = new Map(rows.map(({ id, name }) => [id, name]));
  return steps.map(({ due_at, channels }) => ({
    at: iso(due_at.getTime()),
    channels: channels.flatMap((id) => names.get(id) ?? []),
  }));
}

/** One telling of an alert a channel, with whose it is; a channel of several is nobody's. */
async function toldFor(db: Db, alerts: readonly string[]): Promise<Told[]> {
  if (alerts.length === 0) return [];
  return db
    .selectFrom('deliveries')
    .innerJoin('channels', 'channels.id', 'deliveries.channel_id')
    .select(['alert_id', 'state', 'deliveries.kind', 'next_at', 'sent_at', 'error'])
    .select('deliveries.created_at')
    .select('channels.name as channel_name')
    .select(
      sql<string | null>`(select case when count(*) = 1 then min(name) end from persons
        where channels.id = any(persons.channels))`.as('person'),
    )
    .where(sql<boolean>`alert_id = any(${[...alerts]}::text[])`)
    .orderBy('deliveries.created_at')
    .orderBy('deliveries.turn')
    .execute();
}
