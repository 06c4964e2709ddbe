import { defineWorkflow, type WorkflowContext } from '@tomte/sdk/define';
import type { LoadOrder, PlannedNow } from '@tomte/sdk/plan';
import { planLine, planLoadsOf } from '@tomte/sdk/plan-lines';
import { type PlanLoad, switchLoad } from '@tomte/sdk/plan-load';
import { nextTimeOf } from '@tomte/sdk/wall-clock';
import { clockTime, cut, titleMax } from '@tomte/sdk/words';
import { z } from 'zod';

const entity = (about: string) =>
  z
    .string()
    .regex(/^([a-z0-9_]+\.[a-z0-9_]+)?$/, 'an entity such as sensor.grid_power')
    .default('')
    .describe(about);
const option = (fallback: string, about: string) =>
  z.string().max(60).default(fallback).describe(about);
/** What was shed because of the fuse rests so long. */
const restMs = 15 * 60_000;

/** Carries out the cheapest day: each quarter, when prices are told, when the fuse is near, when a person pins. */
export default defineWorkflow({
  title: 'Follow the plan',
  text: 'Runs dishwasher, heater, car and battery when power is cheapest, in time, and leaves them to you whenever you switch them yourself.',
  words: [
    'plan cheap cheapest price sun solar save money tariff night',
    'dishwasher washing machine dryer car charge charger wallbox heater boiler heat pump battery',
  ],
  settings: z.strictObject({
    loads: z
      .array(planLine)
      .max(20)
      .default([])
      .describe(
        'What can wait, a line each: name, what is switched, power, how long, between which times, such as Car switch.wallbox 7400 W 180 min 18:00-07:00 by 06:30 Mon-Fri in pieces level sensor.car_charge to 80 % of 60 kWh ready binary_sensor.plugged, or what is kept warm, such as Water heater switch.tank 2000 W keeps sensor.tank 48-60 °C else on',
      ),
    fuseW: z
      .number()
      .min(500)
      .max(100_000)
      .nullable()
      .default(null)
      .describe('What may be drawn from the grid at once, W; empty for no limit'),
    gridPower: entity(
      'What is drawn from the grid now, W: watched against the fuse; silent for 12 minutes, everything goes back to itself',
    ),
    tellDone: z
      .enum(['digest', 'today', 'not'])
      .default('digest')
      .describe('When what waited is done: told in the morning, at once, or not'),
    battery: entity('The select that sets what the home battery does'),
    batteryItself: option('', 'Its option for following the house by itself'),
    batteryCharge: option('', 'Its option for charging, also from the grid'),
    batteryDischarge: option('', 'Its option for covering the house; as by itself when empty'),
    batteryHold: option('', 'Its option for keeping what it holds'),
  }),
  triggers: ({ loads, gridPower, fuseW, battery }) => [
    ...(loads.length > 0 || battery
      ? [{ time: { cron: '*/15 * * * *', misfire: 'once', lateMax: '15m' } } as const]
      : []),
    ...(gridPower && fuseW !== null
      ? [{ state: { entity: gridPower, above: fuseW, for: '10s', lateMax: '1m' } } as const]
      : []),
    ...(gridPower
      ? [
          {
            state: { entity: gridPower, to: ['unavailable', 'unknown'], for: '12m' },
          } as const,
        ]
      : []),
    { manual: true },
  ],
  // It switches what people rely on: they see first what it would do.
  watchFirst: true,
  runAtOnce: true,
  // One at a time, and none is lost: what comes meanwhile looks afterwards.
  mode: { kind: 'queued', max: 2 },
  wants: ({ loads, battery }) => [
    ...new Set([...planLoadsOf(loads).map((load) => load.entity), ...(battery ? [battery] : [])]),
  ],

  async run(ctx, settings) {
    const loads = planLoadsOf(settings.loads);
    const switched = memoryOf(await ctx.store.get('switched'));
    const asked = {
      ...{ loads, gridImportMaxW: settings.fuseW, switched: { ...switched } },
      meter: settings.gridPower || null,
    };
    const plan = await ctx.home.plan(asked);
    await tellStale(ctx, plan, settings);
    await closeDone(ctx);
    const resting = await restingNow(ctx);
    const done: string[] = [];
    const would: string[] = [];
    for (const order of plan.orders) {
      const { load, want, is } = order;
      if (order.done && switched[load] === 'on') await tellDone(ctx, load, settings.tellDone);
      // What is left alone is nobody's work: what it is later says nothing of who did that.
      if (want === null) delete switched[load];
      if (want === null || (want === 'on' && load in resting)) continue;
      if (want !== is) {
        const turned = await turn(ctx, order);
        if (turned === 'watched') would.push(`${load} ${want}`);
        if (turned !== 'followed') continue;
      }
      switched[load] = want;
      if (want !== is) done.push(`${load} ${want}`);
    }
    const shed = await shedLoads(ctx, settings, { loads, orders: plan.orders, switched, resting });
    await ctx.store.set('switched', switched);
    const battery = await setBattery(ctx, plan, settings);
    return { switched: done, would, shed, battery, planMadeAt: plan.madeAt, stale: plan.stale };
  },
});

function memoryOf(kept: unknown): Record<string, 'on' | 'off'> {
  const rows = Object.entries((kept ?? {}) as Record<string, unknown>);
  return Object.fromEntries(
    rows.flatMap(([name, is]) => (is === 'on' || is === 'off' ? [[name, is] as const] : [])),
  );
}

