import type { ModelBuilder, Term } from '../../lib/solve/linear.ts';
import { type LoadColumns, starts } from './model-jobs.ts';
import { type Comfort, type Load, type Problem, within } from './problem.ts';
import type { Weights } from './weigh.ts';

/** A load that keeps something warm: its warmth at the end of each slot, and how far that leaves the band. */
export function comfortOf(
  model: ModelBuilder,
  problem: Problem,
  load: Load,
  o: { comfort: Comfort; weights: Weights },
): LoadColumns {
  const { comfort, weights } = o;
  const on: Term[][] = problem.slots.map(() => []);
  const kW: Term[][] = problem.slots.map(() => []);
  let before: number | null = null;
  problem.slots.forEach((slot, n) => {
    if (within(slot, load)) power(model, load, on[n]!, kW[n]!);
    const warmth = model.column({ low: -1_000, high: 1_000 });
    const perK = slot.hours / comfort.capacityWhPerK;
    const stays = 1 - comfort.lossWPerK * perK;
    const given = (comfort.lossWPerK * comfort.outsideC[n]! - comfort.drawW[n]!) * perK;
    const from = given + (before === null ? comfort.nowC * stays : 0);
    const heat = kW[n]!.map(([c, f]): Term => [c, -f * 1_000 * comfort.heatPerPower * perK]);
    const was: Term[] = before === null ? [] : [[before, -stays]];
    model.row({ low: from, high: from }, [[warmth, 1], ...was, ...heat]);
    const cost = weights.perDegreeHour * slot.hours;
    model.row({ low: comfort.minC }, [
      [warmth, 1],
      [model.column({ cost }), 1],
    ]);
    model.row({ high: comfort.maxC }, [
      [warmth, 1],
      [model.column({ cost }), -1],
    ]);
    before = warmth;
  });
  if (load.powerMinW !== 0) starts(model, problem, load, on);
  return { load, on, kW, fixedKW: problem.slots.map(() => 0) };
}

function power(model: ModelBuilder, load: Load, on: Term[], kW: Term[]): void {
  const powerKW = load.powerW / 1000;
  if (load.powerMinW === 0 && load.fromBattery) {
    kW.push([model.column({ high: powerKW }), 1]);
    return;
  }
  const column = model.column({ high: 1, whole: true });
  on.push([column, 1]);
  if (load.powerMinW === null) {
    kW.push([column, powerKW]);
    return;
  }
  const chosen = model.column({ high: powerKW });
  model.row({ high: 0 }, [
    [chosen, 1],
    [column, -powerKW],
  ]);
  model.row({ low: 0 }, [
    [chosen, 1],
    [column, -load.powerMinW / 1000],
  ]);
  kW.push([chosen, 1]);
}
