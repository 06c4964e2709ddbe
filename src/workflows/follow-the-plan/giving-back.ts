import type { WorkflowContext } from '@tomte/sdk/define';
import type { LoadOrder } from '@tomte/sdk/plan';
import type { PlanLoad } from '@tomte/sdk/plan-load';
import { z } from 'zod';
import { giveBatteryBack } from './battery.ts';
import type { Memory } from './memory.ts';
import type { Settings } from './settings.ts';
import { carryOut } from './switching.ts';

const asked = z.object({
  giveBack: z.string().max(200),
  /** Only these; all where it is left out. */
  entities: z.array(z.string()).optional(),
});
export type GiveBack = z.infer<typeof asked>;

/** Why everything is to be given back; null where the plan is to be followed. */
export const giveBackAsked = ({ trigger }: WorkflowContext): GiveBack | null =>
  trigger.kind === 'manual' ? (asked.safeParse(trigger.input).data ?? null) : null;

/** Each goes back to what it does by itself, or as it was found, before nothing can be switched any more. */
export async function giveBack(
  ctx: WorkflowContext,
  why: GiveBack,
  o: {
    settings: Settings;
    loads: readonly PlanLoad[];
    orders: readonly LoadOrder[];
    held: Memory;
    resting: Readonly<Record<string, number>>;
  },
) {
  const { settings, loads, held } = o;
  const isMeant = (entity: string) => why.entities?.includes(entity) ?? true;
  const entityOf = ({ load }: LoadOrder) => loads.find(({ name }) => name === load)!.entity;
  const ours = o.orders.filter((order) => isMeant(entityOf(order)) && entityOf(order) in held);
  const { done, would } = await carryOut(ctx, ours, { ...o, tell: settings.tellDone });
  for (const { load, want, why: reason } of ours)
    ctx.log(`${load}${want === null ? '' : ` ${want}`}: ${reason}`);
  for (const order of ours) {
    // What did not follow is tried again where it can be.
    if (held[entityOf(order)]?.is !== null) delete held[entityOf(order)];
  }
  await ctx.store.set('held', held);
  const battery =
    settings.battery && isMeant(settings.battery) ? await giveBatteryBack(ctx, settings) : null;
  return { gaveBack: done, would, battery, because: why.giveBack };
}
