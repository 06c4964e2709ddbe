import { createHash } from 'node:crypto';
import { type Duration, ms } from '@tomte/sdk/define';
import { TomteError } from '@tomte/sdk/errors';
import { addWait, getWait } from '../store/waits.ts';
import type { Registered } from './body.ts';
import type { ContextOptions } from './context.ts';
import type { Awaited } from './wait.ts';

/** The same call of the same Run asks the same question. */
export const approvalId = (run: string, step: string): string =>
  createHash('sha256').update(`approval/${run}/${step}`).digest('hex').slice(0, 24);

/** Milliseconds, or `run.call_invalid`. */
export function readMs(duration: Duration): number {
  try {
    return ms(duration);
  } catch (error) {
    if (error instanceof RangeError) throw new TomteError('run.call_invalid', error.message);
    throw error;
  }
}

/** Writes the row of a wait; after a crash the one that is there counts. */
export async function openRow(
  { db, run, now }: Pick<ContextOptions, 'db' | 'run' | 'now'>,
  position: number,
  name: string,
  awaited: Awaited,
  due: number | null,
): Promise<Registered & { due: number | null }> {
  const isNew = await addWait(db, {
    ...{ run: run.id, position, home_id: run.home, kind: awaited.kind, name },
    ...{ spec: awaited, began_at: now(), due_at: due },
  });
  if (isNew) return { awaited, due };
  const row = await getWait(db, { run: run.id, position });
  return { awaited: (row?.spec as Awaited | undefined) ?? awaited, due: row?.due_at ?? due };
}
