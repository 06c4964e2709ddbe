/** What bending a limit is weighed with: so much that no saving ever pays for it, a fuse above a deadline. */
import type { Load, Problem } from './problem.ts';

export interface Weights {
  /** Per kWh above the fuse. */
  readonly fusePerKWh: number;
  /** Per kWh above what may be exported; only where the house itself would not take it. */
  readonly exportPerKWh: number;
  /** Per kWh and slot outside the battery's bounds. */
  readonly socPerKWh: number;
  /** Per degree and hour outside the band. */
  readonly perDegreeHour: number;
  /** For being late at all, per minute late, and per minute never done in the plan. */
  late(load: Load): { once: number; perMinute: number; neverPerMinute: number };
  /** For starting elsewhere than the plan before. */
  readonly move: number;
}

/** Two cents: a plan that moves for less is a plan nobody can rely on. */
const movePrice = 0.02;

export function weightsOf(problem: Problem): Weights {
  const prices = problem.slots.flatMap(({ importPrice, exportPrice }) => [
    importPrice,
    exportPrice,
  ]);
  const high = Math.max(0.1, ...prices.map(Math.abs));
  return {
    fusePerKWh: 1_000 * high,
    exportPerKWh: 1_000 * high,
    socPerKWh: 20 * high,
    perDegreeHour: 10 * high,
    late(load) {
      const kWh = (load.powerW / 1000) * (load.minutes / 60);
      // Twice the largest saving that any slot could bring.
      const once = 0.5 + 4 * high * kWh;
      const perMinute = 0.02 + (high * load.powerW) / 1000 / 60;
      return {
        once,
        perMinute,
        neverPerMinute: 10 * perMinute + (2 * once) / Math.max(1, load.minutes),
      };
    },
    move: movePrice,
  };
}
