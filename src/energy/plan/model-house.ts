import type { ModelBuilder, Term } from '../../lib/solve/linear.ts';
import { fuse, mostKW } from './model-fuse.ts';
import type { LoadColumns } from './model-jobs.ts';
import { takesWhole } from './model-whole.ts';
import type { Battery, Problem } from './problem.ts';
import type { Weights } from './weigh.ts';

/** Columns of a slot, in kW; null where it cannot be other than 0. */
export interface SlotColumns {
  readonly import: number;
  readonly export: number | null;
  readonly curtail: number | null;
  readonly charge: number | null;
  readonly discharge: number | null;
}

/** Slots in which import and export, or charge and discharge, must be kept apart by a column of their own. */
export interface Apart {
  readonly grid: ReadonlySet<number>;
  readonly battery: ReadonlySet<number>;
}

/** Where prices reward doing both at once. Elsewhere no best plan does, and the model stays small. */
export function apartByPrice({ slots, battery }: Problem): Apart {
  const numbers = slots.map((_, n) => n);
  const grid = numbers.filter((n) => slots[n]!.importPrice < Math.max(0, slots[n]!.exportPrice));
  const both = numbers.filter((n) => battery !== null && slots[n]!.importPrice < 0);
  return { grid: new Set(grid), battery: new Set(both) };
}

/** Grid, solar and battery of each slot, and their balance with the loads. */
export function houseOf(
  model: ModelBuilder,
  problem: Problem,
  loads: readonly LoadColumns[],
  o: { apart: Apart; weights: Weights; endValuePerKWh: number },
): SlotColumns[] {
  const { battery, slots } = problem;
  // Where some hour pays for taking, room in the battery may be worth more than the sun.
  const paid = slots.some(({ importPrice }) => importPrice < 0);
  const peak = problem.peak ? model.column({ cost: problem.peak.pricePerKW }) : null;
  const columns = slots.map((slot, n): SlotColumns => {
    const { hours } = slot;
    const wear = ((battery?.wearCostPerKWh ?? 0) / 2 + 1e-6) * hours;
    const surplusKW = Math.max(0, slot.solarW - slot.baseLoadW) / 1000;
    const sentKW = surplusKW + (battery?.mayExport ? battery.dischargeMaxW / 1000 : 0);
    const sendsKW = Math.min(sentKW, problem.gridExportMaxW / 1000);
    const cuts = slot.exportPrice < 0 || paid || sendsKW < sentKW;
    const own: SlotColumns = {
      import: model.column({ cost: slot.importPrice * hours }),
      export: sendsKW > 0 ? model.column({ cost: -slot.exportPrice * hours, high: sendsKW }) : null,
      curtail: cuts && slot.solarW > 0 ? model.column({ high: slot.solarW / 1000 }) : null,
      charge: battery ? model.column({ cost: wear, high: battery.chargeMaxW / 1000 }) : null,
      discharge: battery ? model.column({ cost: wear, high: battery.dischargeMaxW / 1000 }) : null,
    };
    balance(model, problem, loads, own, n);
    takesWhole(model, problem, loads, { ...own, n });
    fuse(model, problem, loads, { ...own, n, perKWh: o.weights.fusePerKWh });
    if (peak !== null)
      model.row({ high: problem.peak!.soFarW / 1000 }, [
        [own.import, 1],
        [peak, -1],
      ]);
    if (o.apart.grid.has(n)) gridApart(model, problem, own, n);
    if (battery) keepApart(model, problem, loads, own, { n, apart: o.apart });
    return own;
  });
  if (battery) charge(model, problem, battery, columns, o);
  return columns;
}

