import { breather } from '../../lib/breathe.ts';
import { carryOut, costOf, followedW } from './cost.ts';
import type { Choice } from './plan.ts';
import type { Problem } from './problem.ts';
import { burdenOf } from './worth.ts';

/** W: it follows already, and there is nothing to weigh. */
const same = 1e-6;

/**
 * Lets the battery follow the house, slot by slot, wherever the plan is no worse for it by more than `allowed`
 * (money, for all slots together). Of plans that cost the same the solver may give one that sends sun away now and
 * fills the battery later, or keeps what it has for an equal hour: right only if the forecast is. Following the
 * house is right whatever comes. `spent`: what of the allowance went.
 */
export async function followHouse(
  problem: Problem,
  planned: Choice,
  o: { allowed: number } & Parameters<typeof burdenOf>[2],
): Promise<{ choice: Choice; spent: number }> {
  const { battery } = problem;
  let choice = planned;
  let spent = 0;
  if (!battery) return { choice, spent };
  let [least, cost] = [burdenOf(problem, planned, o), costOf(problem, planned)];
  let follows = followedW(problem, battery, planned);
  const asks: (number | null)[] = [...planned.batteryW];
  // Each look is as long as the plan: two days of quarters take tens of milliseconds.
  const breathe = breather();
  for (const [n, asked] of planned.batteryW.entries()) {
    await breathe();
    asks[n] = null;
    if (Math.abs(choice.batteryW[n]! - follows[n]!) < same) continue;
    const other = carryOut(problem, planned.loadsW, { batteryW: asks, curtailW: planned.curtailW });
    const [burden, money] = [burdenOf(problem, other, o), costOf(problem, other)];
    const more = Math.max(burden - least, money - cost);
    if (more > o.allowed - spent) {
      asks[n] = asked;
      continue;
    }
    spent += Math.max(0, more);
    [choice, least, cost] = [other, burden, money];
    follows = followedW(problem, battery, choice);
  }
  return { choice, spent };
}
