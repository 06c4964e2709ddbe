/** From a bare price to what is paid: a share on top, and an amount on top, confirmed by one number. */
import type { KnownRate } from '@tomte/sdk/energy';
import { wallOf } from '@tomte/sdk/wall-clock';
import { hourMs } from '../series.ts';

export interface Markup {
  /** Value added tax on the bare price: 1.19. */
  readonly factor: number;
  /** Grid fees, other taxes and the supplier’s own on top of a kWh, tax included. */
  readonly added: number;
}

export const nothingAdded: Markup = { factor: 1, added: 0 };

export const paidFor = (bare: number, { factor, added }: Markup): number => bare * factor + added;

/** The amount on top with which this bare price becomes what a person pays. */
export const markupFor = (o: { bare: number; paid: number; factor: number }): Markup => ({
  factor: o.factor,
  added: Math.round((o.paid - o.bare * o.factor) * 1e6) / 1e6,
});

/** Value added tax on a home’s electricity, percent; where a country is not here nothing is assumed. */
const vatPercent: Readonly<Record<string, number>> = {
  ...{ AT: 20, BE: 6, BG: 20, CH: 8.1, CZ: 21, DE: 19, DK: 25, EE: 24, ES: 21, FI: 25.5, FR: 20 },
  ...{ GB: 5, GR: 6, HR: 13, HU: 27, IE: 9, IT: 10, LT: 21, LU: 8, LV: 21, NL: 21, NO: 25, PL: 23 },
  ...{ PT: 23, RO: 21, SE: 25, SI: 22, SK: 23 },
};

export const vatFactor = (country: string | null): number =>
  1 + (vatPercent[country ?? ''] ?? 0) / 100;

/** Evening, when most homes use most. */
const askedHour = 18;

/** The rate by which a person checks: the next at 18:00 that is told, else the dearest of those to come. */
export function askedRate(
  rates: readonly KnownRate[],
  { now, zone }: { now: number; zone: string },
): KnownRate | null {
  const told = rates.filter(({ assumed, end }) => !assumed && end > now);
  const evening = told.find(({ start }) => {
    const { time } = wallOf(Math.max(start, now), zone);
    return time >= askedHour * hourMs && time < (askedHour + 1) * hourMs;
  });
  const dearest = told.reduce<KnownRate | null>(
    (most, rate) => (most === null || rate.value > most.value ? rate : most),
    null,
  );
  return evening ?? dearest;
}
