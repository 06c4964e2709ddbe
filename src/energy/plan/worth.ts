/** What a choice is worth all in all: money, what its bent limits weigh, what is left in the battery. */
import { bentIn } from './bent.ts';
import { costOf, peakCostOf, socOf } from './cost.ts';
import type { Choice } from './plan.ts';
import type { Problem } from './problem.ts';
import type { Weights } from './weigh.ts';

export const leastEndValue = 0.001;

/** What a kWh in the battery is worth at the end: what the cheapest hours would give for it. Never 0. */
export function endValueOf({ battery, slots }: Problem): number {
  if (!battery) return 0;
  if (battery.endValuePerKWh !== null) return battery.endValuePerKWh;
  const prices = slots.map(({ importPrice }) => importPrice).sort((a, b) => a - b);
  const cheap = prices[Math.floor((prices.length - 1) / 10)]!;
  return Math.max(leastEndValue, cheap * battery.dischargeEfficiency - battery.wearCostPerKWh / 2);
}

/** Less is better. `endValuePerKWh`: what is counted for each kWh that is left. */
export function burdenOf(
  problem: Problem,
  choice: Choice,
  { endValuePerKWh, weights }: { endValuePerKWh: number; weights: Weights },
): number {
  const bent = bentIn(problem, choice, weights).reduce(
    (sum, { byW = 0, byMinutes = 0, byDegrees = 0, costPerUnit }) =>
      sum + (byW + byMinutes + byDegrees) * costPerUnit,
    0,
  );
  const { battery } = problem;
  const left = battery
    ? (socOf(problem, battery, choice.batteryW).at(-1)! / 1000) * endValuePerKWh
    : 0;
  return costOf(problem, choice) + peakCostOf(problem, choice) + bent - left;
}
