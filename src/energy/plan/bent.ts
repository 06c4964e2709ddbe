/** Which limits a plan does not hold, found from the plan itself and not from the model that made it. */
import { gridOf, socOf, warmer } from './cost.ts';
import type { Bent, Choice } from './plan.ts';
import type { Load, Problem } from './problem.ts';
import type { Weights } from './weigh.ts';

/** W and Wh below this are rounding. */
const slack = 0.5;

export function bentIn(problem: Problem, choice: Choice, weights: Weights): Bent[] {
  return [
    ...gridBent(problem, choice, weights),
    ...socBent(problem, choice, weights),
    ...problem.loads.flatMap((load) => {
      const watts = choice.loadsW.get(load.id)!;
      return load.comfort
        ? comfortBent(problem, load, watts, weights)
        : deadlineBent(problem, load, watts, weights);
    }),
  ];
}

function gridBent(problem: Problem, choice: Choice, weights: Weights): Bent[] {
  return gridOf(problem, choice).flatMap((gridW, slot): Bent[] => {
    const { hours } = problem.slots[slot]!;
    const over = gridW - problem.gridImportMaxW;
    if (over > slack) {
      const costPerUnit = (weights.fusePerKWh * hours) / 1000;
      return [{ limit: 'gridImportMaxW', slot, byW: tenth(over), costPerUnit }];
    }
    const sent = -gridW - problem.gridExportMaxW;
    if (sent <= slack) return [];
    const costPerUnit = (weights.exportPerKWh * hours) / 1000;
    return [{ limit: 'gridExportMaxW', slot, byW: tenth(sent), costPerUnit }];
  });
}

/** As the power that would have brought it back within the slot. */
function socBent(problem: Problem, choice: Choice, weights: Weights): Bent[] {
  const { battery } = problem;
  if (!battery) return [];
  return socOf(problem, battery, choice.batteryW).flatMap((soc, slot): Bent[] => {
    const { hours } = problem.slots[slot]!;
    const costPerUnit = (weights.socPerKWh * hours) / 1000;
    const [under, over] = [battery.socMinWh - soc, soc - battery.socMaxWh];
    if (under > slack) return [{ limit: 'socMinWh', slot, byW: tenth(under / hours), costPerUnit }];
    if (over > slack) return [{ limit: 'socMaxWh', slot, byW: tenth(over / hours), costPerUnit }];
    return [];
  });
}

function deadlineBent(
  { slots }: Problem,
  load: Load,
  watts: readonly number[],
  weights: Weights,
): Bent[] {
  const end = slots.at(-1)!.end;
  // One that may begin only after the plan ends is none of this plan.
  if (load.minutes <= 0 || load.earliest >= end) return [];
  let [inTime, all, late] = [0, 0, 0];
  slots.forEach((slot, n) => {
    const minutes = load.powerW > 0 ? (slot.minutes * watts[n]!) / load.powerW : slot.minutes;
    all += minutes;
    if (slot.end <= load.deadline) inTime += minutes;
    else if (watts[n]! > 0) late = Math.max(late, (slot.end - load.deadline) / 60_000);
  });
  if (inTime >= load.minutes - 0.01) return [];
  // What is left may still be run after the plan ends.
  const after = Math.max(0, load.deadline - end) / 60_000;
  if (load.minutes - all <= after && late === 0) return [];
  const lies = slots.findIndex((slot) => slot.end > load.deadline);
  const done = all >= load.minutes - 0.01;
  const byMinutes = tenth(load.contiguous && done ? late : load.minutes - inTime);
  const { perMinute } = weights.late(load);
  const slot = lies < 0 ? slots.length - 1 : lies;
  return [{ limit: `deadline:${load.id}`, slot, byMinutes, costPerUnit: perMinute }];
}

function comfortBent(
  { slots }: Problem,
  load: Load,
  watts: readonly number[],
  weights: Weights,
): Bent[] {
  const comfort = load.comfort!;
  let warmth = comfort.nowC;
  return slots.flatMap(({ hours }, slot): Bent[] => {
    warmth = warmer(comfort, warmth, watts[slot]!, slot, hours);
    const by = Math.max(comfort.minC - warmth, warmth - comfort.maxC);
    const costPerUnit = weights.perDegreeHour * hours;
    const byDegrees = Math.round(by * 100) / 100;
    return by > 0.01 ? [{ limit: `comfort:${load.id}`, slot, byDegrees, costPerUnit }] : [];
  });
}

const tenth = (value: number): number => Math.round(value * 10) / 10;
