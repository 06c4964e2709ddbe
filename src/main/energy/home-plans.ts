/** The plan of each home: made anew each hour and when something changed, kept over restarts, with what a person wants otherwise. */
import { isError } from '@tomte/sdk/errors';
import type { PlanAsked, PlannedNow } from '@tomte/sdk/plan';
import type { EnergyPlan } from '@tomte/sdk/types-plan';
import { nextTimeOf } from '@tomte/sdk/wall-clock';
import { type LoadNow, loadNow, type Pin } from '../../energy/plan/home-loads.ts';
import { backOrder, orderOf, slotAt } from '../../energy/plan/orders.ts';
import { outsideBand } from '../../energy/plan/warm-loads.ts';
import { hourMs, minuteMs } from '../../energy/series.ts';
import type { Log } from '../../lib/log.ts';
import { oneByOne } from '../../lib/one-by-one.ts';
import { listHabits } from '../../store/ledger.ts';
import {
  dropPin,
  type EnergyPlanRow,
  getPlan,
  listPins,
  type PlanPinRow,
  savePin,
  savePlan,
} from '../../store/plans.ts';
import type { Db } from '../../store/tables.ts';
import { getWorkflowSettings } from '../../store/workflow-settings.ts';
import { lifeOf } from '../lives.ts';
import { seeLoads } from './load-sight.ts';
import { meterSilent, silentSince } from './meter-silence.ts';
import { type PlanningParts, planHome } from './planning.ts';

/** A plan is made anew after this, and followed no longer than that. */
const freshMs = hourMs;
const validMs = 2 * hourMs;
const quarterMs = 15 * minuteMs;
/** A person's way without another end: what they switched by hand, and what is not to run tonight. */
export const morning = '06:00';

export interface HomePlan {
  readonly asked: PlanAsked;
  readonly loads: readonly LoadNow[];
  readonly pins: readonly PlanPinRow[];
  readonly plan: EnergyPlan | null;
  readonly madeAt: number | null;
  /** Why the plan is not followed, in words. */
  readonly stale: string | null;
  /** The meter that it is watched by has told nothing since. */
  readonly silentSince: number | null;
}

export interface HomePlans {
  /** What is to be now. Throws what reading the home throws. */
  now(home: string, asked: PlanAsked): Promise<PlannedNow>;
  /** As it was asked for last; null where it never was. */
  last(home: string): Promise<HomePlan | null>;
  pin(home: string, load: string, pin: Pin | null): Promise<void>;
}

export type HomePlansParts = PlanningParts & { readonly db: Db; readonly log: Log };

/** Who carries plans out. */
export const planWorkflow = 'follow-the-plan';

export function openHomePlans(parts: HomePlansParts): HomePlans {
  const { db, clock } = parts;
  const turns = new Map<string, ReturnType<typeof oneByOne>>();
  const inTurn = <T>(home: string, work: () => Promise<T>): Promise<T> => {
    const turn = turns.get(home) ?? oneByOne();
    turns.set(home, turn);
    return turn(work);
  };

  /** What a person switched since is theirs for a while. */
  async function noteHands(
    home: string,
    asked: PlanAsked,
    loads: readonly LoadNow[],
  ): Promise<boolean> {
    // Where nothing is switched by the plan, a hand at the switch contradicts nobody.
    const followed = await getWorkflowSettings(db, { home, workflow: planWorkflow });
    if (followed?.mode !== 'on') return false;
    let noted = false;
    for (const { load, seen, pin } of loads) {
      const last = asked.switched?.[load.name];
      if (pin !== null || last === undefined || seen.isOn === null) continue;
      if ((last === 'on') === seen.isOn) continue;
      const { zone } = lifeOf(parts.lives(), home);
      const until = new Date(nextTimeOf(morning, clock.now(), zone));
      await savePin(db, { ...pinRow(home, load.name, clock.now()), until, set_by: 'hand' });
      noted = true;
    }
    return noted;
  }

  async function look(home: string, asked: PlanAsked) {
    const life = lifeOf(parts.lives(), home);
    const now = clock.now();
    const seen = await seeLoads(life, asked.loads, now);
    const pins = await listPins(db, home, new Date(now));
    const loads = asked.loads.map((load) => {
      const row = pins.find((one) => one.load === load.name);
      const pin = row ? pinOf(row) : null;
      return loadNow(load, seen.get(load.name)!, { now, zone: life.zone, pin });
    });
    return { now, pins, loads };
  }

  const silenceOf = (home: string, { meter }: PlanAsked): Promise<number | null> =>
    silentSince(lifeOf(parts.lives(), home).link, meter, clock.now());

  async function lookWithHands(home: string, asked: PlanAsked) {
    const first = await look(home, asked);
    return (await noteHands(home, asked, first.loads)) ? look(home, asked) : first;
  }

  async function current(home: string, asked: PlanAsked): Promise<HomePlan> {
    const { now, pins, loads } = await lookWithHands(home, asked);
    const kept = await getPlan(db, home);
    const of = await madeOf(parts, home, asked, loads);
    const age = kept ? now - kept.made_at.getTime() : Number.POSITIVE_INFINITY;
    const common = { asked, loads, pins, silentSince: await silenceOf(home, asked) };
    if (kept && kept.made_of === of && age < freshMs && !isBehind(kept, loads, now))
      return { ...common, ...shown(kept), stale: null };
    try {
      const plan = await planHome(parts, home, {
        loads: loads.flatMap(({ wire }) => (wire ? [wire] : [])),
        leave: asked.loads.flatMap(({ energy }) => (energy === null ? [] : [energy])),
        gridImportMaxW: asked.gridImportMaxW ?? undefined,
        habits: await listHabits(db, home),
        meters: new Map(asked.loads.flatMap((one) => (one.energy ? [[one.name, one.energy]] : []))),
        windows: new Map(loads.map(({ load, window }) => [load.name, window])),
        previous: kept ? (kept.plan as EnergyPlan) : null,
      });
      const made_at = new Date(now);
      const row = {
        home_id: home,
        made_at,
        made_of: of,
        asked: { ...asked, switched: {}, found: {} },
        plan,
      };
      await savePlan(db, row);
      return { ...common, ...shown(row), stale: null };
    } catch (error) {
      if (!isError(error)) throw error;
      parts.log.warn({ home, code: error.code }, 'no plan could be made');
      if (!kept) return { ...common, plan: null, madeAt: null, stale: `${error.message}.` };
      const stale = age < validMs ? null : `${error.message}. The last plan is too old to follow.`;
      return { ...common, ...shown(kept), stale };
    }
  }

  return {
    now: (home, asked) =>
      inTurn(home, async () => {
        const now = clock.now();
        const hand = ({ load: { name } }: LoadNow) => ({
          ...{ last: asked.switched?.[name], found: asked.found?.[name], leaving: asked.leaving },
        });
        const back = (loads: readonly LoadNow[]): Pick<PlannedNow, 'orders' | 'batteryMode'> => ({
          orders: loads.map((one) => backOrder(one, hand(one))),
          batteryMode: 'self_consume',
        });
        if (asked.leaving) {
          const { loads } = await lookWithHands(home, asked);
          return { madeAt: null, stale: null, ...back(loads) };
        }
        const { plan, madeAt, stale, loads, silentSince: since } = await current(home, asked);
        if (plan === null || stale !== null || since !== null) {
          return {
            ...{ madeAt, ...back(loads), silentSince: since },
            stale: since === null ? stale : meterSilent(since, now),
          };
        }
        return {
          ...{ madeAt, stale },
          orders: loads.map((one) => orderOf(one, plan, now, hand(one))),
          batteryMode: slotAt(plan, now)?.batteryMode ?? 'self_consume',
        };
      }),
    last: (home) =>
      inTurn(home, async () => {
        lifeOf(parts.lives(), home);
        const kept = await getPlan(db, home);
        return kept ? current(home, kept.asked as PlanAsked) : null;
      }),
    async pin(home, load, pin) {
      if (pin === null) return dropPin(db, { home, load });
      await savePin(db, {
        ...pinRow(home, load, clock.now()),
        kind: pin.kind,
        at: pin.at === null ? null : new Date(pin.at),
        until: pin.until === null ? null : new Date(pin.until),
      });
    },
  };
}

