import { turn } from '../../lib/breathe.ts';
import type { Solve } from '../../lib/solve/linear.ts';
import { bentIn } from './bent.ts';
import { carryOut, costOf, doingNothing } from './cost.ts';
import { followHouse } from './follow.ts';
import { greedy } from './greedy.ts';
import { modelOf } from './model.ts';
import { type Apart, apartByPrice } from './model-house.ts';
import { weighModes } from './modes.ts';
import type { Choice, Plan } from './plan.ts';
import type { Problem } from './problem.ts';
import { moneyOf, slotsOf } from './tell.ts';
import { weightsOf } from './weigh.ts';
import { burdenOf, endValueOf, leastEndValue } from './worth.ts';

export interface Maker {
  readonly solve: Solve;
  /** Monotonic ms. */
  readonly ticks: () => number;
}

/** Half a cent is promised; the rest of it goes to tie-breakers and to plans that hold when the forecast does not. */
const gapMax = 0.004;
const promisedGap = 0.005;
const roundsMax = 6;

interface Found {
  readonly choice: Choice;
  readonly gap: number;
  readonly endValuePerKWh: number;
}

/** Always answers: the best plan, the best found in time, or one made without the solver where that is better. */
export async function makePlan(problem: Problem, maker: Maker): Promise<Plan> {
  const begun = maker.ticks();
  const nothing = doingNothing(problem, problem.loads);
  const found = await search(problem, maker, begun, moneyOf(problem, nothing));
  const isBest = found !== null && found.gap <= promisedGap;
  const planned = isBest
    ? found.choice
    : leastOf(problem, [found?.choice, greedy(problem), nothing]);
  const gap = found?.gap ?? Math.max(0, moneyOf(problem, planned) - lowest(problem));
  const weights = weightsOf(problem);
  const { endValuePerKWh } = found ?? { endValuePerKWh: endValueOf(problem) };
  await turn();
  const choice = await weighModes(problem, planned, { endValuePerKWh, weights });
  return {
    id: problem.id,
    status: isBest ? 'optimal' : planned === found?.choice ? 'feasible' : 'fallback',
    cost: moneyOf(problem, choice),
    costDoNothing: moneyOf(problem, nothing),
    gap: Math.round(gap * 1e6) / 1e6,
    solveMs: Math.round((maker.ticks() - begun) * 10) / 10,
    slots: slotsOf(problem, choice),
    bent: bentIn(problem, choice, weights),
  };
}

/**
 * Solves, and again where the answer does both of two things that exclude each other, or leaves a job undone
 * that could be done late. Null when the solver found nothing in time.
 */
async function search(
  problem: Problem,
  maker: Maker,
  begun: number,
  costDoNothing: number,
): Promise<Found | null> {
  const weights = weightsOf(problem);
  let endValuePerKWh = endValueOf(problem);
  let apart = apartByPrice(problem);
  let late = false;
  let best: Found | null = null;
  for (let round = 0; round < roundsMax; round++) {
    const timeLimitMs = problem.timeLimitMs - (maker.ticks() - begun);
    if (timeLimitMs < 1) break;
    // Writing a model down and reading its answer take some milliseconds each: others have their turn between.
    await turn();
    const model = modelOf(problem, { late, apart, weights, endValuePerKWh });
    const solution = await maker.solve(model.linear, { timeLimitMs, gapMax });
    if (solution.kind === 'none') break;
    await turn();
    const read = model.read(solution.values);
    // Also what does both at once can be carried out, a little worse than it says.
    const choice = carryOut(problem, read.loadsW, read);
    best = { choice, gap: Math.max(0, solution.cost - solution.bound), endValuePerKWh };
    const more = together(apart, read.apart);
    const undone: boolean =
      !late && bentIn(problem, choice, weights).some(({ byMinutes }) => byMinutes);
    const dear =
      !undone &&
      endValuePerKWh > leastEndValue &&
      spendsForLater(problem, choice, costDoNothing, weights);
    if (!more && !undone && !dear) return steadied(problem, best, { endValuePerKWh, weights });
    if (more) apart = more;
    late ||= undone;
    if (dear) endValuePerKWh = endValuePerKWh > 0.02 ? endValuePerKWh / 3 : leastEndValue;
  }
  // Left early: it can be carried out, and how far from the best it is nobody has shown.
  return best && { ...best, gap: Math.max(best.gap, promisedGap * 2) };
}

async function steadied(
  problem: Problem,
  { choice, gap }: Pick<Found, 'choice' | 'gap'>,
  by: Parameters<typeof burdenOf>[2],
): Promise<Found> {
  const allowed = (promisedGap - gapMax) / 2;
  await turn();
  const followed = await followHouse(problem, choice, { allowed, ...by });
  return { choice: followed.choice, gap: gap + followed.spent, endValuePerKWh: by.endValuePerKWh };
}

/** More than doing nothing costs, for a value of what is stored that nobody asked for. */
function spendsForLater(
  problem: Problem,
  choice: Choice,
  costDoNothing: number,
  weights: ReturnType<typeof weightsOf>,
): boolean {
  if (!problem.battery || problem.battery.endValuePerKWh !== null || problem.peak) return false;
  if (costOf(problem, choice) <= costDoNothing + 1e-6) return false;
  const nothing = doingNothing(problem, problem.loads);
  return bentIn(problem, nothing, weights).length === 0;
}

/** Null when nothing is new. */
function together(a: Apart, b: Apart): Apart | null {
  const grid = new Set([...a.grid, ...b.grid]);
  const battery = new Set([...a.battery, ...b.battery]);
  return grid.size === a.grid.size && battery.size === a.battery.size ? null : { grid, battery };
}

/** The least burden: what bends less is better. Of equal ones the first. */
function leastOf(problem: Problem, choices: readonly (Choice | undefined)[]): Choice {
  const by = { endValuePerKWh: endValueOf(problem), weights: weightsOf(problem) };
  const weighed = choices
    .filter((choice) => choice !== undefined)
    .map((choice) => ({ choice, burden: burdenOf(problem, choice, by) }));
  return weighed.reduce((a, b) => (b.burden < a.burden ? b : a)).choice;
}

/** No plan costs less: every load at the cheapest price, all the sun there is sold at the dearest. */
function lowest({ slots, loads, battery }: Problem): number {
  const low = Math.min(0, ...slots.map(({ importPrice }) => importPrice));
  const high = Math.max(0, ...slots.map(({ exportPrice }) => exportPrice));
  const store = battery ? (battery.socMaxWh / 1000) * 2 * Math.max(high, -low) : 0;
  const most = loads.reduce((sum, { powerW }) => sum + powerW, battery?.chargeMaxW ?? 0);
  return slots.reduce((sum, { solarW, baseLoadW, hours }) => {
    return sum - ((solarW * high - (baseLoadW + most) * low) / 1000) * hours;
  }, -store);
}
