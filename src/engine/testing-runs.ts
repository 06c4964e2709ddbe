/** Test kit: one Run of one workflow, with a clock that a test may move on. */
import { defineWorkflow, type WorkflowContext, type WorkflowDefinition } from '@tomte/sdk/define';
import { expect } from 'vitest';
import { z } from 'zod';
import { type Clock, systemClock } from '../lib/clock.ts';
import { type Doors, doors, home, type OpenedEngine, openTestEngine, setMode } from './testing.ts';

let opened: OpenedEngine | undefined;
/** The engine of this test. */
export const engineOf = (): OpenedEngine => {
  if (!opened) throw new Error('no engine is open');
  return opened;
};
export async function open(...given: Parameters<typeof openTestEngine>): Promise<OpenedEngine> {
  opened = await openTestEngine(...given);
  return opened;
}
/** For `afterEach`. */
export async function closeEngine(): Promise<void> {
  await opened?.close();
  opened = undefined;
}

export const byHand = (
  run: WorkflowDefinition['run'],
  more: Partial<WorkflowDefinition> = {},
): WorkflowDefinition =>
  defineWorkflow({
    ...{ title: 'Tried', text: 'For a test.', triggers: [{ manual: true }] },
    settings: z.strictObject({}),
    run,
    ...more,
  });

/** Real time plus what a test adds to it: a wait of an hour is over at once. */
export function movedClock(): { clock: Clock; move(ms: number): void } {
  let added = 0;
  return {
    clock: { ...systemClock, now: () => systemClock.now() + added },
    move(ms) {
      added += ms;
    },
  };
}

export async function started(
  run: (ctx: WorkflowContext) => Promise<unknown>,
  o: { made?: Doors; clock?: Clock; more?: Partial<WorkflowDefinition> } = {},
): Promise<string> {
  const opened = await open({ tried: byHand(run, o.more) }, o.made ?? doors(), {
    pollMs: 200,
    ...(o.clock ? { clock: o.clock } : {}),
  });
  await setMode(opened.store.db, 'tried', 'on');
  await opened.engine.recover('tomte', home);
  const at = (o.clock ?? systemClock).now();
  const [id] = await opened.engine.fire('tomte', home, { kind: 'manual', by: 'Ola', at });
  return id!;
}

export const rowOf = (id: string) =>
  engineOf().store.db.selectFrom('runs').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
export const waitsOf = (id: string) =>
  engineOf()
    .store.db.selectFrom('waits')
    .selectAll()
    .where('run', '=', id)
    .orderBy('position')
    .execute();

/** Resolves when the Run's body has been let go. */
export async function parked(id: string, segment = 1): Promise<void> {
  await expect
    .poll(async () => rowOf(id), { timeout: 20_000 })
    .toMatchObject({ state: 'waiting', segment });
}
export async function waiting(id: string, count = 1): Promise<void> {
  await expect.poll(async () => (await waitsOf(id)).length, { timeout: 20_000 }).toBe(count);
}
export async function result(id: string): Promise<unknown> {
  await engineOf().engine.ended('tomte', id);
  const row = await rowOf(id);
  if (row.state !== 'done') return { state: row.state, error: row.error };
  return (row.result as { value: unknown }).value;
}

export const question = {
  title: 'Water the garden?',
  text: 'No rain today.',
  options: [
    { id: 'yes', label: 'Yes' },
    { id: 'no', label: 'No' },
  ],
  fallback: 'no',
  timeout: '1h',
} as const;