/**
 * A slot counts as whole, and what began in the middle of one lacks the rest when it ends: of what is made in an
 * earlier quarter and does not hold all that is left, a new plan is made.
 */
function isBehind(
  { plan, made_at }: Pick<EnergyPlanRow, 'plan' | 'made_at'>,
  loads: readonly LoadNow[],
  now: number,
): boolean {
  if (Math.floor(made_at.getTime() / quarterMs) === Math.floor(now / quarterMs)) return false;
  const { slots } = plan as EnergyPlan;
  return loads.some(({ load, stand, doneMinutes }) => {
    if (stand !== 'planned') return false;
    const ahead = slots.map((slot) => {
      const start = Date.parse(slot.start);
      const left = start + slot.minutes * minuteMs - Math.max(start, now);
      return (slot.loads[load.name] ?? 0) > 0 ? Math.max(0, left) / minuteMs : 0;
    });
    return ahead.reduce((sum, one) => sum + one, 0) < load.minutes - doneMinutes - 1;
  });
}

const pinRow = (home: string, load: string, now: number): PlanPinRow => ({
  ...{ home_id: home, load, kind: 'leave', at: null, until: null, set_by: 'person' },
  set_at: new Date(now),
});

const pinOf = ({ kind, at, until }: PlanPinRow): Pin => ({
  ...{ kind, at: at?.getTime() ?? null, until: until?.getTime() ?? null },
});

const shown = ({ plan, made_at }: Pick<EnergyPlanRow, 'plan' | 'made_at'>) => ({
  ...{ plan: plan as EnergyPlan, madeAt: made_at.getTime() },
});

/** Of what a plan is made besides time: another text, another plan. */
async function madeOf(
  parts: PlanningParts,
  home: string,
  asked: PlanAsked,
  loads: readonly LoadNow[],
): Promise<string> {
  return JSON.stringify([
    await knownPrices(parts, home),
    asked.gridImportMaxW ?? null,
    loads.map((one) => {
      const { load, stand, pin, window } = one;
      return [
        ...[load.name, load.entity, load.powerW, load.minutes, load.contiguous, load.fromBattery],
        ...[stand, Math.round(window.end / minuteMs), pin?.kind ?? null, pin?.at ?? null],
        ...(load.keeps ? [load.keeps, outsideBand(one)] : []),
      ];
    }),
  ]);
}

/** Prices that are told newly make a new plan; where they cannot be had, making it says so. */
async function knownPrices({ energy }: PlanningParts, home: string): Promise<unknown> {
  try {
    const prices = await energy.prices(home);
    return prices && [prices.tariff.name, prices.assumedFrom, prices.markup, prices.factor];
  } catch (error) {
    if (isError(error)) return error.code;
    throw error;
  }
}
