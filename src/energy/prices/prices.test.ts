import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dayMs, evenSlots, hourMs } from '../series.ts';
import { knownRates } from './known.ts';
import { askedRate, markupFor, paidFor, vatFactor } from './markup.ts';
import { datesOf, tidy } from './read.ts';

const zone = 'Europe/Berlin';
/** Friday 27 November 2026, 00:00 in Berlin. */
const today = Date.UTC(2026, 10, 26, 23);
const hourly = (from: number, to: number, value: (t: number) => number) =>
  evenSlots(from, to, hourMs).map((slot) => ({ ...slot, value: value(slot.start) }));
const byClock = (t: number) => ((t - today) / hourMs + 24 * 100) % 24;

test('of two prices for the same time the later told counts, and none lies over another', () => {
  const rates = tidy([
    { start: 0, end: 60, value: 1 },
    { start: 30, end: 90, value: 2 },
    { start: 30, end: 90, value: 3 },
    { start: 90, end: 80, value: 4 },
    { start: 100, end: 110, value: Number.NaN },
  ]);
  expect(rates).toEqual([
    { start: 0, end: 30, value: 1 },
    { start: 30, end: 90, value: 3 },
  ]);
});

test('what is told is taken; tomorrow is assumed as a week before, said, and priced', () => {
  const past = hourly(
    today - 14 * dayMs,
    today + dayMs,
    (t) => byClock(t) + (t < today - 6 * dayMs ? 1 : 0),
  );
  const known = knownRates(past, { start: today, end: today + 2 * dayMs }, zone);
  expect(known.assumedFrom).toBe(today + dayMs);
  expect(known.fromDaysBefore).toBe(7);
  expect(known.rates.filter(({ assumed }) => !assumed)).toHaveLength(24);
  const tomorrow = known.rates.filter(({ assumed }) => assumed);
  // A week before tomorrow lies in the time that was as today.
  expect(tomorrow.map(({ value }) => value)).toEqual(Array.from({ length: 24 }, (_, n) => n));
  expect(known.usuallyOff).toBeGreaterThan(0);
});

test('with one day known tomorrow is as today, and with none there are no prices', () => {
  const known = knownRates(
    hourly(today, today + dayMs, byClock),
    { start: today, end: today + 2 * dayMs },
    zone,
  );
  expect(known.fromDaysBefore).toBe(1);
  expect(known.rates.at(-1)).toMatchObject({ value: 23, assumed: true });
  expect(knownRates([], { start: today, end: today + dayMs }, zone).rates).toEqual([]);
});

test.each([
  ['23', Date.UTC(2026, 2, 28, 23), 23],
  ['25', Date.UTC(2026, 9, 24, 22), 25],
])('a day of %s hours is assumed by the wall clock, whole', (_, start, hours) => {
  const end = start + hours * hourMs;
  const clock = (t: number) =>
    Number(
      new Intl.DateTimeFormat('en-GB', {
        timeZone: zone,
        hour: '2-digit',
        hourCycle: 'h23',
      }).format(t),
    );
  const known = knownRates(hourly(start - 7 * dayMs, start, clock), { start, end }, zone);
  expect(known.rates).toHaveLength(hours);
  for (const rate of known.rates) expect(rate.value).toBe(clock(rate.start));
});

test('the window is covered without holes wherever a day before is known', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 47 }),
      fc.integer({ min: 1, max: 47 }),
      (gone, length) => {
        const told = hourly(today - 8 * dayMs, today + 2 * dayMs, byClock).filter(
          ({ start }) => start < today + gone * hourMs || start >= today + (gone + length) * hourMs,
        );
        const window = { start: today, end: today + 2 * dayMs };
        const { rates } = knownRates(told, window, zone);
        let at = window.start;
        for (const rate of rates) {
          expect(rate.start).toBe(at);
          at = rate.end;
        }
        expect(at).toBe(window.end);
      },
    ),
  );
});

test('one number makes the bare price what is paid, at every hour', () => {
  const factor = vatFactor('DE');
  const markup = markupFor({ bare: 0.094, paid: 0.314, factor });
  expect(paidFor(0.094, markup)).toBeCloseTo(0.314);
  expect(paidFor(0, markup)).toBeCloseTo(0.314 - 0.094 * 1.19);
  expect(vatFactor(null)).toBe(1);
});

test('a person is asked of the next evening that is told, never of one that is assumed', () => {
  const rates = hourly(today, today + dayMs, byClock).map((rate) => ({ ...rate, assumed: false }));
  const morning = today + 9 * hourMs;
  expect(askedRate(rates, { now: morning, zone })).toMatchObject({ value: 18 });
  const night = today + 20 * hourMs;
  expect(askedRate(rates, { now: night, zone })).toMatchObject({ value: 23 });
  const guessed = rates.map((rate) => ({ ...rate, assumed: true }));
  expect(askedRate(guessed, { now: morning, zone })).toBeNull();
});

test('dates of a window are those of the home', () => {
  expect(datesOf({ start: today, end: today + dayMs }, zone)).toEqual(['2026-11-27']);
  expect(datesOf({ start: today - 1, end: today + dayMs + 1 }, zone)).toEqual([
    '2026-11-26',
    '2026-11-27',
    '2026-11-28',
  ]);
  expect(datesOf({ start: today, end: today + 90 * dayMs }, zone)).toHaveLength(8);
});
