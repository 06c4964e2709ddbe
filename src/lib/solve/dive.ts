import type { Highs, Model } from 'highs';
import type { LinearModel, Solution } from './linear.ts';
import { type Relaxed, rounding, type Tree, treeOf } from './tree.ts';

/** Relaxations solved before the solver's own search takes over; each goes on from the one before. */
const relaxationsMax = 45;

/**
 * Looks for a whole solution than which none is cheaper by more than `gapMax`. Fixes columns one after the other and
 * turns back where the relaxation costs more than that much above the first one; where all of it is searched in
 * vain, it begins again with that much above the cheapest that was turned away. `loaded` holds the model without
 * whole columns. Null when it does not come to an end, or whole columns may be other than 0 and 1.
 */
export function dive(
  solver: Highs,
  model: LinearModel,
  loaded: Model,
  gapMax: number,
): Solution | null {
  if (!zeroOrOne(model)) return null;
  let asked = 0;
  const relax = () => {
    asked++;
    return relaxed(solver, loaded);
  };
  const root = relax();
  if (root === null || root === 'unknown') return null;
  const tree = treeOf(model, loaded);
  let limit = root.cost + gapMax;
  let dropped = root.cost + tree.narrow(root.dual, gapMax);
  let turned = Infinity;
  let best: Relaxed | null = null;
  let at: Relaxed | null = root;
  while (asked < relaxationsMax) {
    const parts = at && at.cost <= limit ? partsOf(model, at.values) : [];
    if (at && parts.length > 0) tree.enter(at, parts);
    else {
      if (at && at.cost <= limit) {
        best = at;
        limit = at.cost - gapMax;
      } else turned = Math.min(turned, at?.cost ?? Infinity);
      const { isLeft, least } = tree.back(limit);
      turned = Math.min(turned, least);
      if (!isLeft) {
        const bound = Math.min(turned, dropped);
        if (best) return solved(best, bound);
        if (bound === Infinity) return null;
        limit = (turned < Infinity ? turned : dropped) + gapMax;
        dropped = root.cost + tree.narrow(root.dual, limit - root.cost);
        turned = Infinity;
        at = root;
        continue;
      }
    }
    const next = cheaperHalf(tree, relax, { limit, worth: gapMax / 4 });
    if (next === 'unknown') return null;
    at = next;
  }
  return null;
}

const solved = ({ values, cost }: Relaxed, bound: number): Solution => {
  return { kind: 'solved', values, cost, bound: Math.min(bound, cost) };
};

/** Null where nothing fits. */
type Answer = Relaxed | null | 'unknown';

/** Where the first half of a set costs more than was to be paid before it, the other one is looked at too. */
function cheaperHalf(tree: Tree, relax: () => Answer, o: { limit: number; worth: number }): Answer {
  const first = relax();
  if (first === null || first === 'unknown' || first.cost > o.limit) return first;
  if (!tree.turn(first.cost, o.worth)) return first;
  const other = relax();
  if (other === 'unknown' || (other && other.cost <= first.cost)) return other;
  tree.turn(other?.cost ?? Infinity, o.worth);
  return relax();
}

const zeroOrOne = ({ whole, columnLow, columnHigh }: LinearModel): boolean =>
  whole.every((is, n) => is === 0 || (columnLow[n] === 0 && columnHigh[n] === 1));

function relaxed(solver: Highs, loaded: Model): Answer {
  loaded.run();
  const { optimal, infeasible } = solver.constants.modelStatus;
  const status = loaded.getModelStatus();
  if (status !== optimal) return status === infeasible ? null : 'unknown';
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
