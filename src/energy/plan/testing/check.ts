/**
 * Re-checks a plan against its problem, both as they are on the wire. Shares nothing with the planner: another
 * reading of the design, so that one mistake does not stand in both.
 */
import type { Plan } from '../plan.ts';

export interface WireLoad {
  id: string;
  powerW: number;
  durationMinutes: number;
  contiguous?: boolean;
  earliest?: string;
  deadline?: string;
  doneMinutes?: number;
  running?: boolean;
  fromBattery?: boolean;
  minOnMinutes?: number;
  minOffMinutes?: number;
}
export interface WireProblem {
  id: string;
  start: string;
  slotMinutes: number | number[];
  importPrice: number[];
  exportPrice: number[];
  baseLoadW: number[];
  solarW: number[];
  gridImportMaxW?: number;
  gridExportMaxW?: number;
  battery?: {
    capacityWh: number;
    socWh: number;
    socMinWh: number;
    socMaxWh: number;
    chargeMaxW: number;
    dischargeMaxW: number;
    chargeEfficiency: number;
    dischargeEfficiency: number;
    wearCostPerKWh: number;
    endValuePerKWh?: number;
    mayExport?: boolean;
  } | null;
  loads?: WireLoad[];
  previousPlan?: unknown;
  timeLimitMs?: number;
}

const watt = 0.6;

/** Every rule that the plan breaks and does not name; empty when it is right. */
export function faultsOf(problem: WireProblem, plan: Plan): string[] {
  const faults: string[] = [];
  const count = problem.importPrice.length;
  const length = (n: number) =>
    typeof problem.slotMinutes === 'number' ? problem.slotMinutes : problem.slotMinutes[n]!;
  if (plan.slots.length !== count) return [`${plan.slots.length} slots for ${count}`];
  const bent = (limit: string, slot: number) =>
    plan.bent.some((one) => one.limit === limit && one.slot === slot);
  let at = Date.parse(problem.start);
  let soc = problem.battery?.socWh ?? 0;
  let cost = 0;
  for (let n = 0; n < count; n++) {
    const slot = plan.slots[n]!;
    const say = (text: string) => faults.push(`slot ${n}: ${text}`);
    if (Date.parse(slot.start) !== at || slot.minutes !== length(n)) say('is another stretch');
    at += length(n) * 60_000;
    const hours = length(n) / 60;
    const taken = Object.values(slot.loads).reduce((sum, watts) => sum + watts, 0);
    const solar = problem.solarW[n]! - slot.curtailW;
    if (Math.abs(problem.baseLoadW[n]! + taken - solar - slot.batteryW - slot.gridW) > watt)
      say('does not balance');
    if (slot.curtailW < -watt || slot.curtailW > problem.solarW[n]! + watt) say('curtails wrongly');
    if (slot.gridW > (problem.gridImportMaxW ?? Infinity) + watt && !bent('gridImportMaxW', n))
      say('imports above the fuse');
    if (-slot.gridW > (problem.gridExportMaxW ?? Infinity) + watt && !bent('gridExportMaxW', n))
      say('exports too much');
    const { battery } = problem;
    if (battery) {
      if (slot.batteryW > battery.dischargeMaxW + watt) say('discharges too fast');
      if (-slot.batteryW > battery.chargeMaxW + watt) say('charges too fast');
      soc -=
        slot.batteryW > 0
          ? (slot.batteryW * hours) / battery.dischargeEfficiency
          : slot.batteryW * hours * battery.chargeEfficiency;
      if (soc < battery.socMinWh - 1 && !bent('socMinWh', n)) say(`holds ${soc} Wh, too little`);
      if (soc > battery.socMaxWh + 1 && !bent('socMaxWh', n)) say(`holds ${soc} Wh, too much`);
      if (!battery.mayExport && slot.batteryW > watt && slot.gridW < -watt)
        say('sells its battery');
      if (slot.batteryMode === 'hold' && slot.batteryW > watt) say('holds and discharges');
      if (slot.batteryMode === 'discharge' && slot.batteryW < -watt) say('discharges and charges');
      if (slot.batteryMode === 'charge' && slot.batteryW > -watt) say('charges nothing');
      const shut = problem.loads?.some(
        (load) => load.fromBattery === false && (slot.loads[load.id] ?? 0) > 0,
      );
      if (shut && slot.batteryW > watt) say('drains the battery into a load that may not');
    } else if (slot.batteryW !== 0) say('has a battery that is not there');
    const price = slot.gridW > 0 ? problem.importPrice[n]! : problem.exportPrice[n]!;
    cost += (price * slot.gridW * hours) / 1000;
    cost += ((battery?.wearCostPerKWh ?? 0) * Math.abs(slot.batteryW) * hours) / 2000;
  }
  if (Math.abs(cost - plan.cost) > 1e-4) faults.push(`costs ${cost}, says ${plan.cost}`);
  for (const load of problem.loads ?? []) faults.push(...loadFaults(load, plan));
  return faults;
}

function loadFaults(load: WireLoad, plan: Plan): string[] {
  const faults: string[] = [];
  const say = (text: string) => faults.push(`${load.id}: ${text}`);
  const end = (n: number) => Date.parse(plan.slots[n]!.start) + plan.slots[n]!.minutes * 60_000;
  const left = Math.max(0, load.durationMinutes - (load.doneMinutes ?? 0));
  const on = plan.slots.flatMap((slot, n) => {
    const watts = slot.loads[load.id];
    if (watts === undefined) say(`is not told in slot ${n}`);
    if (watts !== 0 && Math.abs((watts ?? 0) - load.powerW) > 1e-6) say(`takes ${watts} W`);
    return (watts ?? 0) > 0 ? [n] : [];
  });
  if (load.powerW === 0) return faults;
  const minutes = on.reduce((sum, n) => sum + plan.slots[n]!.minutes, 0);
  const longest = Math.max(...plan.slots.map((slot) => slot.minutes));
  if (minutes >= left + longest) say(`runs ${minutes} of ${left} minutes`);
  if (load.contiguous && on.length > 0 && on.at(-1)! - on[0]! + 1 !== on.length) say('is cut');
  if (load.running && load.contiguous && left > 0 && on[0] !== 0) say('does not go on');
  const early = load.earliest ? Date.parse(load.earliest) : -Infinity;
  const wrongly = on.filter((n) => Date.parse(plan.slots[n]!.start) < early);
  if (wrongly.length > 0 && !(load.running && load.contiguous)) say('begins too early');
  const deadline = load.deadline ? Date.parse(load.deadline) : Infinity;
  const inTime = on
    .filter((n) => end(n) <= deadline)
    .reduce((sum, n) => sum + plan.slots[n]!.minutes, 0);
  const named = plan.bent.some(({ limit }) => limit === `deadline:${load.id}`);
  const last = end(plan.slots.length - 1);
  if (inTime < left && !named && deadline <= last && early < last)
    say('misses its deadline in silence');
  if (named && inTime >= left) say('is named late and is not');
  return faults;
}
