import type { WorkflowContext } from '@tomte/sdk/define';
import type { PlannedNow } from '@tomte/sdk/plan';
import { nextTimeOf } from '@tomte/sdk/wall-clock';
import { cut, titleMax } from '@tomte/sdk/words';
import { z } from 'zod';
import type { Settings } from './settings.ts';
import { switchIn } from './switching.ts';

const kept = z
  .object({
    option: z.string(),
    /** Asked for, and not seen yet. */
    asked: z.string().optional(),
    handUntil: z.number().optional(),
  })
  .nullable()
  .catch(null);

/** By mode, never by power: the battery's own control knows the house from second to second. */
export async function setBattery(
  ctx: WorkflowContext,
  batteryMode: PlannedNow['batteryMode'],
  settings: Settings,
): Promise<string | null> {
  const { battery, batteryItself } = settings;
  if (!battery || !batteryItself || batteryMode === null) return null;
  const state = await ctx.home.state(battery);
  // While the home does not show it, nobody chose anything.
  if (state === null || ['unavailable', 'unknown'].includes(state.state)) return null;
  const is = state.state;
  const last = kept.parse(await ctx.store.get('battery'));
  if ((last?.handUntil ?? 0) > ctx.now()) return null;
  // Another mode than the one set here was chosen by a person, who has it until the morning.
  if (last && last.handUntil === undefined && is !== last.option && is !== last.asked) {
    const handUntil = nextTimeOf('06:00', ctx.now(), ctx.home.zone);
    await ctx.store.set('battery', { option: is, handUntil });
    return null;
  }
  const option = await offered(
    ctx,
    optionOf(batteryMode, settings),
    { battery, batteryItself },
    state,
  );
  if (is !== option) {
    await ctx.store.set('battery', { option: is, asked: option });
    const action = {
      ...{ domain: battery.slice(0, battery.indexOf('.')), action: 'select_option' },
      ...{ entities: [battery], data: { option } },
    };
    const turned = await switchIn(ctx, action, { name: 'Battery', to: `to ${option}` });
    if (turned !== 'followed') return null;
  }
  await ctx.store.set('battery', { option });
  return option;
}

/** An option that the select has no more, as after an update of the battery, is told, and its own mode stands in. */
async function offered(
  ctx: WorkflowContext,
  option: string,
  { battery, batteryItself }: Pick<Settings, 'battery' | 'batteryItself'>,
  { attributes }: { readonly attributes: Readonly<Record<string, unknown>> },
): Promise<string> {
  const key = 'follow-the-plan:battery-option';
  const has = Array.isArray(attributes.options) ? attributes.options : [option];
  if (has.includes(option)) {
    const last = { title: 'Over: the battery has its option again', text: 'It is set as planned.' };
    await ctx.resolve(key, { ...last, at: ctx.now() });
    return option;
  }
  await ctx.alert({
    ...{ key, title: cut(`Battery has no option ${option}`, titleMax), severity: 'today' },
    text: `It stays in its own mode, ${batteryItself}. Say what its options are called now under Workflows, Follow the plan.`,
    ...{ since: ctx.now(), entities: [battery] },
  });
  return batteryItself;
}

function optionOf(mode: NonNullable<PlannedNow['batteryMode']>, settings: Settings): string {
  const named = {
    self_consume: settings.batteryItself,
    charge: settings.batteryCharge,
    discharge: settings.batteryDischarge,
    hold: settings.batteryHold,
  };
  return named[mode] || settings.batteryItself;
}

/** To its own mode, where it was set by a plan and not by a person since. */
export async function giveBatteryBack(
  ctx: WorkflowContext,
  settings: Settings,
): Promise<string | null> {
  if ((await ctx.store.get('battery')) === null) return null;
  const option = await setBattery(ctx, 'self_consume', settings);
  if (option !== null) await ctx.store.delete('battery');
  return option;
}
