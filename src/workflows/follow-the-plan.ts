import { defineWorkflow } from '@tomte/sdk/define';
import { planLoadsOf } from '@tomte/sdk/plan-lines';
import { setBattery } from './follow-the-plan/battery.ts';
import { restingNow, shedLoads } from './follow-the-plan/fuse.ts';
import { giveBack, giveBackAsked } from './follow-the-plan/giving-back.ts';
import { readMemory, toldOf } from './follow-the-plan/memory.ts';
import { settings } from './follow-the-plan/settings.ts';
import { carryOut } from './follow-the-plan/switching.ts';
import { closeDone, tellStale } from './follow-the-plan/telling.ts';

/** Carries out the cheapest day: each quarter, when prices are told, when the fuse is near, when a person pins. */
export default defineWorkflow({
  title: 'Follow the plan',
  text: 'Runs dishwasher, heater, car and battery when power is cheapest, in time, and leaves them to you whenever you switch them yourself.',
  words: [
    'plan cheap cheapest price sun solar save money tariff night',
    'dishwasher washing machine dryer car charge charger wallbox heater boiler heat pump battery',
  ],
  settings,
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
  givesBack: true,
  // One at a time, and none is lost: what comes meanwhile looks afterwards.
  mode: { kind: 'queued', max: 2 },
  wants: ({ loads, battery }) => [
    ...new Set([...planLoadsOf(loads).map((load) => load.entity), ...(battery ? [battery] : [])]),
  ],

  async run(ctx, settings) {
    const loads = planLoadsOf(settings.loads);
    const held = await readMemory(ctx);
    const leaving = giveBackAsked(ctx);
    const plan = await ctx.home.plan({
      ...{ loads, gridImportMaxW: settings.fuseW, ...toldOf(held, loads) },
      ...{ meter: settings.gridPower || null, leaving: leaving !== null },
    });
    const { orders } = plan;
    const resting = await restingNow(ctx);
    const carried = { loads, orders, held, resting };
    if (leaving) return giveBack(ctx, leaving, { ...carried, settings });
    await tellStale(ctx, plan, settings);
    await closeDone(ctx);
    const { done, would } = await carryOut(ctx, orders, { ...carried, tell: settings.tellDone });
    const shed = await shedLoads(ctx, settings, carried);
    const battery = await setBattery(ctx, plan.batteryMode, settings);
    return { switched: done, would, shed, battery, planMadeAt: plan.madeAt, stale: plan.stale };
  },
});
