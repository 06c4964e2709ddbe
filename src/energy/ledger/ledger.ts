/**
 * Money saved by moving what a home uses, against what it usually does: each run is priced at the hours it
 * ran, and at each of the hours at which this device was usually begun. The usual mean is the baseline; how
 * far those hours lie apart in money is the uncertainty. Days on which the plan lost count as they are.
 */

import type { Rate } from '@tomte/sdk/prices';
import { wallOf, whenOf } from '@tomte/sdk/wall-clock';
import { evenSlots, hourMs, ratesOn } from '../series.ts';

/** One run of a device as it was: mean W of steps of equal length, from its begin on. */
export interface RanLoad {
  readonly load: string;
  readonly name: string;
  readonly start: number;
  readonly stepMs: number;
  readonly watts: readonly number[];
  /** Time of day at which it was begun before it was planned, ms since midnight, one for each known run. */
  readonly usualStarts: readonly number[];
}

export interface LedgerRow {
  readonly load: string;
  readonly name: string;
  /** What it cost, and what it would have cost as usual; currency of the home. */
  readonly paid: number;
  readonly usual: number;
  /** usual − paid: below zero where the plan lost. */
  readonly saved: number;
  readonly low: number;
  readonly high: number;
}

/** Rows of many runs, joined by load, the most saved first. */
export interface Total {
  readonly rows: readonly LedgerRow[];
  readonly saved: number;
  readonly low: number;
  readonly high: number;
}

export interface Ledger extends Total {
  /** Runs that could not be priced, with the reason. */
  readonly left: readonly { readonly load: string; readonly why: string }[];
}

export interface LedgerInput {
  readonly ran: readonly RanLoad[];
  readonly buy: readonly Rate[];
  readonly sell: readonly Rate[];
  /** W of sun that nothing else used, by start of the hour: what it takes of that costs what would have been earned. */
  readonly surplusW: ReadonlyMap<number, number>;
  readonly zone: string;
}

/** Fewer known runs than this are no habit. */
const leastRuns = 3;

export function ledgerOf(o: LedgerInput): Ledger {
  const rows: LedgerRow[] = [];
  const left: { load: string; why: string }[] = [];
  for (const ran of o.ran) {
    const row = rowOf(o, ran);
    if (typeof row === 'string') left.push({ load: ran.load, why: row });
    else rows.push(row);
  }
  return { ...totalOf(rows), left };
}

export function totalOf(rows: readonly LedgerRow[]): Total {
  const byLoad = sumByLoad(rows);
  const saved = byLoad.reduce((sum, row) => sum + row.saved, 0);
  // Runs of different devices are wrong independently of each other.
  const spread = (side: (row: LedgerRow) => number) =>
    Math.sqrt(byLoad.reduce((sum, row) => sum + side(row) ** 2, 0));
  return {
    ...{ rows: byLoad, saved },
    low: saved - spread((row) => row.saved - row.low),
    high: saved + spread((row) => row.high - row.saved),
  };
}

function rowOf(o: LedgerInput, ran: RanLoad): LedgerRow | string {
  if (ran.usualStarts.length < leastRuns) return 'When it usually ran is not known yet.';
  const paid = costOf(o, ran, ran.start);
  if (paid === null) return 'What the hours cost is not known.';
  const usual = ran.usualStarts.flatMap((time) => {
    const cost = costOf(o, ran, nearest(ran.start, time, o.zone));
    return cost === null ? [] : [cost];
  });
  if (usual.length < leastRuns) return 'What its usual hours cost is not known.';
  const mean = usual.reduce((sum, cost) => sum + cost, 0) / usual.length;
  const variance = usual.reduce((sum, cost) => sum + (cost - mean) ** 2, 0) / usual.length;
  const spread = 1.28 * Math.sqrt(variance);
  const { load, name } = ran;
  const saved = mean - paid;
  return { load, name, paid, usual: mean, saved, low: saved - spread, high: saved + spread };
}

/** What ran at 02:00 and usually runs at 20:30 would have run the evening before. */
function nearest(start: number, time: number, zone: string): number {
  const day = wallOf(start, zone);
  const times = [-1, 0, 1].map((days) => whenOf(day, time, zone, days));
  return times.reduce((best, t) => (Math.abs(t - start) < Math.abs(best - start) ? t : best));
}

/** The run with its own shape, begun at `start`; null where a price is missing. */
function costOf(o: LedgerInput, { stepMs, watts }: RanLoad, start: number): number | null {
  const slots = evenSlots(start, start + watts.length * stepMs, stepMs);
  const buy = ratesOn(slots, o.buy);
  const sell = ratesOn(slots, o.sell);
  let cost = 0;
  for (const [n, slot] of slots.entries()) {
    const price = buy[n] ?? null;
    if (price === null) return null;
    const hour = Math.floor(slot.start / hourMs) * hourMs;
    const fromSun = Math.min(watts[n]!, Math.max(0, o.surplusW.get(hour) ?? 0));
    const kWh = (w: number) => (w / 1000) * (stepMs / hourMs);
    cost += kWh(watts[n]! - fromSun) * price + kWh(fromSun) * (sell[n] ?? 0);
  }
  return cost;
}

function sumByLoad(rows: readonly LedgerRow[]): LedgerRow[] {
  const byLoad = new Map<string, LedgerRow>();
  for (const row of rows) {
    const before = byLoad.get(row.load);
    byLoad.set(row.load, before ? joined(before, row) : row);
  }
  return [...byLoad.values()].sort((a, b) => b.saved - a.saved);
}

/** A habit that is mistaken is so on every day: within one device uncertainty adds up whole. */
const joined = (a: LedgerRow, b: LedgerRow): LedgerRow => ({
  ...{ load: a.load, name: a.name },
  ...{ paid: a.paid + b.paid, usual: a.usual + b.usual, saved: a.saved + b.saved },
  ...{ low: a.low + b.low, high: a.high + b.high },
});
