import type { ModelBuilder, Term } from '../../lib/solve/linear.ts';
import { type Load, type PlanSlot, type Problem, within } from './problem.ts';
import type { Weights } from './weigh.ts';

/** Columns of one load: what it takes in a slot, and whether it is on. Terms are in kW, and 0 or 1. */
export interface LoadColumns {
  readonly load: Load;
  readonly kW: readonly (readonly Term[])[];
  readonly on: readonly (readonly Term[])[];
  /** kW it takes whatever is chosen. */
  readonly fixedKW: readonly number[];
}

/** A job in one piece: one column for each slot it can start in, one for not at all. */
export function pieceOf(
  model: ModelBuilder,
  problem: Problem,
  load: Load,
  o: { late: boolean; weights: Weights },
): LoadColumns {
  const { slots } = problem;
  const on: Term[][] = slots.map(() => []);
  const fixedKW = slots.map(() => 0);
  const powerKW = load.powerW / 1000;
  if (load.running && load.minutes > 0) {
    for (let n = 0; n < lengthFrom(slots, 0, load.minutes); n++) fixedKW[n] = powerKW;
    return { load, on, kW: on.map(() => []), fixedKW };
  }
  const late = o.weights.late(load);
  const before = startBefore(problem, load);
  const choices: Term[] = [];
  slots.forEach((slot, n) => {
    if (slot.start < load.earliest || load.minutes <= 0) return;
    const length = lengthFrom(slots, n, load.minutes);
    const last = slots[n + length - 1];
    if (!last) return;
    const lateMinutes = (last.end - load.deadline) / 60_000;
    if (lateMinutes > 0 && !o.late) return;
    const cost =
      (lateMinutes > 0 ? late.once + lateMinutes * late.perMinute : 0) +
      (before !== null && before !== slot.start ? o.weights.move : 0) +
      soonest(n, slots.length);
    const column = model.column({ cost, high: 1, whole: true });
    choices.push([column, 1]);
    for (let k = n; k < n + length; k++) on[k]!.push([column, 1]);
  });
  if (choices.length > 0) {
    choices.push([model.column({ cost: neverCost(load, o.weights), high: 1 }), 1]);
    model.row({ low: 1, high: 1 }, choices);
  }
  return { load, on, kW: on.map((terms) => terms.map(([c]) => [c, powerKW] as Term)), fixedKW };
}

/** A job that may be interrupted: one column for each slot, and one for minutes that are never run. */
export function piecesOf(
  model: ModelBuilder,
  problem: Problem,
  load: Load,
  o: { late: boolean; weights: Weights },
): LoadColumns {
  const { slots } = problem;
  const late = o.weights.late(load);
  const powerKW = load.powerW / 1000;
  const on: Term[][] = slots.map(() => []);
  const kW: Term[][] = slots.map(() => []);
  const minutes: Term[] = [];
  const begun = startBefore(problem, load);
  let longest = 0;
  slots.forEach((slot, n) => {
    const inTime = within(slot, load);
    if (load.minutes <= 0 || slot.start < load.earliest || (!inTime && !o.late)) return;
    const lateMinutes = inTime ? 0 : Math.max(0, (slot.end - load.deadline) / 60_000);
    // Each slot after the deadline weighs as much as its minutes, and a little more the later it is.
    const lateCost = inTime
      ? 0
      : late.perMinute * (slot.minutes + lateMinutes / 100) + late.once / 100;
    const kept = wasOn(problem, load, slot) ? (o.weights.move * slot.minutes) / load.minutes : 0;
    const cost = lateCost - kept + movedTo(slot, begun, o.weights.move) + soonest(n, slots.length);
    const column = model.column({ cost, high: 1, whole: true });
    on[n]!.push([column, 1]);
    longest = Math.max(longest, slot.minutes);
    if (load.powerMinW === null) {
      kW[n]!.push([column, powerKW]);
      minutes.push([column, slot.minutes]);
      return;
    }
    const power = model.column({ high: powerKW });
    model.row({ high: 0 }, [
      [power, 1],
      [column, -powerKW],
    ]);
    if (load.powerMinW > 0)
      model.row({ low: 0 }, [
        [power, 1],
        [column, -load.powerMinW / 1000],
      ]);
    kW[n]!.push([power, 1]);
    if (powerKW > 0) minutes.push([power, slot.minutes / powerKW]);
  });
  if (minutes.length > 0) {
    minutes.push([model.column({ cost: late.neverPerMinute, high: load.minutes }), 1]);
    // Whole slots may hold more than what is left, by less than the longest of them.
    const over = load.powerMinW === null ? 0.99 * longest : 0;
    model.row({ low: load.minutes, high: load.minutes + over }, minutes);
  }
  starts(model, problem, load, on);
  return { load, on, kW, fixedKW: slots.map(() => 0) };
}

