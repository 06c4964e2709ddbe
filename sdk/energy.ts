/** Words of energy that code, workflows and the wire share. Times are epoch ms, power in W, energy in kWh. */
import type { Rate } from './prices.ts';

/** A stretch of time, `[start, end)`. */
export interface Slot {
  readonly start: number;
  readonly end: number;
}

/**
 * What is expected of a stretch, with the band in which eight of ten such stretches fall. Mean power, W.
 * `expected` is the middle: half of them lie above.
 */
export interface ForecastSlot extends Slot {
  readonly expected: number;
  readonly low: number;
  readonly high: number;
}

/** An expected series: slots in time order that touch each other. */
export type Forecast = readonly ForecastSlot[];

/** A price whose origin is known: told by its source, or assumed because the source does not tell it yet. */
export interface KnownRate extends Rate {
  readonly assumed: boolean;
}

/** What a tariff answers. Rates in the home's currency per kWh, in time order, none twice. */
export interface TariffAnswer {
  readonly buy: readonly Rate[];
  /** What is paid for a kWh fed in; left out where this tariff does not say. */
  readonly sell?: readonly Rate[];
  /** True for bare market prices: taxes and fees are to be added before a person is told of them. */
  readonly bare: boolean;
}

/** Money for the highest mean power of a month, as grid companies ask it. */
export interface PeakPrice {
  readonly perKw: number;
  /** Over so many minutes power is averaged. */
  readonly minutes: number;
  /** Highest mean of this month up to now, W: up to here a new one costs nothing. */
  readonly reachedW: number;
}
