/** What the rest of a plan costs by how much is stored, when all that comes is known. Pure. */
import type { Battery, Problem } from './problem.ts';

/** Cost of all that comes from one moment on: with the battery at its least, and what each Wh more takes off it. */
export interface Rest {
  readonly atLeast: number;
  /** From the least up, the dearest first: a Wh in the battery goes where it saves most. */
  readonly steps: readonly Step[];
}

interface Step {
  readonly wh: number;
  /** Money that each of these Wh saves. */
  readonly worth: number;
}

export interface Come {
  /** What the house needs in each slot, W; below 0: surplus. */
  readonly needW: ArrayLike<number>;
  readonly endValuePerKWh: number;
  /** The battery gives nothing in this slot. */
  readonly kept: (slot: number) => boolean;
}

/**
 * The rest from the begin of each slot up to `until`; one past the last is the end. Found backwards: what a slot can take from the battery
 * at a price, or give it at one, takes its place among what the Wh are worth later; what is then below empty or above
 * full falls away.
 */
export function restsOf(problem: Problem, battery: Battery, come: Come, until: number): Rest[] {
  const room = Math.max(0, battery.socMaxWh - battery.socMinWh);
  const endWorth = come.endValuePerKWh / 1000;
  const rests: Rest[] = [];
  let rest: Rest = {
    atLeast: -battery.socMinWh * endWorth,
    steps: [{ wh: room, worth: endWorth }],
  };
  const count = problem.slots.length;
  if (until >= count) rests[count] = rest;
  for (let n = count - 1; n >= 0; n--) {
    rest = before(rest, slotOf(problem, battery, come, n), room);
    if (n <= until) rests[n] = rest;
  }
  return rests;
}

export function costAt({ atLeast, steps }: Rest, { socMinWh }: Battery, soc: number): number {
  let left = soc - socMinWh;
  // A little below its least it is worth as much a Wh as just above.
  if (left <= 0) return atLeast - left * (steps[0]?.worth ?? 0);
  let cost = atLeast;
  for (const { wh, worth } of steps) {
    cost -= Math.min(left, wh) * worth;
    left -= wh;
    if (left <= 0) break;
  }
  return cost;
}

/** A slot without the battery, and what the battery could do in it. */
interface SlotAlone {
  readonly cost: number;
  /** Wh it could be charged with, and what each of them costs. */
  readonly takes: readonly Step[];
  /** Wh it could give, and what each of them saves. */
  readonly gives: Step;
}

function slotOf(problem: Problem, battery: Battery, come: Come, n: number): SlotAlone {
  const { hours, importPrice, exportPrice } = problem.slots[n]!;
  const needW = come.needW[n]!;
  const sells = Math.max(0, exportPrice);
  const wear = battery.wearCostPerKWh / 2;
  const taken = (watts: number, price: number): Step => ({
    wh: watts * hours * battery.chargeEfficiency,
    worth: (price + wear) / battery.chargeEfficiency / 1000,
  });
  const sunW = Math.min(battery.chargeMaxW, Math.max(0, -needW));
  const fuseW = Math.max(0, problem.gridImportMaxW - Math.max(0, needW));
  const takes = [
    taken(sunW, sells),
    taken(Math.min(battery.chargeMaxW - sunW, fuseW), importPrice),
  ];
  const givesW = come.kept(n) ? 0 : Math.min(battery.dischargeMaxW, Math.max(0, needW));
  return {
    cost: ((needW > 0 ? importPrice : sells) * needW * hours) / 1000,
    takes,
    gives: {
      wh: (givesW * hours) / battery.dischargeEfficiency,
      worth: ((importPrice - wear) * battery.dischargeEfficiency) / 1000,
    },
  };
}

function before(after: Rest, { cost, takes, gives }: SlotAlone, room: number): Rest {
  const own = [...takes, gives].filter(({ wh }) => wh > 0).sort((a, b) => b.worth - a.worth);
  // As if it were charged with all it could be: what is then in it from the first, and was not, falls away.
  let below = takes.reduce((sum, { wh }) => sum + wh, 0);
  let atLeast = after.atLeast + cost + takes.reduce((sum, { wh, worth }) => sum + wh * worth, 0);
  let left = room;
  const steps: Step[] = [];
  let [k, m] = [0, 0];
  while (left > 0 && (k < own.length || m < after.steps.length)) {
    const [mine, later] = [own[k], after.steps[m]];
    const isMine = mine !== undefined && (later === undefined || mine.worth >= later.worth);
    const { wh, worth } = isMine ? mine : later!;
    if (isMine) k += 1;
    else m += 1;
    const under = Math.min(below, wh);
    below -= under;
    atLeast -= under * worth;
    const stays = Math.min(left, wh - under);
    left -= stays;
    if (stays > 0) steps.push({ wh: stays, worth });
  }
  return { atLeast, steps };
}
