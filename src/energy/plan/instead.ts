/**
 * What a load costs when it is planned, against begun at the time at which people here usually begin it: both priced
 * by the hour, as the ledger will do when the day is over. Pure.
 */
import type { Rate } from '@tomte/sdk/prices';
import { wallOf, whenOf } from '@tomte/sdk/wall-clock';
import { evenSlots, hourMs, minuteMs, ratesOn } from '../series.ts';
import type { Plan } from './plan.ts';
import type { Load } from './problem.ts';

export interface Instead {
  readonly load: string;
  /** Epoch ms: when it is to begin, and when it usually would have. */
  readonly startsAt: number;
  readonly usualAt: number;
  readonly saves: number;
}

export interface InsteadInput {
  readonly plan: Plan;
  readonly loads: readonly Pick<Load, 'id' | 'powerW' | 'minutes' | 'comfort'>[];
  /** Between which times each may run, and when it usually began: times of day, ms since midnight. */
  readonly usual: ReadonlyMap<
    string,
    { readonly starts: readonly number[]; readonly from: number; readonly to: number }
  >;
  readonly buy: readonly Rate[];
  readonly sell: readonly Rate[];
  /** W of sun that nothing else uses at a time. */
  readonly surplusW: (t: number) => number;
  readonly zone: string;
}

const stepMs = 15 * minuteMs;

export function insteadOf(o: InsteadInput): Instead[] {
  return o.loads.flatMap((load) => {
    const usual = o.usual.get(load.id);
    if (!usual || load.comfort !== null || load.minutes <= 0) return [];
    const pieces = o.plan.slots.flatMap(({ start, minutes, loads }) => {
      const watts = loads[load.id] ?? 0;
      return watts > 0 ? [{ start: Date.parse(start), minutes, watts }] : [];
    });
    const usualAt = usualIn(usual, o.zone);
    const [first] = pieces;
    if (!first || usualAt === null || usualAt === first.start) return [];
    const whole = { start: usualAt, minutes: load.minutes, watts: load.powerW };
    const [paid, other] = [costOf(o, pieces), costOf(o, [whole])];
    if (paid === null || other === null) return [];
    return [{ load: load.id, startsAt: first.start, usualAt, saves: other - paid }];
  });
}

/** The hour at which it began most often, where that comes within its window. */
function usualIn(
  { starts, from, to }: { starts: readonly number[]; from: number; to: number },
  zone: string,
): number | null {
  const times = new Map<number, number>();
  for (const start of starts) {
    const hour = Math.floor(start / hourMs) * hourMs;
    times.set(hour, (times.get(hour) ?? 0) + 1);
  }
  const [most] = [...times].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  if (!most) return null;
  const day = wallOf(from, zone);
  const at = [0, 1, 2].map((days) => whenOf(day, most[0], zone, days)).find((t) => t >= from);
  return at !== undefined && at < to ? at : null;
}

type Piece = { readonly start: number; readonly minutes: number; readonly watts: number };

/** Null where a price is not known. */
function costOf(o: InsteadInput, pieces: readonly Piece[]): number | null {
  let cost = 0;
  for (const { start, minutes, watts } of pieces) {
    const slots = evenSlots(start, start + minutes * minuteMs, stepMs);
    const [buy, sell] = [ratesOn(slots, o.buy), ratesOn(slots, o.sell)];
    for (const [n, slot] of slots.entries()) {
      const price = buy[n] ?? null;
      if (price === null) return null;
      const kWh = (w: number) => (w / 1000) * ((slot.end - slot.start) / hourMs);
      const fromSun = Math.min(watts, Math.max(0, o.surplusW(slot.start)));
      cost += kWh(watts - fromSun) * price + kWh(fromSun) * (sell[n] ?? 0);
    }
  }
  return cost;
}
