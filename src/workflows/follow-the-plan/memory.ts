import type { WorkflowContext } from '@tomte/sdk/define';
import type { PlanAsked } from '@tomte/sdk/plan';
import type { PlanLoad } from '@tomte/sdk/plan-load';
import { z } from 'zod';

const onOrOff = z.enum(['on', 'off']).nullable().catch(null);
const held = z.object({
  /** As it was switched, or shown, when a plan was followed last; null where that did not succeed. */
  is: onOrOff,
  /** As it was before a plan first said anything of it: what it goes back to where its line says nothing. */
  found: onOrOff,
});
/** What the plan has in its hands, by entity. */
const memory = z.record(z.string(), held).catch({});
export type Memory = z.infer<typeof memory>;

export const readMemory = async (ctx: WorkflowContext): Promise<Memory> =>
  memory.parse((await ctx.store.get('held')) ?? {});

export const keepMemory = (ctx: WorkflowContext, held: Memory): Promise<void> =>
  ctx.store.set('held', { ...held });

/** The same by name of the load, as a plan is asked. */
export function toldOf(
  held: Memory,
  loads: readonly PlanLoad[],
): Pick<PlanAsked, 'switched' | 'found'> {
  const rows = (field: 'is' | 'found') =>
    loads.flatMap(({ name, entity }) => {
      const value = held[entity]?.[field] ?? null;
      return value === null ? [] : [[name, value] as const];
    });
  return { switched: Object.fromEntries(rows('is')), found: Object.fromEntries(rows('found')) };
}
