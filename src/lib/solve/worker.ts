/** The solver's thread: takes a model, answers its solution. Nothing else runs here. */
import { createRequire } from 'node:module';
import { parentPort } from 'node:worker_threads';
import type { Highs, Model } from 'highs';
import { dive } from './dive.ts';
import { type LinearModel, type Solution, type SolveOptions, sourceOf } from './linear.ts';

export interface Ask {
  readonly id: number;
  readonly model: LinearModel;
  readonly options: SolveOptions;
}
/** `memoryBytes`: what the solver has taken so far; it gives nothing back while it lives. */
export interface Answer {
  readonly id: number;
  readonly solution: Solution;
  readonly memoryBytes: number;
}

// Its types describe the CommonJS side, which its own export shape hides from an import.
const load = createRequire(import.meta.url)('highs') as () => Promise<Highs>;
const highs = await load();
parentPort!.on('message', ({ id, model, options }: Ask) => {
  const solution = solve(highs, model, options);
  const answer: Answer = { id, solution, memoryBytes: highs.memoryBytes };
  parentPort!.postMessage(
    answer,
    solution.kind === 'solved' ? [solution.values.buffer as ArrayBuffer] : [],
  );
});

/** Relaxations may take this much of the time there is; the solver's own search has the rest. */
const diveShare = 0.4;

function solve(solver: Highs, model: LinearModel, options: SolveOptions): Solution {
  const seconds = options.timeLimitMs / 1000;
  const relaxed = sourceOf(model);
  let spent = 0;
  const found: Solution | null = solver.withModel(relaxed, (loaded) => {
    loaded.options.set({ output_flag: false, random_seed: 0, time_limit: seconds * diveShare });
    const solution = dive(solver, model, loaded, options.gapMax);
    spent = loaded.getRunTime();
    return solution;
  });
  if (found) return found;
  return solver.withModel({ ...relaxed, integrality: model.whole }, (loaded) => {
    loaded.options.set({
      output_flag: false,
      random_seed: 0,
      time_limit: Math.max(0, seconds - spent),
      mip_abs_gap: options.gapMax,
      // A share of the cost would be eaten by the part of the bill that no plan can change.
      mip_rel_gap: 0,
      // Of no use where the relaxation has been looked through already: a fifth of all work.
      mip_heuristic_run_root_reduced_cost: false,
    });
    loaded.run();
    return read(solver, loaded, model.whole.includes(1));
  });
}

const feasible = 2;

function read(solver: Highs, loaded: Model, whole: boolean): Solution {
  const { optimal, infeasible, unboundedOrInfeasible, timeLimit } = solver.constants.modelStatus;
  const status = loaded.getModelStatus();
  if (status === infeasible || status === unboundedOrInfeasible)
    return { kind: 'none', reason: 'infeasible' };
  // Columns of a run without a solution hold numbers that mean nothing.
  if (Number(loaded.info.get('primal_solution_status')) !== feasible)
    return { kind: 'none', reason: status === timeLimit ? 'time' : 'failed' };
  const cost = loaded.getObjectiveValue();
  if (!whole && status !== optimal) return { kind: 'none', reason: 'time' };
  const bound = whole ? Number(loaded.info.get('mip_dual_bound')) : cost;
  return { kind: 'solved', values: loaded.getSolution().colValue, cost, bound };
}