/** Until when what was shed rests, epoch ms by load. */
async function restingNow(ctx: WorkflowContext): Promise<Record<string, number>> {
  const kept = ((await ctx.store.get('resting')) ?? {}) as Record<string, number>;
  return Object.fromEntries(Object.entries(kept).filter(([, until]) => until > ctx.now()));
}

/** While more is drawn than the fuse allows, what may wait longest is switched off; what may not be cut never is. */
async function shedLoads(
  ctx: WorkflowContext,
  { gridPower, fuseW }: { gridPower: string; fuseW: number | null },
  o: {
    loads: readonly PlanLoad[];
    orders: readonly LoadOrder[];
    switched: Record<string, 'on' | 'off'>;
    resting: Record<string, number>;
  },
): Promise<string[]> {
  const shed: string[] = [];
  if (!gridPower || fuseW === null) return shed;
  const running = o.orders
    .filter(({ load, want, is, mayPause }) => mayPause && (o.switched[load] ?? want ?? is) === 'on')
    .toSorted((a, b) => b.slackMinutes - a.slackMinutes);
  for (const order of running) {
    const drawn = Number((await ctx.home.state(gridPower))?.state ?? Number.NaN);
    if (!(drawn > fuseW)) break;
    const load = o.loads.find(({ name }) => name === order.load)!;
    ctx.log(`${Math.round(drawn)} W are drawn, ${fuseW} are allowed: ${load.name} rests.`);
    const off = { ...order, want: 'off', action: switchLoad(load, 'off') } as const;
    if ((await turn(ctx, off)) !== 'followed') continue;
    o.switched[load.name] = 'off';
    o.resting[load.name] = ctx.now() + restMs;
    shed.push(load.name);
    await ctx.sleep('15s');
  }
  await ctx.store.set('resting', o.resting);
  return shed;
}

/** Whether the home followed. `watched`: only looking, it switched nothing; else the person is told, once for each. */
async function turn(
  ctx: WorkflowContext,
  { load, action, want }: LoadOrder,
): Promise<'followed' | 'watched' | 'failed'> {
  if (!action) return 'failed';
  const outcome = await ctx.act(action, { retries: 2 });
  const key = `follow-the-plan:${load}`;
  if (outcome.kind === 'confirmed' || outcome.kind === 'sent') {
    const title = `Over: ${load} follows again`.slice(0, 45);
    await ctx.resolve(key, { title, text: `It switched ${want}.`, at: ctx.now() });
    return 'followed';
  }
  if (outcome.kind === 'refused' && outcome.rule === 'watch-only') return 'watched';
  const why =
    outcome.kind === 'refused'
      ? 'I was not allowed to.'
      : 'Home Assistant took it, and nothing followed.';
  await ctx.alert({
    ...{ key, title: `${load} did not switch ${want}`.slice(0, 45), severity: 'today' },
    text: `Asked at ${clockTime(ctx.now(), ctx.home.zone)} by the plan. ${why} I try again in a quarter of an hour.`,
    ...{ since: ctx.now(), entities: [...action.entities] },
  });
  return 'failed';
}

const doneKey = (load: string) => `follow-the-plan:done:${load}`;

/** What ran because of the plan is reported once. */
async function tellDone(
  ctx: WorkflowContext,
  load: string,
  how: 'digest' | 'today' | 'not',
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
async function closeDone(ctx: WorkflowContext): Promise<void> {
  const told = await toldDone(ctx);
  if (told.length === 0) return;
  for (const load of told) {
    const last = { title: cut(`Over: ${load} is done`, titleMax), text: 'It was told.' };
    await ctx.resolve(doneKey(load), { ...last, at: ctx.now() });
  }
  await ctx.store.set('told', []);
}

const staleKey = 'follow-the-plan:stale';

async function tellStale(
  ctx: WorkflowContext,
  { stale, silentSince = null }: PlannedNow,
  { battery }: BatterySettings,
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

interface BatterySettings {
  readonly battery: string;
  readonly batteryItself: string;
  readonly batteryCharge: string;
  readonly batteryDischarge: string;
  readonly batteryHold: string;
}

/** By mode, never by power: the battery's own control knows the house from second to second. */
async function setBattery(
  ctx: WorkflowContext,
  { batteryMode }: PlannedNow,
  settings: BatterySettings,
): Promise<string | null> {
  const { battery, batteryItself } = settings;
  if (!battery || !batteryItself || batteryMode === null) return null;
  const named = {
    self_consume: batteryItself,
    charge: settings.batteryCharge,
    discharge: settings.batteryDischarge,
    hold: settings.batteryHold,
  };
  const option = named[batteryMode] || batteryItself;
  const is = (await ctx.home.state(battery))?.state ?? null;
  const last = (await ctx.store.get('battery')) as { option: string; handUntil?: number } | null;
  if (is === null || (last?.handUntil ?? 0) > ctx.now()) return null;
  // Another mode than the one set here was chosen by a person, who has it until the morning.
  if (last && is !== last.option && last.handUntil === undefined) {
    const handUntil = nextTimeOf('06:00', ctx.now(), ctx.home.zone);
    await ctx.store.set('battery', { option: is, handUntil });
    return null;
  }
  const action = {
    ...{ domain: battery.slice(0, battery.indexOf('.')), action: 'select_option' },
    ...{ entities: [battery], data: { option } },
  };
  const order = { load: 'Battery', want: 'on', action } as const;
  const others = { is: null, slackMinutes: 0, mayPause: true, why: '' };
  if (is !== option && (await turn(ctx, { ...order, ...others })) !== 'followed') return null;
  await ctx.store.set('battery', { option });
  return option;
}
