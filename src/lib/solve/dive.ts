import type { Highs, Model } from 'highs';
import type { LinearModel, Solution } from './linear.ts';

/** Relaxations solved before the solver's own search takes over; each goes on from the one before. */
const relaxationsMax = 200;
const almostOne = 0.9;
const rounding = 1e-6;

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

/** Fixed: several columns at 1, and when that leads nowhere `column` alone at 1, and then at 0. */
interface Step {
  readonly fixed: readonly number[];
  readonly column: number;
  readonly tries: 'several' | 'one' | 'zero';
}

/** Where the search is: what it has fixed on the way there, and what is left to try on the way back. */
function treeOf(model: LinearModel, loaded: Model) {
  const high = Float64Array.from(model.columnHigh);
  const weights = weightsOf(model);
  const path: Step[] = [];
  const go = (step: Step) => {
    path.push(step);
    const value = step.tries === 'zero' ? 0 : 1;
    for (const column of step.fixed) loaded.changeColBounds(column, value, value);
  };
  return {
    /**
     * Columns that cost more than `room` from the root on stay 0 from now on. Answers the least cost above the
     * root of what is left out so.
     */
    narrow(dual: Float64Array, room: number): number {
      let least = Infinity;
      model.whole.forEach((is, n) => {
        if (is === 0) return;
        const out = dual[n]! > room;
        if (out) least = Math.min(least, dual[n]!);
        high[n] = out ? 0 : 1;
        loaded.changeColBounds(n, 0, high[n]!);
      });
      return least;
    },
    enter(values: Float64Array, parts: readonly number[]): void {
      const near = parts.filter((n) => values[n]! > almostOne);
      // What weighs most decides first: the rest falls into place.
      const pull = (n: number) => values[n]! * weights[n]!;
      const column = parts.reduce((a, b) => (pull(b) > pull(a) ? b : a));
      if (near.length > 1) go({ fixed: near, column, tries: 'several' });
      else go({ fixed: [column], column, tries: 'one' });
    },
    /** False when nothing is left to try. */
    back(): boolean {
      for (let last = path.pop(); last; last = path.pop()) {
        for (const n of last.fixed) loaded.changeColBounds(n, 0, high[n]!);
        if (last.tries === 'zero') continue;
        const { column, tries } = last;
        go({ fixed: [column], column, tries: tries === 'several' ? 'one' : 'zero' });
        return true;
      }
      return false;
    },
  };
}

/** How much of its rows a column takes, each row by its largest entry. */
function weightsOf({ cost, rowStart, index, value }: LinearModel): Float64Array {
  const weights = new Float64Array(cost.length);
  for (let row = 0; row + 1 < rowStart.length; row++) {
    const [from, to] = [rowStart[row]!, rowStart[row + 1]!];
    let most = 0;
    for (let k = from; k < to; k++) most = Math.max(most, Math.abs(value[k]!));
    for (let k = from; k < to; k++) weights[index[k]!]! += Math.abs(value[k]!) / most;
  }
  return weights;
}
