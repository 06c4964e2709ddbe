/** Alerts as they cross the wire. */
import type { Alert, AlertPage, Delivery, errorShape, facts } from '@tomte/sdk/types';
import type { z } from 'zod';
import { iso, isoOrNull } from '../lib/clock.ts';
import { listAlerts as storedAlerts } from '../store/alerts.ts';
import type { Db, Row } from '../store/tables.ts';
import type { Choices } from './life.ts';
import type { AlertRow } from './turn.ts';

/** `sending` is a moment of `pending`; nobody needs to tell them apart. */
export const wireState = (state: Row<'deliveries'>['state']): Delivery['state'] =>
  state === 'sending' ? 'pending' : state;

type Told = Row<'deliveries'> & { channel_name: string };

const toldOf = (row: Told): Delivery => ({
  channel: row.channel_name,
  state: wireState(row.state),
  at: iso((row.sent_at ?? row.created_at).getTime()),
  kind: row.kind,
  ...(row.error ? { error: row.error as z.infer<typeof errorShape> } : {}),
});

const alertOf = (row: AlertRow, deliveries: readonly Told[]): Alert => ({
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
  deliveries: deliveries.filter(({ alert_id }) => alert_id === row.id).map(toldOf),
});

export interface AlertFilter {
  readonly state?: Alert['state'] | undefined;
  readonly home?: string | undefined;
  readonly limit?: number | undefined;
}

/** Newest first. */
export async function listAlerts(db: Db, filter: AlertFilter): Promise<Alert[]> {
  const rows = await storedAlerts(db, { ...filter, limit: filter.limit ?? 200 });
  const told = await toldFor(
    db,
    rows.map(({ id }) => id),
  );
  return rows.map((row) => alertOf(row, told));
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
  return {
    ...alertOf(row, await toldFor(db, [row.id])),
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
    demo: o.held,
    detector: row.detector,
    approval: row.approval,
    choices: row.choices as Choices | null,
  };
}

async function toldFor(db: Db, alerts: readonly string[]): Promise<Told[]> {
  if (alerts.length === 0) return [];
  return db
    .selectFrom('deliveries')
    .innerJoin('channels', 'channels.id', 'deliveries.channel_id')
    .selectAll('deliveries')
    .select('channels.name as channel_name')
    .where('alert_id', 'in', alerts)
    .orderBy('deliveries.created_at')
    .orderBy('deliveries.turn')
    .execute();
}
