import type { WorkflowContext } from '@tomte/sdk/define';
import { isError } from '@tomte/sdk/errors';
import type { Action } from '@tomte/sdk/home';
import type { LoadOrder } from '@tomte/sdk/plan';
import type { PlanLoad } from '@tomte/sdk/plan-load';
import { clockTime, cut, titleMax } from '@tomte/sdk/words';
import { keepMemory, type Memory } from './memory.ts';
import { tellDone } from './telling.ts';

/** `watched`: only looking, nothing was switched. */
export type Turned = 'followed' | 'watched' | 'failed';

export interface Carried {
  readonly done: string[];
  readonly would: string[];
}

/** Switches what differs from what is wanted; what rests because of the fuse is not switched on. */
export async function carryOut(
  ctx: WorkflowContext,
  orders: readonly LoadOrder[],
  o: {
    loads: readonly PlanLoad[];
    held: Memory;
    resting: Readonly<Record<string, number>>;
    tell: 'digest' | 'today' | 'not';
  },
): Promise<Carried> {
  const { held, resting } = o;
  const done: string[] = [];
  const would: string[] = [];
  for (const order of orders) {
    const { load, want, is } = order;
    const { entity } = o.loads.find(({ name }) => name === load)!;
    const before = held[entity];
    if (order.done && before?.is === 'on') await tellDone(ctx, load, o.tell);
    // What is left alone is nobody's work: what it is later says nothing of who did that.
    if (want === null && is !== null) delete held[entity];
    if (want === null || (want === 'on' && load in resting)) continue;
    const found = before?.found ?? is;
    if (want !== is) {
      // Kept before it is switched: one that ends in between still knows what to give back.
      held[entity] = { is: null, found };
      await keepMemory(ctx, held);
      const turned = await turn(ctx, order);
      if (turned === 'watched') {
        would.push(`${load} ${want}`);
        delete held[entity];
      }
      if (turned !== 'followed') continue;
      done.push(`${load} ${want}`);
    }
    held[entity] = { is: want, found };
  }
  await keepMemory(ctx, held);
  return { done, would };
}

export const turn = (ctx: WorkflowContext, { load, action, want }: LoadOrder): Promise<Turned> =>
  switchIn(ctx, action, { name: load, to: want ?? '' });

/** Whether the home followed; where it did not the person is told, once for each name. */
export async function switchIn(
  ctx: WorkflowContext,
  action: Action | null,
  { name, to }: { name: string; to: string },
): Promise<Turned> {
  if (!action) return 'failed';
  const outcome = await askedFor(ctx, action);
  const key = `follow-the-plan:${name}`;
  if (outcome === null) {
    const title = cut(`Over: ${name} follows again`, titleMax);
    await ctx.resolve(key, { title, text: `It switched ${to}.`, at: ctx.now() });
    return 'followed';
  }
  if (outcome === 'watched') return 'watched';
  await ctx.alert({
    ...{ key, title: cut(`${name} did not switch ${to}`, titleMax), severity: 'today' },
    text: `Asked at ${clockTime(ctx.now(), ctx.home.zone)} by the plan. ${outcome} I try again in a quarter of an hour.`,
    ...{ since: ctx.now(), entities: [...action.entities] },
  });
  return 'failed';
}

/** Null where it was done, else why not. */
async function askedFor(ctx: WorkflowContext, action: Action): Promise<string | null> {
  try {
    const outcome = await ctx.act(action, { retries: 2 });
    switch (outcome.kind) {
      case 'confirmed':
      case 'sent':
        return null;
      case 'refused':
        return outcome.rule === 'watch-only' ? 'watched' : 'I was not allowed to.';
      case 'unconfirmed':
        return 'Home Assistant took it, and nothing followed.';
    }
  } catch (error) {
    // One that is gone, or takes no such value, keeps nothing from the others.
    if (isError(error) && error.code.startsWith('home.')) return `${cut(error.message, 100)}.`;
    throw error;
  }
}
