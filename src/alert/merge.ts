/** What of the waiting messages of one alert on one channel is worth sending. Pure. */
import type { Row } from '../store/tables.ts';

export type DeliveryRow = Row<'deliveries'>;
type Waiting = Pick<DeliveryRow, 'id' | 'kind' | 'silent' | 'attempts' | 'next_at' | 'turn'>;

export type Merged =
  | {
      readonly kind: 'send';
      readonly id: string;
      readonly as: DeliveryRow['kind'];
      readonly silent: boolean;
      readonly attempts: number;
      readonly superseded: readonly string[];
    }
  /** It began and ended before it could be told: nobody needs to hear of it. */
  | { readonly kind: 'skip'; readonly id: string; readonly superseded: readonly string[] };

/**
 * Only the newest is sent, and it rings if any of them had to. Each keeps its own id: a receiver
 * that takes an id once must not take an old text for a new one. `rows` are in order of turns and
 * not empty; `told` says whether anything of this alert arrived there before.
 */
export function merge(rows: readonly Waiting[], told: boolean): Merged {
  const newest = rows.at(-1)!;
  const superseded = rows.slice(0, -1).map(({ id }) => id);
  const attempts = Math.max(...rows.map((row) => row.attempts));
  const opens = rows.some(({ kind }) => kind === 'open');
  if (newest.kind === 'over') {
    // With an attempt behind it, the first message may have arrived although no answer came.
    if (opens && attempts === 0 && !told) return { kind: 'skip', id: newest.id, superseded };
    return { kind: 'send', id: newest.id, as: 'over', silent: true, attempts, superseded };
  }
  const silent = rows.every((row) => row.silent);
  const as = opens ? 'open' : newest.kind;
  return { kind: 'send', id: newest.id, as, silent, attempts, superseded };
}
