/** Turns of alerts as triggers see them: opened, seen, over. */
import type { TriggerFired } from '@tomte/sdk/define';
import { listAlerts } from '../store/alerts.ts';
import type { Row } from '../store/tables.ts';
import type { PlaceParts } from './parts.ts';

type AlertFired = Extract<TriggerFired, { kind: 'alert' }>;
type Parts = Pick<PlaceParts, 'engine' | 'place' | 'store' | 'log'>;

/** Alerts looked at again after a crash. */
const looksBack = 200;

/** Fires the alert's newest turn; told again it is the same. */
export async function fireTurn(parts: Parts, row: Row<'alerts'>): Promise<void> {
  const fired = turnOf(row);
  if (fired) await parts.engine.fire(parts.place, row.home_id, fired);
}

/** A crash between an alert's turn and what it was to start: turns since `from` (epoch ms) are told again. */
export async function fireTurnsSince(parts: Parts, home: string, from: number): Promise<void> {
  const rows = await listAlerts(parts.store.db, { home, limit: looksBack });
  for (const row of rows.toReversed()) {
    const fired = turnOf(row);
    if (fired && fired.at >= from) await parts.engine.fire(parts.place, home, fired);
  }
}

function turnOf(row: Row<'alerts'>): AlertFired | null {
  const { id, key, title, workflow } = row;
  const alert = { kind: 'alert', alert: id, key, title, by: workflow ?? null } as const;
  if (row.state === 'resolved') {
    return { ...alert, turn: 'over', at: (row.resolved_at ?? row.updated_at).getTime() };
  }
  if (row.state === 'acknowledged') {
    return { ...alert, turn: 'seen', at: (row.seen_at ?? row.updated_at).getTime() };
  }
  return row.state === 'open' ? { ...alert, turn: 'opened', at: row.since.getTime() } : null;
}
