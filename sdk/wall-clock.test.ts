import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { expect, test } from 'vitest';
import { timeOfDay, wallOf, whenOf } from './wall-clock.ts';

const zones = [
  ...['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu'],
  ...['Pacific/Apia', 'America/St_Johns', 'Africa/Casablanca', 'Asia/Kolkata'],
];
const zone = fc.constantFrom(...zones);
const from = Date.UTC(2015, 0, 1);
const to = Date.UTC(2035, 0, 1);

test('the clock shows what Temporal says it shows', () => {
  fc.assert(
    fc.property(zone, fc.integer({ min: from, max: to }), (name, t) => {
      const said = Temporal.Instant.fromEpochMilliseconds(t).toZonedDateTimeISO(name);
      const { year, month, day, weekday, time } = wallOf(t, name);
      expect([year, month, day, weekday]).toEqual([
        ...[said.year, said.month, said.day, said.dayOfWeek],
      ]);
      const inDay = ((said.hour * 60 + said.minute) * 60 + said.second) * 1000 + said.millisecond;
      expect(time).toBe(inDay);
    }),
    { numRuns: 2_000 },
  );
});

test('a time of a day is when Temporal says it is, skipped and doubled hours included', () => {
  const near = fc.constantFrom(
    ...zones.flatMap((name) => {
      let at = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(name);
      const days: { name: string; at: number }[] = [];
      for (
        let next = at.getTimeZoneTransition('next');
        next;
        next = at.getTimeZoneTransition('next')
      ) {
        if (next.epochMilliseconds > to) break;
        days.push({ name, at: next.epochMilliseconds });
        at = next;
      }
      return days.length > 0 ? days : [{ name, at: from }];
    }),
  );
  const minute = fc.integer({ min: 0, max: 1439 });
  fc.assert(
    fc.property(near, fc.integer({ min: -1, max: 1 }), minute, ({ name, at }, days, minutes) => {
      const day = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(name).toPlainDate();
      const time = new Temporal.PlainTime(Math.floor(minutes / 60), minutes % 60);
      const said = day.add({ days }).toZonedDateTime({ timeZone: name, plainTime: time });
      expect(whenOf(day, minutes * 60_000, name, days)).toBe(said.epochMilliseconds);
    }),
    { numRuns: 2_000 },
  );
});

test('a text that is no time of day, and a zone that is none, are refused', () => {
  expect(timeOfDay('07:30')).toBe(27_000_000);
  expect(timeOfDay('23:59:59')).toBe(86_399_000);
  for (const text of ['7:30', '24:00', '', '07:60', 'noon']) {
    expect(() => timeOfDay(text), text).toThrow(RangeError);
  }
  expect(() => wallOf(0, 'Mars/Olympus')).toThrow(RangeError);
});
