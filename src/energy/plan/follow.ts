import { carryOut, costOf } from './cost.ts';
import type { Choice } from './plan.ts';
import type { Problem } from './problem.ts';
import { burdenOf } from './worth.ts';

/**
 * Lets the battery follow the house, slot by slot, wherever the plan is no worse for it by more than `allowed`
 * (money, for all slots together). Of plans that cost the same the solver may give one that sends sun away now and
 * fills the battery later, or keeps what it has for an equal hour: right only if the forecast is. Following the
 * house is right whatever comes. `spent`: what of the allowance went.
 */
export function followHouse(
  problem: Problem,
  planned: Choice,
  o: { allowed: number; endValuePerKWh: number },
): { choice: Choice; spent: number } {
  let choice = planned;
  let spent = 0;
  if (!problem.battery) return { choice, spent };
  const burden = (of: Choice) => burdenOf(problem, of, o.endValuePerKWh);
  let [least, cost] = [burden(planned), costOf(problem, planned)];
  const asks: (number | null)[] = [...planned.batteryW];
  problem.slots.forEach((_, n) => {
    const asked = asks[n]!;
    asks[n] = null;
    const other = carryOut(problem, planned.loadsW, { batteryW: asks, curtailW: planned.curtailW });
    const more = Math.max(burden(other) - least, costOf(problem, other) - cost);
    if (more > o.allowed - spent) {
      asks[n] = asked;
      return;
    }
    spent += Math.max(0, more);
    [least, cost] = [burden(other), costOf(problem, other)];
    choice = other;
  });
  return { choice, spent };
}
