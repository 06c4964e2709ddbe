/** Random problems, the same for the same seed. */
import type { WireLoad, WireProblem } from './check.ts';

export function chance(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const start = Date.parse('2026-03-20T17:00:00Z');

/** Mostly what homes look like, now and then not: prices below 0, tight fuses, windows too short. */
export function randomProblem(
  seed: number,
  size: { slotsMax: number; loadsMax: number },
): WireProblem {
  const next = chance(seed * 7919 + 13);
  const pick = <T>(...of: T[]): T => of[Math.floor(next() * of.length)]!;
  const between = (low: number, high: number) => low + next() * (high - low);
  const count = 4 + Math.floor(next() * (size.slotsMax - 3));
  const slotMinutes =
    next() < 0.3
      ? Array.from({ length: count }, (_, n) => (n < count / 2 ? 15 : 30))
      : pick(15, 30, 60);
  const each = <T>(value: (n: number) => T) => Array.from({ length: count }, (_, n) => value(n));
  const lowest = pick(0.05, 0.05, 0.05, -0.1);
  const sell = pick(0, 0.08, 0.08, 0.2, -0.02);
  const importPrice = each(() => round(between(lowest, 0.45), 4));
  const sun = between(0, 6000);
  const minutes = each((n) => (typeof slotMinutes === 'number' ? slotMinutes : slotMinutes[n]!));
  const whole = minutes.reduce((sum, m) => sum + m, 0);
  const time = (minute: number) => new Date(start + minute * 60_000).toISOString();
  const loads = Array.from(
    { length: Math.floor(next() * (size.loadsMax + 1)) },
    (_, n): WireLoad => {
      const durationMinutes = Math.ceil(between(10, whole / 2.5) / 5) * 5;
      const earliest = Math.floor(between(0, whole / 2) / 5) * 5;
      const tight = next() < 0.1;
      const deadline =
        earliest + durationMinutes * (tight ? 0.7 : 1) + between(tight ? 0 : 60, whole);
      return {
        id: `load${n}`,
        powerW: Math.round(between(200, 7400)),
        durationMinutes,
        contiguous: next() < 0.5,
        earliest: time(earliest),
        deadline: time(Math.min(whole, Math.round(deadline / 5) * 5)),
        doneMinutes: next() < 0.15 ? 10 : 0,
        running: next() < 0.1,
      };
    },
  );
  return {
    id: `random-${seed}`,
    start: time(0),
    slotMinutes,
    importPrice,
    exportPrice: each((n) => round(sell < 0.1 ? sell : importPrice[n]! * 0.5, 4)),
    baseLoadW: each(() => Math.round(between(150, 1500))),
    solarW: each((n) => Math.round(Math.max(0, Math.sin((n / count) * Math.PI * 2 + seed)) * sun)),
    ...(next() < 0.5 ? { gridImportMaxW: pick(4000, 7000, 12_000) } : {}),
    ...(next() < 0.3 ? { gridExportMaxW: pick(0, 1000, 3000) } : {}),
    ...(next() < 0.7 ? { battery: batteryOf(next, between, pick) } : {}),
    loads,
    timeLimitMs: 10_000,
  };
}

function batteryOf(
  next: () => number,
  between: (low: number, high: number) => number,
  pick: <T>(...of: T[]) => T,
): NonNullable<WireProblem['battery']> {
  const capacityWh = pick(5_000, 10_000, 13_500);
  return {
    capacityWh,
    socMinWh: capacityWh * 0.1,
    socMaxWh: capacityWh * pick(1, 0.95),
    socWh: Math.round(between(0.1, 0.95) * capacityWh),
    chargeMaxW: pick(2_500, 5_000),
    dischargeMaxW: pick(2_500, 5_000),
    chargeEfficiency: pick(1, 0.95, 0.9),
    dischargeEfficiency: pick(1, 0.95, 0.9),
    wearCostPerKWh: pick(0, 0.02, 0.05),
    endValuePerKWh: pick(0.05, 0.1, 0.2),
    mayExport: next() < 0.3,
  };
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));