/** Starts cost a little; where an appliance must rest or run for a while, they bind the slots after. */
export function starts(
  model: ModelBuilder,
  { slots }: Problem,
  load: Load,
  on: readonly (readonly Term[])[],
): void {
  const begins = on.map((terms, n) => {
    if (terms.length === 0) return null;
    const column = model.column({ cost: load.startCost, high: 1 });
    const was = n > 0 ? on[n - 1]! : [];
    model.row({ low: n === 0 && load.running ? -1 : 0 }, [[column, 1], ...was, ...minus(terms)]);
    return column;
  });
  for (let n = 0; n < slots.length; n++) {
    const { start } = slots[n]!;
    const since = (minutes: number) =>
      begins.flatMap((column, k): Term[] =>
        column !== null && k <= n && slots[k]!.start > start - minutes * 60_000
          ? [[column, 1]]
          : [],
      );
    // Began so lately that it must still be on.
    if (load.minOnMinutes > slots[n]!.minutes && on[n]!.length > 0)
      model.row({ high: 0 }, [...since(load.minOnMinutes), ...minus(on[n]!)]);
    if (load.minOffMinutes <= 0 || n === 0) continue;
    // What begins now was off all through the rest before.
    const column = begins[n];
    if (column == null) continue;
    for (let k = n - 1; k >= 0 && slots[k]!.end > start - load.minOffMinutes * 60_000; k--)
      if (on[k]!.length > 0) model.row({ high: 1 }, [[column, 1], ...on[k]!]);
  }
}

const minus = (terms: readonly Term[]): Term[] => terms.map(([column, f]) => [column, -f]);

/** Of equal choices the sooner one; far less than the gap. */
const soonest = (slot: number, count: number): number => (1e-4 * slot) / count;

const neverCost = (load: Load, weights: Weights): number => {
  const { once, neverPerMinute } = weights.late(load);
  return once + neverPerMinute * load.minutes;
};

/** Slots from `from` that together last `minutes` or more; more than there are when they do not. */
export function lengthFrom(slots: readonly PlanSlot[], from: number, minutes: number): number {
  let left = minutes;
  let n = from;
  while (left > 1e-6 && n < slots.length) left -= slots[n++]!.minutes;
  return left > 1e-6 ? Infinity : n - from;
}

/** What one reads is when a load begins: what is on then stays, and nothing is on before. */
function movedTo({ start }: PlanSlot, begun: number | null, move: number): number {
  if (begun === null || start > begun) return 0;
  return start === begun ? -move : move;
}

const wasOn = ({ previous }: Problem, { id }: Load, slot: PlanSlot): boolean =>
  previous.some(({ start, end, on }) => start <= slot.start && end > slot.start && on.includes(id));

/** Start of the load's next piece in the plan before, or null. */
export function startBefore({ previous, slots }: Problem, { id }: Load): number | null {
  const first = previous.find(({ end, on }) => end > slots[0]!.start && on.includes(id));
  return first ? first.start : null;
}
