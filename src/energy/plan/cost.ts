/** Money and charge that follow from what is chosen. The model does not use this, so it can be checked by it. */
import type { Choice } from './plan.ts';
import { type Battery, type Load, type Problem, within } from './problem.ts';

/** Import above 0, export below; W. */
export function gridOf({ slots }: Problem, choice: Choice): number[] {
  return slots.map(({ baseLoadW, solarW }, n) => {
    let loads = 0;
    for (const watts of choice.loadsW.values()) loads += watts[n]!;
    return baseLoadW + loads - (solarW - choice.curtailW[n]!) - choice.batteryW[n]!;
  });
}

/** Import less export, and wear. */
export function costOf(problem: Problem, choice: Choice): number {
  const wear = (problem.battery?.wearCostPerKWh ?? 0) / 2;
  return gridOf(problem, choice).reduce((sum, gridW, n) => {
    const { importPrice, exportPrice, hours } = problem.slots[n]!;
    const money = (gridW > 0 ? importPrice : exportPrice) * (gridW / 1000) * hours;
    return sum + money + (Math.abs(choice.batteryW[n]!) / 1000) * hours * wear;
  }, 0);
}

/** What the highest slot costs above what was reached before. */
export function peakCostOf(problem: Problem, choice: Choice): number {
  if (!problem.peak) return 0;
  const highest = Math.max(...gridOf(problem, choice));
  return (Math.max(0, highest - problem.peak.soFarW) / 1000) * problem.peak.pricePerKW;
}

/** Stored Wh at the end of each slot. */
export function socOf({ slots }: Problem, battery: Battery, batteryW: readonly number[]): number[] {
  let soc = battery.socWh;
  return slots.map(({ hours }, n) => {
    const watts = batteryW[n]!;
    soc +=
      watts < 0
        ? -watts * hours * battery.chargeEfficiency
        : -(watts * hours) / battery.dischargeEfficiency;
    return soc;
  });
}

/** How much the battery can take or give in a slot, W, both above 0. */
export function roomOf(battery: Battery, soc: number, hours: number) {
  const room = Math.max(0, battery.socMaxWh - soc) / battery.chargeEfficiency / hours;
  const store = (Math.max(0, soc - battery.socMinWh) * battery.dischargeEfficiency) / hours;
  return {
    chargeW: Math.min(battery.chargeMaxW, room),
    dischargeW: Math.min(battery.dischargeMaxW, store),
  };
}

/** What the battery would do in each slot of a choice, W, were it to follow the house there. */
export function followedW(problem: Problem, battery: Battery, choice: Choice): number[] {
  const gridW = gridOf(problem, choice);
  const soc = [battery.socWh, ...socOf(problem, battery, choice.batteryW)];
  return problem.slots.map(({ hours }, n) =>
    followed(gridW[n]! + choice.batteryW[n]!, roomOf(battery, soc[n]!, hours)),
  );
}

/** Both ways, as far as there is room. `needW` is above 0 where the house lacks something. */
export const followed = (needW: number, room: ReturnType<typeof roomOf>): number =>
  Math.min(Math.max(needW, -room.chargeW), room.dischargeW);

/**
 * Carries out wishes for the battery as far as it can follow: its bounds, its power, no export where it may
 * not. `null` is a slot in which it follows the house both ways. What may not be exported is curtailed.
 */
export function carryOut(
  problem: Problem,
  loadsW: ReadonlyMap<string, readonly number[]>,
  wishes: { batteryW: readonly (number | null)[]; curtailW?: readonly number[] },
): Choice {
  const { battery } = problem;
  const shut = problem.loads.filter(({ fromBattery }) => !fromBattery);
  let soc = battery?.socWh ?? 0;
  const batteryW: number[] = [];
  const curtailW: number[] = [];
  problem.slots.forEach(({ baseLoadW, solarW, hours }, n) => {
    let need = baseLoadW - (solarW - (wishes.curtailW?.[n] ?? 0));
    for (const watts of loadsW.values()) need += watts[n]!;
    let watts = 0;
    if (battery) {
      const room = roomOf(battery, soc, hours);
      const kept = shut.some(({ id }) => (loadsW.get(id)?.[n] ?? 0) > 0);
      const wish = wishes.batteryW[n] ?? need;
      const most = battery.mayExport
        ? room.dischargeW
        : Math.min(room.dischargeW, Math.max(0, need));
      watts = Math.min(Math.max(wish, -room.chargeW), kept ? 0 : most);
      if (watts === 0) watts = 0;
      soc +=
        watts < 0
          ? -watts * hours * battery.chargeEfficiency
          : -(watts * hours) / battery.dischargeEfficiency;
    }
    const above = Math.max(0, watts - need - problem.gridExportMaxW);
    batteryW.push(watts);
    curtailW.push(Math.min(solarW, (wishes.curtailW?.[n] ?? 0) + above));
  });
  return { batteryW, curtailW, loadsW };
}

/** Every load as soon as it may, in one piece, whatever it costs; the battery by itself. */
export function doingNothing(problem: Problem, loads: readonly Load[]): Choice {
  const loadsW = new Map(loads.map((load) => [load.id, asSoonAsItMay(problem, load)]));
  return carryOut(problem, loadsW, { batteryW: problem.slots.map(() => null) });
}

function asSoonAsItMay({ slots }: Problem, load: Load): number[] {
  if (load.comfort) return thermostat(slots, load, load.comfort);
  let left = load.minutes;
  return slots.map((slot, n) => {
    const may = load.running && n === 0 ? true : slot.start >= load.earliest;
    if (!may || left <= 0) return 0;
    left -= slot.minutes;
    return load.powerW;
  });
}

/** On whenever the slot would end below the band. */
export function thermostat(
  slots: Problem['slots'],
  load: Load,
  comfort: NonNullable<Load['comfort']>,
): number[] {
  let warmth = comfort.nowC;
  return slots.map((slot, n) => {
    const idle = warmer(comfort, warmth, 0, n, slot.hours);
    const full = warmer(comfort, warmth, load.powerW, n, slot.hours);
    const short = idle < comfort.minC && within(slot, { ...load, deadline: Infinity });
    const share = full > idle ? Math.min(1, (comfort.minC - idle) / (full - idle)) : 0;
    const watts = !short
      ? 0
      : load.powerMinW === null
        ? load.powerW
        : Math.max(load.powerMinW, share * load.powerW);
    warmth = warmer(comfort, warmth, watts, n, slot.hours);
    return watts;
  });
}

/** Degrees at the end of a slot: the loss is that at its begin. */
export function warmer(
  comfort: NonNullable<Load['comfort']>,
  fromC: number,
  watts: number,
  slot: number,
  hours: number,
): number {
  const loss = comfort.lossWPerK * (fromC - comfort.outsideC[slot]!) + comfort.drawW[slot]!;
  return fromC + ((comfort.heatPerPower * watts - loss) * hours) / comfort.capacityWhPerK;
}
