import type { Highs, Model } from 'highs';
import type { LinearModel, Solution } from './linear.ts';
import { rounding, treeOf } from './tree.ts';

/** Relaxations solved before the solver's own search takes over; each goes on from the one before. */
const relaxationsMax = 100;

interface Relaxed {
  readonly cost: number;
  readonly values: Float64Array;
  /** What a unit more of a column costs. */
  readonly dual: Float64Array;
}

/**
 * Looks for a whole solution within `gapMax` of the relaxation: it needs no other proof. Fixes columns one after
 * the other and turns back where the cost leaves that room; where all of it is searched in vain, the cheapest
 * that was turned away is the new bound, and it begins again. `loaded` holds the model without whole columns.
 * Null when it does not come to an end, or whole columns may be other than 0 and 1.
 */
export function dive(
  solver: Highs,
  model: LinearModel,
  loaded: Model,
  gapMax: number,
): Solution | null {
  if (!zeroOrOne(model)) return null;
  const root = relaxed(solver, loaded);
  if (typeof root === 'string') return null;
  const tree = treeOf(model, loaded);
  let bound = root.cost;
  let least = root.cost + tree.narrow(root.dual, gapMax);
  let at: Relaxed | null = root;
  for (let n = 0; n < relaxationsMax; n++) {
    if (at && at.cost <= bound + gapMax) {
      const parts = partsOf(model, at.values);
      if (parts.length === 0) return { kind: 'solved', values: at.values, cost: at.cost, bound };
      tree.enter(at.values, parts);
    } else {
      least = Math.min(least, at?.cost ?? Infinity);
      if (!tree.back()) {
        if (least === Infinity) return null;
        bound = least;
        least = root.cost + tree.narrow(root.dual, bound + gapMax - root.cost);
        at = root;
        continue;
      }
    }
    const next = relaxed(solver, loaded);
    if (next === 'unknown') return null;
    at = next === 'infeasible' ? null : next;
  }
  return null;
}

const zeroOrOne = ({ whole, columnLow, columnHigh }: LinearModel): boolean =>
  whole.every((is, n) => is === 0 || (columnLow[n] === 0 && columnHigh[n] === 1));

function relaxed(solver: Highs, loaded: Model): Relaxed | 'infeasible' | 'unknown' {
  loaded.run();
  const { optimal, infeasible } = solver.constants.modelStatus;
  const status = loaded.getModelStatus();
  if (status !== optimal) return status === infeasible ? 'infeasible' : 'unknown';
  const { colValue, colDual } = loaded.getSolution();
  return { cost: loaded.getObjectiveValue(), values: colValue, dual: colDual };
}

/** Whole columns that are not whole. */
function partsOf({ whole }: LinearModel, values: Float64Array): number[] {
  const parts: number[] = [];
  whole.forEach((is, n) => {
    if (is === 1 && Math.abs(values[n]! - Math.round(values[n]!)) > rounding) parts.push(n);
  });
  return parts;
}
