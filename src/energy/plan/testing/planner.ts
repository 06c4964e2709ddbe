import { systemClock } from '../../../lib/clock.ts';
import { openSolver } from '../../../lib/solve/solver.ts';
import { openPlanner } from '../jsonl.ts';
import { makePlan } from '../make.ts';
import type { Plan } from '../plan.ts';
import { readProblem } from '../read.ts';

/** A planner with a real solver; `without` has a solver that never finds anything. */
export function testPlanner() {
  const solver = openSolver({
    clock: systemClock,
    onFault: (error) => {
      throw error;
    },
  });
  const maker = { solve: solver.solve, ticks: systemClock.ticks };
  const blind = { ...maker, solve: async () => ({ kind: 'none', reason: 'time' }) as const };
  return {
    maker,
    plan: (problem: unknown): Promise<Plan> => makePlan(readProblem(problem), maker),
    without: (problem: unknown): Promise<Plan> => makePlan(readProblem(problem), blind),
    lines: openPlanner(maker),
    close: solver.close,
  };
}
