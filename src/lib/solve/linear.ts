/** A linear model with whole-number columns, as it is built and as it travels to the solver: rows, sparse. */
export interface LinearModel {
  readonly cost: Float64Array;
  readonly columnLow: Float64Array;
  readonly columnHigh: Float64Array;
  /** 1 where the column takes whole numbers only. */
  readonly whole: Int32Array;
  readonly rowLow: Float64Array;
  readonly rowHigh: Float64Array;
  /** Row r holds entries `rowStart[r]` to `rowStart[r + 1]` of `index` (columns) and `value`. */
  readonly rowStart: Int32Array;
  readonly index: Int32Array;
  readonly value: Float64Array;
}

export type Term = readonly [column: number, factor: number];

export interface ModelBuilder {
  /** Answers the column's number. Bounds are 0 and infinity when left out. */
  column(o: { cost?: number; low?: number; high?: number; whole?: boolean }): number;
  /** `low <= terms <= high`; terms of one column are added up. */
  row(o: { low?: number; high?: number }, terms: readonly Term[]): void;
  /** Adds to what a column costs. */
  charge(column: number, cost: number): void;
  build(): LinearModel;
}

export function newModel(): ModelBuilder {
  const columns = { cost: [] as number[], low: [] as number[], high: [] as number[] };
  const whole: number[] = [];
  const rows = { low: [] as number[], high: [] as number[], start: [0] };
  const entries = { index: [] as number[], value: [] as number[] };
  /** Of each column's entry in the last row that has it. */
  const places: number[] = [];
  return {
    column({ cost = 0, low = 0, high = Infinity, whole: isWhole = false }) {
      columns.cost.push(cost);
      columns.low.push(low);
      columns.high.push(high);
      return whole.push(isWhole ? 1 : 0) - 1;
    },
    row({ low = -Infinity, high = Infinity }, terms) {
      const from = entries.index.length;
      for (const [column, factor] of terms) {
        if (factor === 0) continue;
        const place = places[column] ?? -1;
        if (place >= from) entries.value[place]! += factor;
        else {
          places[column] = entries.index.length;
          entries.index.push(column);
          entries.value.push(factor);
        }
      }
      rows.low.push(low);
      rows.high.push(high);
      rows.start.push(entries.index.length);
    },
    charge(column, cost) {
      columns.cost[column] = columns.cost[column]! + cost;
    },
    build: () => ({
      cost: Float64Array.from(columns.cost),
      columnLow: Float64Array.from(columns.low),
      columnHigh: Float64Array.from(columns.high),
      whole: Int32Array.from(whole),
      rowLow: Float64Array.from(rows.low),
      rowHigh: Float64Array.from(rows.high),
      rowStart: Int32Array.from(rows.start),
      index: Int32Array.from(entries.index),
      value: Float64Array.from(entries.value),
    }),
  };
}

/** As the solver takes it: its relaxation, which knows no whole columns. */
export const sourceOf = (model: LinearModel) =>
  ({
    numCols: model.cost.length,
    numRows: model.rowLow.length,
    colCost: model.cost,
    colLower: model.columnLow,
    colUpper: model.columnHigh,
    rowLower: model.rowLow,
    rowUpper: model.rowHigh,
    matrix: {
      format: 'csr',
      numRows: model.rowLow.length,
      numCols: model.cost.length,
      starts: model.rowStart,
      indices: model.index,
      values: model.value,
    },
  }) as const;

export interface SolveOptions {
  readonly timeLimitMs: number;
  /** How far from the best the answer may be, in units of the cost. */
  readonly gapMax: number;
}

/** `bound`: no solution costs less than this. */
export type Solution =
  | {
      readonly kind: 'solved';
      readonly values: Float64Array;
      readonly cost: number;
      readonly bound: number;
    }
  | { readonly kind: 'none'; readonly reason: 'infeasible' | 'time' | 'failed' };

export type Solve = (model: LinearModel, options: SolveOptions) => Promise<Solution>;
