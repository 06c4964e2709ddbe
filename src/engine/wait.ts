import type { Held } from '@tomte/sdk/condition';
import type { Condition, WaitSpec } from '@tomte/sdk/define';
import type { ErrorBody } from '@tomte/sdk/errors';
import type { WaitRow } from '../store/waits.ts';

export type WaitKind = WaitRow['kind'];

/** What a row of `waits` waits for. Plain JSON. */
export type Awaited =
  | { readonly kind: 'sleep' }
  | { readonly kind: 'until'; readonly condition: Condition; readonly held: Held }
  | { readonly kind: 'event' | 'webhook'; readonly what: WaitSpec; readonly workflow: string }
  | { readonly kind: 'approval'; readonly approval: string; readonly fallback: string }
  | { readonly kind: 'run'; readonly run: string };

/** How a wait ended. Times are epoch ms. */
export type WaitOutcome =
  /** The time came, or ran out. */
  | { readonly kind: 'due'; readonly at: number }
  | { readonly kind: 'met'; readonly at: number }
  | { readonly kind: 'heard'; readonly data: unknown; readonly at: number }
  | {
      readonly kind: 'answered';
      readonly answer: string;
      readonly by: string | null;
      readonly at: number;
    }
  | {
      readonly kind: 'ended';
      readonly state: 'done' | 'failed' | 'cancelled';
      readonly result: unknown;
      readonly error: ErrorBody['error'] | null;
      readonly at: number;
    }
  /** Its Run ended first. */
  | { readonly kind: 'left'; readonly at: number };

/** An open wait, wherever its Run's body is. */
export interface OpenWait {
  readonly run: string;
  readonly home: string;
  readonly position: number;
  readonly awaited: Awaited;
  /** Epoch ms; null for never. */
  readonly due: number | null;
}

export const openWaitOf = (
  row: Pick<WaitRow, 'run' | 'home_id' | 'position' | 'spec' | 'due_at'>,
): OpenWait => ({
  run: row.run,
  home: row.home_id,
  position: row.position,
  awaited: row.spec as Awaited,
  due: row.due_at,
});
