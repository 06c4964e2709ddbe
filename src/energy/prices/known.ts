/** Prices of a window to the end: what is not told yet is assumed from days before, and said to be. */
import type { KnownRate, Slot } from '@tomte/sdk/energy';
import type { Rate } from '@tomte/sdk/prices';
import { wallOf, whenOf } from '@tomte/sdk/wall-clock';
import { dayMs, hourMs } from '../series.ts';
import { tidy } from './read.ts';

export interface Known {
  readonly rates: readonly KnownRate[];
  /** From here on prices are assumed, epoch ms; null where all are told. */
  readonly assumedFrom: number | null;
  /** Days before from which they were taken: 7, 1, or what there was. */
  readonly fromDaysBefore: number | null;
  /** What such a guess was off by on the days that are known, per kWh; null where none can be compared. */
  readonly usuallyOff: number | null;
}

/** A week before, for working days are not like days off; else the nearest day that is known. */
const daysBefore = [7, 1, 2, 3, 4, 5, 6] as const;

/** `told` may reach back as far as is kept: the past is where guesses come from. */
export function knownRates(told: readonly Rate[], window: Slot, zone: string): Known {
  const rates = tidy(told);
  const priceAt = finder(rates);
  const inside = rates.filter(({ start, end }) => end > window.start && start < window.end);
  const guesses: KnownRate[] = [];
  let fromDays: number | null = null;
  for (const gap of gapsIn(inside, window)) {
    for (const slot of hoursOf(gap)) {
      const guess = guessAt(slot.start, zone, priceAt);
      if (!guess) continue;
      fromDays ??= guess.days;
      guesses.push({ ...slot, value: guess.value, assumed: true });
    }
  }
  const cut = inside.map((rate) => ({
    start: Math.max(rate.start, window.start),
    end: Math.min(rate.end, window.end),
    ...{ value: rate.value, assumed: false },
  }));
  return {
    rates: [...cut, ...guesses].sort((a, b) => a.start - b.start),
    assumedFrom: guesses[0]?.start ?? null,
    fromDaysBefore: fromDays,
    usuallyOff: guesses.length === 0 ? null : usualError(rates, { zone, priceAt }),
  };
}

type PriceAt = (t: number) => number | null;

function finder(rates: readonly Rate[]): PriceAt {
  return (t) => {
    let low = 0;
    let high = rates.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (rates[middle]!.end <= t) low = middle + 1;
      else high = middle;
    }
    const rate = rates[low];
    return rate && rate.start <= t ? rate.value : null;
  };
}

function gapsIn(rates: readonly Rate[], window: Slot): Slot[] {
  const gaps: Slot[] = [];
  let at = window.start;
  for (const { start, end } of rates) {
    if (start > at) gaps.push({ start: at, end: start });
    at = Math.max(at, end);
  }
  if (at < window.end) gaps.push({ start: at, end: window.end });
  return gaps;
}

/** Pieces that end on the hour: on the days clocks change the hours before do not fall together otherwise. */
function hoursOf({ start, end }: Slot): Slot[] {
  const pieces: Slot[] = [];
  for (let at = start; at < end; ) {
    const next = Math.min(end, (Math.floor(at / hourMs) + 1) * hourMs);
    pieces.push({ start: at, end: next });
    at = next;
  }
  return pieces;
}

/** The same time of the wall clock, a whole hour’s mean where quarters are told. */
function guessAt(
  t: number,
  zone: string,
  priceAt: PriceAt,
): { value: number; days: number } | null {
  const wall = wallOf(t, zone);
  // Two days ahead may lie behind a day that is assumed itself.
  for (const add of [0, 7]) {
    for (const days of daysBefore) {
      const at = whenOf(wall, wall.time, zone, -(days + add));
      const quarters = [0, 1, 2, 3].map((n) => priceAt(at + (n * hourMs) / 4));
      const known = quarters.filter((value) => value !== null);
      if (known.length === 0 || at >= t) continue;
      return { value: known.reduce((sum, v) => sum + v, 0) / known.length, days: days + add };
    }
  }
  return null;
}

function usualError(
  rates: readonly Rate[],
  { zone, priceAt }: { zone: string; priceAt: PriceAt },
): number | null {
  const end = rates.at(-1)?.end ?? 0;
  const errors = rates.flatMap(({ start, value }) => {
    if (start < end - 14 * dayMs) return [];
    const guess = guessAt(start, zone, priceAt);
    return guess ? [Math.abs(guess.value - value)] : [];
  });
  return errors.length < 24 ? null : errors.reduce((sum, e) => sum + e, 0) / errors.length;
}
