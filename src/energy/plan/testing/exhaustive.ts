/** The least cost of a small problem, by trying everything. Batteries without loss, in steps of one slot's lattice. */
import type { WireLoad, WireProblem } from './check.ts';

/** A problem whose best plan lies on a lattice: whole hours, powers and charge in steps of 500 W. */
export function latticeProblem(next: () => number, id: string): WireProblem {
  const count = 3 + Math.floor(next() * 4);
  const each = (value: () => number) => Array.from({ length: count }, value);
  const step = (most: number) => Math.floor(next() * (most + 1)) * 500;
  const begin = Date.parse('2026-07-01T00:00:00Z');
  const time = (hour: number) => new Date(begin + hour * 3_600_000).toISOString();
  const loads = Array.from({ length: Math.floor(next() * 3) }, (_, n): WireLoad => {
    const hours = 1 + Math.floor(next() * 2);
    const earliest = Math.floor(next() * (count - hours + 1));
    const deadline = earliest + hours + Math.floor(next() * (count - hours - earliest + 1));
    return {
      id: `load${n}`,
      powerW: 500 + step(4),
      durationMinutes: hours * 60,
      contiguous: next() < 0.5,
      earliest: time(earliest),
      deadline: time(deadline),
    };
  });
  const battery = {
    capacityWh: 2_000,
    socWh: step(4),
    socMinWh: 0,
    socMaxWh: 2_000,
    chargeMaxW: 1_000,
    dischargeMaxW: 1_000,
    chargeEfficiency: 1,
    dischargeEfficiency: 1,
    wearCostPerKWh: next() < 0.5 ? 0 : 0.04,
    endValuePerKWh: 0.12,
    mayExport: next() < 0.5,
  };
  return {
    id,
    start: time(0),
    slotMinutes: 60,
    importPrice: each(() => Math.round((next() * 0.5 - 0.05) * 100) / 100),
    exportPrice: each(() => Math.round(next() * 25) / 100),
    baseLoadW: each(() => step(2)),
    solarW: each(() => step(5)),
    ...(next() < 0.4 ? { gridImportMaxW: 4_000 } : {}),
    battery: next() < 0.7 ? battery : null,
    loads,
    timeLimitMs: 20_000,
  };
}

/** Null when no plan holds every limit. The end value is taken off. */
export function leastCost(problem: WireProblem): number | null {
  const count = problem.importPrice.length;
  const begin = Date.parse(problem.start);
  const hour = (time: string) => (Date.parse(time) - begin) / 3_600_000;
  const ways = (problem.loads ?? []).map((load) =>
    subsets(count).filter((on) => {
      if (on.length !== load.durationMinutes / 60) return false;
      if (load.contiguous && on.at(-1)! - on[0]! !== on.length - 1) return false;
      return on.every((n) => n >= hour(load.earliest!) && n + 1 <= hour(load.deadline!));
    }),
  );
  let best: number | null = null;
  for (const way of product(ways)) {
    const use = problem.baseLoadW.map((base, n) =>
      way.reduce((sum, on, k) => sum + (on.includes(n) ? problem.loads![k]!.powerW : 0), base),
    );
    const cost = leastWith(problem, use);
    if (cost !== null && (best === null || cost < best)) best = cost;
  }
  return best;
}

function leastWith(problem: WireProblem, use: readonly number[]): number | null {
  const { battery } = problem;
  let reached = new Map([[battery?.socWh ?? 0, 0]]);
  for (const [n, watts] of use.entries()) {
    const after = new Map<number, number>();
    for (const [soc, cost] of reached) {
      for (let out = -1_000; out <= 1_000; out += 500) {
        if (!battery && out !== 0) continue;
        const left = soc - out;
        if (battery && (left < battery.socMinWh || left > battery.socMaxWh)) continue;
        for (let cut = 0; cut <= problem.solarW[n]!; cut += 500) {
          const grid = watts - (problem.solarW[n]! - cut) - out;
          if (grid > (problem.gridImportMaxW ?? Infinity)) continue;
          if (battery && !battery.mayExport && out > 0 && grid < 0) continue;
          const price = grid > 0 ? problem.importPrice[n]! : problem.exportPrice[n]!;
          const wear = ((battery?.wearCostPerKWh ?? 0) * Math.abs(out)) / 2_000;
          const total = cost + (price * grid) / 1_000 + wear;
          if (total < (after.get(left) ?? Infinity)) after.set(left, total);
        }
      }
    }
    reached = after;
  }
  const value = battery?.endValuePerKWh ?? 0;
  const ends = [...reached].map(([soc, cost]) => cost - (value * soc) / 1_000);
  return ends.length > 0 ? Math.min(...ends) : null;
}

const subsets = (count: number): number[][] =>
  Array.from({ length: 2 ** count }, (_, mask) =>
    Array.from({ length: count }, (_, n) => n).filter((n) => mask & (1 << n)),
  );

function product<T>(lists: readonly (readonly T[])[]): T[][] {
  return lists.reduce<T[][]>(
    (found, list) => found.flatMap((head) => list.map((one) => [...head, one])),
    [[]],
  );
}
