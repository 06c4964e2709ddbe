import type { ModelBuilder, Term } from '../../lib/solve/linear.ts';
import type { LoadColumns } from './model-jobs.ts';
import type { Problem } from './problem.ts';

/** Of the loads with the most power; more of them would make too many covers to write down. */
const loadsMax = 8;
const leastKW = 1e-3;

/** Never more than the most the house could take, where it could take more than the fuse. */
export function fuse(
  model: ModelBuilder,
  problem: Problem,
  loads: readonly LoadColumns[],
  o: { n: number; import: number; discharge: number | null; perKWh: number },
): void {
  const limit = problem.gridImportMaxW / 1000;
  if (mostKW(problem, o.n) <= limit) return;
  const { hours, baseLoadW, solarW } = problem.slots[o.n]!;
  const over = model.column({ cost: o.perKWh * hours });
  model.row({ high: limit }, [
    [o.import, 1],
    [over, -1],
  ]);
  const fixed = loads.reduce((sum, { fixedKW }) => sum + fixedKW[o.n]!, 0);
  const relief: Term[] =
    o.discharge === null
      ? [[over, -1]]
      : [
          [over, -1],
          [o.discharge, -1],
        ];
  // Without these rows the relaxation runs half of each of what is too much together.
  for (const { some, least, beyondKW } of coversOf(
    loads,
    o.n,
    limit - fixed - (baseLoadW - solarW) / 1000,
  )) {
    const terms = some.flatMap((on) => on.map(([c, f]): Term => [c, f * beyondKW]));
    model.row({ high: beyondKW * (least - 1) }, [...terms, ...relief]);
  }
}

/** The most a slot can import, kW. */
export function mostKW({ slots, loads, battery }: Problem, n: number): number {
  const all = loads.reduce((sum, { powerW }) => sum + powerW, 0);
  return (slots[n]!.baseLoadW + all + (battery?.chargeMaxW ?? 0)) / 1000 + 1e-3;
}

/** Any `least` of `some` together take `beyondKW` more than there is room for, or more still. */
interface Cover {
  readonly some: readonly (readonly Term[])[];
  readonly least: number;
  readonly beyondKW: number;
}

/** Minimal covers, each extended by all that take as much as its largest (Balas 1975). */
function coversOf(loads: readonly LoadColumns[], n: number, roomKW: number): Cover[] {
  const able = loads
    .filter(({ on }) => on[n]!.length > 0)
    .map(({ load, on }) => ({ kW: (load.powerMinW ?? load.powerW) / 1000, on: on[n]! }))
    .sort((a, b) => b.kW - a.kW)
    .slice(0, loadsMax);
  const covers: Cover[] = [];
  // Of each set, by its bits: what it takes beyond the room there is.
  const beyond = new Float64Array(1 << able.length).fill(-roomKW);
  for (let bits = 1; bits < beyond.length; bits++) {
    const least = 31 - Math.clz32(bits);
    const leastBit = 1 << least;
    const beyondKW = beyond[bits ^ leastBit]! + able[least]!.kW;
    beyond[bits] = beyondKW;
    if (bits === leastBit || beyondKW < leastKW || beyondKW > able[least]!.kW) continue;
    const some = able.filter((_, k) => (bits >> k) & 1);
    const largest = able.filter((one) => !some.includes(one) && one.kW >= some[0]!.kW);
    covers.push({ some: [...largest, ...some].map(({ on }) => on), least: some.length, beyondKW });
  }
  return covers;
}
