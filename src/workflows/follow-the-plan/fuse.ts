import type { WorkflowContext } from '@tomte/sdk/define';
import type { LoadOrder } from '@tomte/sdk/plan';
import { type PlanLoad, switchLoad } from '@tomte/sdk/plan-load';
import { keepMemory, type Memory } from './memory.ts';
import type { Settings } from './settings.ts';
import { turn } from './switching.ts';

/** What was shed because of the fuse rests so long. */
const restMs = 15 * 60_000;

/** Until when what was shed rests, epoch ms by load. */
export async function restingNow(ctx: WorkflowContext): Promise<Record<string, number>> {
  const kept = ((await ctx.store.get('resting')) ?? {}) as Record<string, number>;
  return Object.fromEntries(Object.entries(kept).filter(([, until]) => until > ctx.now()));
}

/** While more is drawn than the fuse allows, what may wait longest is switched off; what may not be cut never is. */
export async function shedLoads(
  ctx: WorkflowContext,
  { gridPower, fuseW }: Pick<Settings, 'gridPower' | 'fuseW'>,
  o: {
    loads: readonly PlanLoad[];
    orders: readonly LoadOrder[];
    held: Memory;
    resting: Record<string, number>;
  },
): Promise<string[]> {
  const shed: string[] = [];
  if (!gridPower || fuseW === null) return shed;
  const { held, resting } = o;
  const loadOf = ({ load }: LoadOrder) => o.loads.find(({ name }) => name === load)!;
  const isOn = (order: LoadOrder) =>
    (held[loadOf(order).entity]?.is ?? order.want ?? order.is) === 'on';
  const running = o.orders
    .filter((order) => order.mayPause && isOn(order))
    .toSorted((a, b) => b.slackMinutes - a.slackMinutes);
  for (const order of running) {
    const drawn = Number((await ctx.home.state(gridPower))?.state ?? Number.NaN);
    if (!(drawn > fuseW)) break;
    const load = loadOf(order);
    ctx.log(`${Math.round(drawn)} W are drawn, ${fuseW} are allowed: ${load.name} rests.`);
    const off = { ...order, want: 'off', action: switchLoad(load, 'off') } as const;
    if ((await turn(ctx, off)) !== 'followed') continue;
    held[load.entity] = { is: 'off', found: held[load.entity]?.found ?? order.is };
    resting[load.name] = ctx.now() + restMs;
    shed.push(load.name);
    await ctx.sleep('15s');
  }
  await ctx.store.set('resting', resting);
  if (shed.length > 0) await keepMemory(ctx, held);
  return shed;
}
