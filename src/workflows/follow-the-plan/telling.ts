import type { WorkflowContext } from '@tomte/sdk/define';
import type { PlannedNow } from '@tomte/sdk/plan';
import { clockTime, cut, titleMax } from '@tomte/sdk/words';
import type { Settings } from './settings.ts';

const doneKey = (load: string) => `follow-the-plan:done:${load}`;

/** What ran because of the plan is reported once. */
export async function tellDone(
  ctx: WorkflowContext,
  load: string,
  how: Settings['tellDone'],
): Promise<void> {
  if (how === 'not') return;
  await ctx.alert({
    ...{ key: doneKey(load), title: cut(`${load} is done, as planned`, titleMax), severity: how },
    text: `It was done by ${clockTime(ctx.now(), ctx.home.zone)}. What it saved stands under Energy once the day is over.`,
    ...{ since: ctx.now(), entities: [] },
  });
  await ctx.store.set('told', [...(await toldDone(ctx)), load]);
}

const toldDone = async (ctx: WorkflowContext): Promise<string[]> =>
  ((await ctx.store.get('told')) ?? []) as string[];

/** It is news once: the next look closes it. */
export async function closeDone(ctx: WorkflowContext): Promise<void> {
  const told = await toldDone(ctx);
  if (told.length === 0) return;
  for (const load of told) {
    const last = { title: cut(`Over: ${load} is done`, titleMax), text: 'It was told.' };
    await ctx.resolve(doneKey(load), { ...last, at: ctx.now() });
  }
  await ctx.store.set('told', []);
}

const staleKey = 'follow-the-plan:stale';

export async function tellStale(
  ctx: WorkflowContext,
  { stale, silentSince = null }: PlannedNow,
  { battery }: Pick<Settings, 'battery'>,
): Promise<void> {
  const at = ctx.now();
  if (stale === null) {
    const title = 'Over: there is a plan again';
    return ctx.resolve(staleKey, { title, text: 'It is followed from now on.', at });
  }
  if (silentSince !== null) {
    const back = battery
      ? 'I have given the battery back to its own mode, and what waits to itself.'
      : 'What waits does what it does by itself.';
    await ctx.alert({
      ...{ key: staleKey, title: 'Meter silent: the plan is not followed', severity: 'today' },
      text: `${stale} ${back} I follow the plan again when it tells.`,
      ...{ since: silentSince, entities: [] },
    });
    return;
  }
  await ctx.alert({
    ...{ key: staleKey, title: 'No plan: everything runs by itself', severity: 'today' },
    text: `${stale} Until there is one, each does what it does by itself.`.slice(0, 200),
    ...{ since: at, entities: [] },
  });
}
