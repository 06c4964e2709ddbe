/** Why something did not run, as far as its conditions say. Pure. */
import type { NotRun } from '@tomte/sdk/types-runs';

export interface ConditionRow {
  readonly met: boolean;
  readonly was: string;
  readonly needed: string;
}

/** Those that failed first; none where it was something else. */
export function conditionsOf({ details }: NotRun): ConditionRow[] {
  const rows = Array.isArray(details.conditions) ? details.conditions : [];
  return rows.filter(isRow);
}

const isRow = (row: unknown): row is ConditionRow => {
  const { met, was, needed } = (row ?? {}) as Record<string, unknown>;
  return typeof met === 'boolean' && typeof was === 'string' && typeof needed === 'string';
};

/** `Nearest time it would have run: 02:30.` */
export const nearestOf = (at: string | null, when: (at: string) => string): string =>
  at === null
    ? 'In the twelve hours before and after, all of it was never so at once.'
    : `Nearest time it would have run: ${when(at)}.`;
