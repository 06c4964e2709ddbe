import { type LinearModel, newModel } from '../../lib/solve/linear.ts';
import { comfortOf } from './model-comfort.ts';
import { type Apart, houseOf } from './model-house.ts';
import { type LoadColumns, pieceOf, piecesOf } from './model-jobs.ts';
import type { Choice } from './plan.ts';
import { onPowerMinW, type Problem } from './problem.ts';
import type { Weights } from './weigh.ts';

export interface PlanModel {
  readonly linear: LinearModel;
  /** What the solver's values mean. */
  read(values: Float64Array): Choice & { readonly apart: Apart };
}

/** The whole plan as one linear model in kW and currency. `late` lets jobs run after their deadlines. */
export function modelOf(
  problem: Problem,
  o: { late: boolean; apart: Apart; weights: Weights; endValuePerKWh: number },
): PlanModel {
  const model = newModel();
  const loads = problem.loads.map((load) => {
    if (load.comfort) return comfortOf(model, problem, load, { ...o, comfort: load.comfort });
    return load.contiguous ? pieceOf(model, problem, load, o) : piecesOf(model, problem, load, o);
  });
  const columns = houseOf(model, problem, loads, o);
  return {
    linear: model.build(),
    read(values) {
      const at = (column: number | null) => (column === null ? 0 : values[column]!);
      const slots = columns.map((own) => ({
        batteryW: watts(at(own.discharge) - at(own.charge)),
        curtailW: watts(at(own.curtail)),
        // A hundredth of a watt of both at once is the solver's rounding.
        battery: Math.min(at(own.charge), at(own.discharge)) > 1e-4,
        grid:
          Math.min(at(own.import), at(own.export)) > 1e-4 ||
          (problem.battery?.mayExport === false &&
            Math.min(at(own.export), at(own.discharge)) > 1e-4),
      }));
      const numbers = slots.map((_, n) => n);
      return {
        batteryW: slots.map(({ batteryW }) => batteryW),
        curtailW: slots.map(({ curtailW }) => curtailW),
        loadsW: new Map(loads.map((load) => [load.load.id, wattsOf(load, values)])),
        apart: {
          grid: new Set(numbers.filter((n) => slots[n]!.grid)),
          battery: new Set(numbers.filter((n) => slots[n]!.battery)),
        },
      };
    },
  };
}

function wattsOf({ load, kW, on, fixedKW }: LoadColumns, values: Float64Array): number[] {
  return kW.map((terms, n) => {
    if (fixedKW[n]! > 0) return load.powerW;
    // What can only be on or off is one of the two, whatever the solver's rounding.
    if (load.powerMinW === null)
      return on[n]!.some(([column]) => values[column]! > 0.5) ? load.powerW : 0;
    const chosen = watts(
      terms.reduce((sum, [column, factor]) => sum + values[column]! * factor, 0),
    );
    return chosen < onPowerMinW ? 0 : Math.min(chosen, load.powerW);
  });
}

/** kW as W, to a thousandth. */
const watts = (kW: number): number => Math.round(kW * 1e6) / 1e3 || 0;
