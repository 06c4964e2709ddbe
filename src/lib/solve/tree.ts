import type { Model } from 'highs';
import type { LinearModel } from './linear.ts';

export const rounding = 1e-6;
const almostOne = 0.9;

export interface Relaxed {
  readonly cost: number;
  readonly values: Float64Array;
  /** What a unit more of a column costs. */
  readonly dual: Float64Array;
}

/** Columns to fix at a value, and what that costs at the least, once it was looked at. */
interface Way {
  readonly columns: readonly number[];
  readonly value: 0 | 1;
  readonly cost?: number;
}

/** What is fixed, and what else is to be tried in its place: together they leave out no whole solution. */
interface Step {
  /** Of the relaxation it goes on from: nothing below is cheaper. */
  readonly cost: number;
  readonly way: Way;
  readonly left: readonly Way[];
}

export interface Tree {
  /**
   * Columns that cost more than `room` from the root on stay 0 from now on. Answers the least cost above the
   * root of what is left out so.
   */
  narrow(dual: Float64Array, room: number): number;
  /** Goes on from a relaxation with `parts` that are not whole. */
  enter(from: Relaxed, parts: readonly number[]): void;
  /** To the other half of a set, where `cost` is more than before by `worth` and that one may be cheaper. */
  turn(cost: number, worth: number): boolean;
  /** What costs `limit` or more is not tried; `least` of that. */
  back(limit: number): { isLeft: boolean; least: number };
}

/** Where the search is: what it has fixed on the way there, and what is left to try on the way back. */
export function treeOf(model: LinearModel, loaded: Model): Tree {
  const high = Float64Array.from(model.columnHigh);
  const isFixed = new Uint8Array(high.length);
  const weights = weightsOf(model);
  const sets = setsOf(model);
  const path: Step[] = [];
  const go = (cost: number, [way, ...left]: readonly Way[]) => {
    const columns = way!.columns.filter((n) => isFixed[n] === 0);
    for (const n of columns) {
      isFixed[n] = 1;
      loaded.changeColBounds(n, way!.value, way!.value);
    }
    path.push({ cost, way: { ...way!, columns }, left });
  };
  const undo = ({ way }: Step) => {
    for (const n of way.columns) {
      isFixed[n] = 0;
      loaded.changeColBounds(n, 0, high[n]!);
    }
  };
  return {
    narrow(dual, room) {
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
    enter({ cost, values }, parts) {
      go(cost, halvesOf(sets, values) ?? columnOf(weights, values, parts));
    },
    turn(cost, worth) {
      const last = path.at(-1)!;
      const [other, ...more] = last.left;
      const isHalf = last.way.value === 0 && other?.value === 0 && more.length === 0;
      if (!isHalf || cost <= last.cost + worth || (other.cost ?? 0) > cost) return false;
      undo(path.pop()!);
      go(last.cost, [other, { ...last.way, cost }]);
      return true;
    },
    back(limit) {
      let least = Infinity;
      for (let last = path.pop(); last; last = path.pop()) {
        undo(last);
        const [next] = last.left;
        if (!next) continue;
        const cost = Math.max(last.cost, next.cost ?? -Infinity);
        if (cost < limit) {
          go(last.cost, last.left);
          return { isLeft: true, least };
        }
        least = Math.min(least, cost);
      }
      return { isLeft: false, least };
    },
  };
}

/** What weighs most decides first: the rest falls into place. All that are near 1 are tried together at first. */
function columnOf(weights: Float64Array, values: Float64Array, parts: readonly number[]): Way[] {
  const pull = (n: number) => values[n]! * weights[n]!;
  const column = parts.reduce((a, b) => (pull(b) > pull(a) ? b : a));
  const near = parts.filter((n) => values[n]! > almostOne);
  const alone: Way[] = [
    { columns: [column], value: 1 },
    { columns: [column], value: 0 },
  ];
  return near.length > 1 ? [{ columns: near, value: 1 }, ...alone] : alone;
}

/** Columns of which exactly one is 1, in their order: the moments at which something can begin (Beale and Tomlin's sets). */
function setsOf({ rowLow, rowHigh, rowStart, index, value, whole }: LinearModel): number[][] {
  const sets: number[][] = [];
  rowLow.forEach((low, row) => {
    const [from, to] = [rowStart[row]!, rowStart[row + 1]!];
    if (low !== 1 || rowHigh[row] !== 1 || value.subarray(from, to).some((v) => v !== 1)) return;
    const columns = Array.from(index.subarray(from, to)).filter((n) => whole[n] === 1);
    if (columns.length > 1) sets.push(columns);
  });
  return sets;
}

/**
 * The set that is spread widest, halved at its middle: it is one of those before or one of those after. Where one
 * column after the other would have to be tried, of which none is cheaper than the next, this says at once how much
 * dearer all of a half are. Null when each set has chosen.
 */
function halvesOf(sets: readonly (readonly number[])[], values: Float64Array): Way[] | null {
  let widest = 0;
  let halves: Way[] | null = null;
  for (const set of sets) {
    if (set.every((n) => Math.abs(values[n]! - Math.round(values[n]!)) <= rounding)) continue;
    const sum = (of: (n: number) => number) =>
      set.reduce((total, column, n) => total + of(n) * values[column]!, 0);
    const middle = sum((n) => n) / sum(() => 1);
    const spread = sum((n) => Math.abs(n - middle));
    if (spread <= widest) continue;
    widest = spread;
    const cut = Math.floor(middle) + 1;
    const ways: Way[] = [
      { columns: set.slice(cut), value: 0 },
      { columns: set.slice(0, cut), value: 0 },
    ];
    const isLater = sum((n) => (n < cut ? 1 : -1)) < 0;
    halves = isLater ? ways.toReversed() : ways;
  }
  return halves;
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
