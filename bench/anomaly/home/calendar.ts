/** The days of one simulated year: wall clock, weekends, holidays, journeys and guests. */
import { Temporal } from 'temporal-polyfill';
import type { seeded } from '../../../src/sim/random.ts';

export type Random = ReturnType<typeof seeded>;
export const between = (random: Random, low: number, high: number): number =>
  low + random() * (high - low);
export const whole = (random: Random, low: number, high: number): number =>
  Math.floor(between(random, low, high + 1));
/** A bell around 0, about ±1. */
export const bell = (random: Random): number => random() + random() + random() - 1.5;

export interface CalendarDay {
  /** Minute of the year at which it begins, and how many it has: 1380, 1440 or 1500. */
  readonly from: number;
  readonly minutes: number;
  readonly weekday: number;
  readonly dayOfYear: number;
  /** Saturday, Sunday or a holiday. */
  readonly free: boolean;
  /** Everybody is on a journey. */
  readonly journey: boolean;
  readonly guests: number;
  readonly outsideMean: number;
}
export interface Calendar {
  readonly start: number;
  readonly days: readonly CalendarDay[];
}

export function makeCalendar(o: { year: number; zone: string; random: Random }): Calendar {
  const { random } = o;
  const first = Temporal.PlainDate.from({ year: o.year, month: 1, day: 8 });
  const start = first.toZonedDateTime(o.zone).epochMilliseconds;
  const count = 364;
  const journeys = spans(random, { count, howMany: 2, low: 6, high: 14 });
  journeys.push(...spans(random, { count, howMany: 4, low: 1, high: 3 }));
  const visits = spans(random, { count, howMany: 7, low: 1, high: 3 });
  let weather = 0;
  const days = Array.from({ length: count }, (_, i): CalendarDay => {
    const date = first.add({ days: i });
    const from = (date.toZonedDateTime(o.zone).epochMilliseconds - start) / 60_000;
    const to = (date.add({ days: 1 }).toZonedDateTime(o.zone).epochMilliseconds - start) / 60_000;
    weather = 0.8 * weather + 2 * bell(random);
    const season = -Math.cos(((date.dayOfYear - 20) / 365) * 2 * Math.PI);
    return {
      from,
      minutes: to - from,
      weekday: date.dayOfWeek,
      dayOfYear: date.dayOfYear,
      free: date.dayOfWeek >= 6 || random() < 0.03,
      journey: journeys.some((span) => i >= span.from && i < span.to),
      guests: visits.some((span) => i >= span.from && i < span.to) ? whole(random, 1, 3) : 0,
      outsideMean: 9.5 + 9 * season + weather,
    };
  });
  return { start, days };
}

function spans(
  random: Random,
  o: { count: number; howMany: number; low: number; high: number },
): { from: number; to: number }[] {
  return Array.from({ length: o.howMany }, () => {
    const from = whole(random, 10, o.count - 20);
    return { from, to: from + whole(random, o.low, o.high) };
  });
}
