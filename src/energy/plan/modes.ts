import { breather } from '../../lib/breathe.ts';
import { bentIn } from './bent.ts';
import { carryOut, followed, gridOf, roomOf } from './cost.ts';
import { type Future, futuresOf } from './futures.ts';
import type { BatteryMode, Choice } from './plan.ts';
import type { Battery, Problem } from './problem.ts';
import { costAt, type Rest, restsOf } from './stored.ts';
import { modesOf } from './tell.ts';
import type { Weights } from './weigh.ts';

/** What the battery is told for a slot. `chargeW`: at the least, in mode charge. */
interface Told {
  readonly mode: BatteryMode;
  readonly chargeW: number;
}

/** So far ahead modes are weighed; what is later is weighed when its time comes nearer. */
const aheadMs = 2 * 3_600_000;
const chargeShares = [0.2, 0.4, 0.7, 1];
/** Money: for less than this the planned mode stays. */
const least = 1e-4;

/**
 * Tells the battery, in the slots that come next, what is cheapest over all that may come, and not only if exactly
 * the means do. A mode is carried out whatever comes, so each is tried in every future, and what it leaves in the
 * battery counts what it would save in that future. The plan alone would know to the watt how much the sun will
 * bring, and keep nothing back for when it does not.
 */
export async function weighModes(
  problem: Problem,
  planned: Choice,
  o: { endValuePerKWh: number; weights: Weights },
): Promise<Choice> {
  const { battery, slots } = problem;
  const futures = futuresOf(problem);
  // A peak is paid for once, whatever a slot costs; and what is sold from the battery, the plan knows better.
  if (!battery || !futures || problem.peak || battery.mayExport) return planned;
  const breathe = breather();
  const shut = problem.loads.filter(({ fromBattery }) => !fromBattery);
  const keptIn = (n: number) => shut.some(({ id }) => planned.loadsW.get(id)![n]! > 0);
  const near = slots.filter(({ start }) => start < slots[0]!.start + aheadMs).length;
  const courses: Course[] = [];
  for (const future of futures) {
    await breathe();
    const needW = withLoads(future, planned);
    const come = { needW, endValuePerKWh: o.endValuePerKWh, kept: keptIn };
    courses.push({ needW, rests: restsOf(problem, battery, come, near), soc: battery.socWh });
  }
  const gridW = gridOf(problem, planned);
  const plannedModes = modesOf(problem, planned, gridW);
  const modes: (BatteryMode | null)[] = slots.map(() => null);
  const asks = planned.batteryW.map((watts, n) =>
    plannedModes[n] === 'self_consume' ? null : watts,
  );
  let soc = battery.socWh;
  for (let n = 0; n < near; n++) {
    await breathe();
    const house = { problem, battery, slot: n, kept: keptIn(n) };
    const own = ownOf(plannedModes[n]!, planned.batteryW[n]!, house.kept);
    const told = planned.curtailW[n]! > 0 ? own : bestOf(house, courses, own);
    for (const course of courses)
      course.soc = afterwards(house, told, { need: course.needW[n]!, soc: course.soc }).soc;
    const mean = afterwards(house, told, { need: gridW[n]! + planned.batteryW[n]!, soc });
    asks[n] = mean.watts;
    modes[n] = told.mode;
    soc = mean.soc;
  }
  const other = carryOut(problem, planned.loadsW, { batteryW: asks, curtailW: planned.curtailW });
  const bent = (choice: Choice) => bentIn(problem, choice, o.weights).length;
  return bent(other) > bent(planned) ? planned : { ...other, modes };
}

/** One future as it goes on: what is stored in it so far. */
interface Course {
  readonly needW: Float64Array;
  readonly rests: readonly Rest[];
  soc: number;
}

interface House {
  readonly problem: Problem;
  readonly battery: Battery;
  readonly slot: number;
  /** The battery gives nothing. */
  readonly kept: boolean;
}

function withLoads(future: Future, { loadsW }: Choice): Float64Array {
  const needW = Float64Array.from(future);
  for (const watts of loadsW.values()) for (const [n, own] of watts.entries()) needW[n]! += own;
  return needW;
}

/** Where it must give nothing, it is told so: by itself it would. */
const ownOf = (mode: BatteryMode, watts: number, kept: boolean): Told => ({
  mode: kept && mode !== 'charge' ? 'hold' : mode,
  chargeW: Math.max(0, -watts),
});

function bestOf(house: House, courses: readonly Course[], own: Told): Told {
  const asked: Told[] = [
    ...(house.kept ? [] : [{ mode: 'self_consume', chargeW: 0 } as const]),
    { mode: 'hold', chargeW: 0 },
    ...chargeShares.map(
      (share): Told => ({
        ...{ mode: 'charge', chargeW: share * house.battery.chargeMaxW },
      }),
    ),
  ];
  const costOf = (told: Told) =>
    courses.reduce((sum, course) => {
      const { money, soc } = afterwards(house, told, {
        need: course.needW[house.slot]!,
        soc: course.soc,
      });
      return sum + money + costAt(course.rests[house.slot + 1]!, house.battery, soc);
    }, 0) / courses.length;
  let [best, cost] = [own, costOf(own) - least];
  for (const told of asked) {
    const money = costOf(told);
    if (money < cost - 1e-9) [best, cost] = [told, money];
  }
  return best;
}

/** What a battery that is told so does in a slot where the house needs so much, and what that costs. */
function afterwards(
  { problem, battery, slot, kept }: House,
  { mode, chargeW }: Told,
  { need, soc }: { need: number; soc: number },
): { watts: number; soc: number; money: number } {
  const { hours, importPrice, exportPrice } = problem.slots[slot]!;
  const room = roomOf(battery, soc, hours);
  if (kept) room.dischargeW = 0;
  let watts = followed(need, room);
  if (mode === 'hold' || mode === 'charge') watts = Math.min(0, watts);
  if (mode === 'discharge') watts = Math.max(0, watts);
  if (mode === 'charge') {
    const fuseW = Math.max(0, problem.gridImportMaxW - need);
    watts = -Math.max(-watts, Math.min(chargeW, room.chargeW, fuseW));
  }
  const gridW = need - watts;
  const perKWh = gridW > 0 ? importPrice : Math.max(0, exportPrice);
  const kWh = hours / 1000;
  return {
    watts,
    soc:
      soc +
      hours *
        (watts < 0 ? -watts * battery.chargeEfficiency : -watts / battery.dischargeEfficiency),
    money: perKWh * gridW * kWh + Math.abs(watts) * kWh * (battery.wearCostPerKWh / 2),
  };
}