function balance(
  model: ModelBuilder,
  { slots }: Problem,
  loads: readonly LoadColumns[],
  own: SlotColumns,
  n: number,
): void {
  const fixed = loads.reduce((sum, { fixedKW }) => sum + fixedKW[n]!, 0);
  const need = (slots[n]!.baseLoadW - slots[n]!.solarW) / 1000 + fixed;
  const terms: Term[] = [[own.import, 1]];
  if (own.export !== null) terms.push([own.export, -1]);
  if (own.curtail !== null) terms.push([own.curtail, -1]);
  if (own.charge !== null) terms.push([own.charge, -1], [own.discharge!, 1]);
  for (const { kW } of loads) for (const [column, factor] of kW[n]!) terms.push([column, -factor]);
  model.row({ low: need, high: need }, terms);
}

/** Import and export never in one slot; and what is discharged covers the house, nothing is sent out then. */
function gridApart(model: ModelBuilder, problem: Problem, own: SlotColumns, n: number): void {
  if (own.export === null) return;
  const { battery } = problem;
  const dischargeKW = (battery?.dischargeMaxW ?? 0) / 1000;
  const imports = model.column({ high: 1, whole: true });
  const sends = problem.slots[n]!.solarW / 1000 + dischargeKW + 1e-3;
  model.row({ high: 0 }, [
    [own.import, 1],
    [imports, -mostKW(problem, n)],
  ]);
  model.row({ high: sends }, [
    [own.export, 1],
    [imports, sends],
  ]);
  if (battery && !battery.mayExport)
    model.row({ high: 0 }, [
      [own.discharge!, 1],
      [imports, -dischargeKW],
    ]);
}

function keepApart(
  model: ModelBuilder,
  problem: Problem,
  loads: readonly LoadColumns[],
  own: SlotColumns,
  o: { n: number; apart: Apart },
): void {
  const battery = problem.battery!;
  const [chargeKW, dischargeKW] = [battery.chargeMaxW / 1000, battery.dischargeMaxW / 1000];
  if (o.apart.battery.has(o.n)) {
    const charges = model.column({ high: 1, whole: true });
    model.row({ high: 0 }, [
      [own.charge!, 1],
      [charges, -chargeKW],
    ]);
    model.row({ high: dischargeKW }, [
      [own.discharge!, 1],
      [charges, dischargeKW],
    ]);
  }
  for (const { load, on, fixedKW } of loads) {
    if (load.fromBattery) continue;
    if (fixedKW[o.n]! > 0) model.row({ high: 0 }, [[own.discharge!, 1]]);
    const terms = on[o.n]!.map(([column, factor]): Term => [column, factor * dischargeKW]);
    if (terms.length > 0) model.row({ high: dischargeKW }, [[own.discharge!, 1], ...terms]);
  }
}

/** What is stored at the end of each slot, within its bounds; one that begins outside comes back at a price. */
function charge(
  model: ModelBuilder,
  { slots }: Problem,
  battery: Battery,
  columns: readonly SlotColumns[],
  o: { weights: Weights; endValuePerKWh: number },
): void {
  const [low, high] = [battery.socMinWh / 1000, battery.socMaxWh / 1000];
  const begin = battery.socWh / 1000;
  const outside = begin < low || begin > high;
  let before: number | null = null;
  slots.forEach(({ hours }, n) => {
    const last = n === slots.length - 1;
    const stored = model.column({
      cost: last ? -o.endValuePerKWh : 0,
      low: outside ? Math.min(begin, low) : low,
      high: outside ? Math.max(begin, high) : high,
    });
    const own = columns[n]!;
    const terms: Term[] = [
      [stored, 1],
      [own.charge!, -hours * battery.chargeEfficiency],
      [own.discharge!, hours / battery.dischargeEfficiency],
    ];
    if (before !== null) terms.push([before, -1]);
    const from = before === null ? begin : 0;
    model.row({ low: from, high: from }, terms);
    if (begin < low)
      model.row({ low }, [
        [stored, 1],
        [model.column({ cost: o.weights.socPerKWh }), 1],
      ]);
    if (begin > high)
      model.row({ high }, [
        [stored, 1],
        [model.column({ cost: o.weights.socPerKWh }), -1],
      ]);
    before = stored;
  });
}
