/** A choice as the plan that is told: modes, grid, money. */
import { costOf, followed, gridOf, roomOf, socOf } from './cost.ts';
import type { BatteryMode, Choice, PlannedSlot } from './plan.ts';
import type { Problem } from './problem.ts';

export function slotsOf(problem: Problem, choice: Choice): PlannedSlot[] {
  const gridW = gridOf(problem, choice);
  const modes = modesOf(problem, choice, gridW);
  return problem.slots.map(({ start, minutes }, n) => ({
    start: new Date(start).toISOString(),
    minutes,
    batteryMode: choice.modes?.[n] ?? modes[n]!,
    batteryW: thousandth(choice.batteryW[n]!),
    gridW: thousandth(gridW[n]!),
    curtailW: thousandth(choice.curtailW[n]!),
    loads: Object.fromEntries([...choice.loadsW].map(([id, watts]) => [id, thousandth(watts[n]!)])),
  }));
}

/** Below this, W, the battery does as much as following the house would. */
const same = 1;

/**
 * `self_consume` where following the house comes to the same, so that a forecast that is off costs least;
 * else what it is told to do or not to do.
 */
export function modesOf(problem: Problem, choice: Choice, gridW: readonly number[]): BatteryMode[] {
  const { battery, slots } = problem;
  if (!battery) return slots.map(() => 'self_consume');
  const soc = [battery.socWh, ...socOf(problem, battery, choice.batteryW)];
  return slots.map(({ hours }, n) => {
    const watts = choice.batteryW[n]!;
    const need = gridW[n]! + watts;
    const room = roomOf(battery, soc[n]!, hours);
    if (Math.abs(watts - followed(need, room)) <= same) return 'self_consume';
    if (watts > same) return 'discharge';
    if (watts < -same)
      return Math.abs(watts + Math.min(-need, room.chargeW)) <= same ? 'hold' : 'charge';
    // Neither: with a need it keeps what it has, with a surplus it leaves that to the grid.
    return need > 0 ? 'hold' : 'discharge';
  });
}

export const moneyOf = (problem: Problem, choice: Choice): number =>
  Math.round(costOf(problem, choice) * 1e6) / 1e6 || 0;

const thousandth = (value: number): number => Math.round(value * 1e3) / 1e3 || 0;
