/** Stretches of time, and numbers on them. Pure: epoch ms in, epoch ms out. */
import type { Forecast, ForecastSlot, Slot } from '@tomte/sdk/energy';
import type { HourRow } from '@tomte/sdk/home';
import type { Rate } from '@tomte/sdk/prices';

export const minuteMs = 60_000;
export const hourMs = 3_600_000;
export const dayMs = 86_400_000;

/** Slots of one length that fill `[from, to)`; the last is cut off there. */
export function evenSlots(from: number, to: number, stepMs: number): Slot[] {
  const slots: Slot[] = [];
  for (let start = from; start < to; start += stepMs) {
    slots.push({ start, end: Math.min(to, start + stepMs) });
  }
  return slots;
}

/** Slots one after the other from `start` on. */
export function slotsFrom(start: number, minutes: readonly number[]): Slot[] {
  let at = start;
  return minutes.map((length) => {
    const slot = { start: at, end: at + length * minuteMs };
    at = slot.end;
    return slot;
  });
}

/** What is foreseen of a slot, W. */
export type Band = Omit<ForecastSlot, 'start' | 'end'>;

/** Mean price of each slot; null where the rates do not cover all of it. Rates in time order, none twice. */
export const ratesOn = (slots: readonly Slot[], rates: readonly Rate[]): (number | null)[] =>
  meansOn(slots, rates, ({ value }) => value);

/** The forecast on other slots; null where it does not reach. */
export function forecastOn(slots: readonly Slot[], forecast: Forecast): (Band | null)[] {
  const expected = meansOn(slots, forecast, (slot) => slot.expected);
  const low = meansOn(slots, forecast, (slot) => slot.low);
  const high = meansOn(slots, forecast, (slot) => slot.high);
  return slots.map((_, n) => {
    const mid = expected[n]!;
    return mid === null ? null : { expected: mid, low: low[n]!, high: high[n]! };
  });
}

function meansOn<T extends Slot>(
  slots: readonly Slot[],
  pieces: readonly T[],
  value: (piece: T) => number,
): (number | null)[] {
  let first = 0;
  return slots.map((slot) => {
    while (first > 0 && pieces[first - 1]!.end > slot.start) first--;
    while (first < pieces.length && pieces[first]!.end <= slot.start) first++;
    let covered = 0;
    let sum = 0;
    for (let n = first; n < pieces.length && pieces[n]!.start < slot.end; n++) {
      const piece = pieces[n]!;
      const part = Math.min(slot.end, piece.end) - Math.max(slot.start, piece.start);
      covered += part;
      sum += part * value(piece);
    }
    const length = slot.end - slot.start;
    return length > 0 && covered >= length ? sum / length : null;
  });
}

/**
 * Mean of all that may come of a slot, by Swanson's rule. What a home uses has a long tail upwards: sums of energy
 * and money need this, not the middle.
 */
export const meanOfBand = ({ low, expected, high }: Band): number =>
  0.3 * low + 0.4 * expected + 0.3 * high;

/** kWh of a meter's hours as mean W by start of the hour; hours without growth told are absent. */
export function wattsOf(rows: readonly HourRow[]): Map<number, number> {
  const found = new Map<number, number>();
  for (const { start, change } of rows) if (change !== null) found.set(start, change * 1000);
  return found;
}
