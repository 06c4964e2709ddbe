/** Due times over a whole year in zones whose clocks change differently, checked against the wall clock itself. */
import type { Misfire, TimeSpec } from '@tomte/sdk/define';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import { dueOf } from './schedule-due.ts';
import { settle } from './schedule-misfire.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata'];
const places: Record<string, [number, number]> = {
  'Europe/Berlin': [52.52, 13.4],
  'America/New_York': [40.71, -74],
  'Australia/Lord_Howe': [-31.55, 159.08],
  'Asia/Kolkata': [22.57, 88.36],
};
const t = (text: string) => Date.parse(text);
const iso = (at: number | null) => (at === null ? null : new Date(at).toISOString());

function duesOf(spec: TimeSpec, zone: string, from: number, to: number): number[] {
  const [latitude, longitude] = places[zone] ?? [0, 0];
  const due = dueOf(spec, { zone, latitude, longitude });
  const found: number[] = [];
  for (let at = due.after(from); at !== null && at < to; at = due.after(at)) found.push(at);
  return found;
}

/** Each day's times by the calendar's own rules: the earlier where there are two, the jump where there is none. */
function timesOfDay(zone: string, from: number, to: number, times: readonly string[]) {
  const found = new Set<number>();
  const first = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(zone).toPlainDate();
  for (let day = -1; day <= 367; day++) {
    for (const time of times) {
      const wall = first.add({ days: day }).toPlainDateTime(time);
      const at = wall.toZonedDateTime(zone, { disambiguation: 'earlier' });
      const isThere = at.toPlainDateTime().equals(wall);
      const jump = isThere ? at : at.getTimeZoneTransition('next')!;
      found.add(jump.epochMilliseconds);
    }
  }
  return [...found].filter((at) => at > from && at < to).sort((a, b) => a - b);
}

const year = { from: t('2026-01-01T00:00:00Z'), to: t('2027-01-01T00:00:00Z') };

describe.each(zones)('a year in %s', (zone) => {
  test('a time of day comes once a day, also on the two days the clocks change', () => {
    for (const [cron, times] of [
      ['30 2 * * *', ['02:30']],
      ['0,30 2 * * *', ['02:00', '02:30']],
      ['15 1,2,3 * * *', ['01:15', '02:15', '03:15']],
    ] as const) {
      const expected = timesOfDay(zone, year.from, year.to, times);
      expect(duesOf({ cron }, zone, year.from, year.to).map(iso), cron).toEqual(expected.map(iso));
    }
    expect(duesOf({ at: '02:30' }, zone, year.from, year.to)).toEqual(
      duesOf({ cron: '30 2 * * *' }, zone, year.from, year.to),
    );
  });

  test('a pattern for every hour runs by real time', () => {
    const dues = duesOf({ cron: '15 * * * *' }, zone, year.from, year.to);
    const apart = new Set(dues.slice(1).map((at, i) => at - dues[i]!));
    // Lord Howe shifts by half an hour: once a year the minute after it comes half an hour later.
    const expected = zone === 'Australia/Lord_Howe' ? [60, 90] : [60];
    expect([...apart].sort((a, b) => a - b)).toEqual(expected.map((n) => n * minuteMs));
  });

  test('every stands on the full hour of the wall clock in winter, and never doubles', () => {
    const dues = duesOf({ every: '1h' }, zone, year.from, year.from + 30 * dayMs);
    expect(Math.abs(dues.length - 30 * 24)).toBeLessThanOrEqual(1);
    const minutes = new Set(
      dues.map((at) => Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).minute),
    );
    expect([...minutes]).toEqual([0]);
  });

  test('the sun rises once each local day and sets once', () => {
    for (const sun of ['sunrise', 'sunset'] as const) {
      const dues = duesOf({ sun }, zone, year.from, year.to);
      const days = dues.map((at) =>
        Temporal.Instant.fromEpochMilliseconds(at)
          .toZonedDateTimeISO(zone)
          .toPlainDate()
          .toString(),
      );
      expect(new Set(days).size).toBe(days.length);
      expect(days.length).toBeGreaterThanOrEqual(364);
      for (let i = 1; i < dues.length; i++) {
        expect(Math.abs(dues[i]! - dues[i - 1]! - dayMs)).toBeLessThan(5 * minuteMs);
      }
    }
  });
});

describe('days the clocks change', () => {
  const berlin = 'Europe/Berlin';

  test('02:30 that is jumped over is due at 03:00; two such times are due once', () => {
    const day = [t('2026-03-28T22:00:00Z'), t('2026-03-29T21:00:00Z')] as const;
    expect(duesOf({ at: '02:30' }, berlin, ...day).map(iso)).toEqual(['2026-03-29T01:00:00.000Z']);
    expect(duesOf({ cron: '0,30 2 * * *' }, berlin, ...day).map(iso)).toEqual([
      '2026-03-29T01:00:00.000Z',
    ]);
  });

  test('02:30 that comes twice is due the first time', () => {
    const day = [t('2026-10-24T22:00:00Z'), t('2026-10-25T22:00:00Z')] as const;
    expect(duesOf({ at: '02:30' }, berlin, ...day).map(iso)).toEqual(['2026-10-25T00:30:00.000Z']);
  });

  test('asked in the middle of the doubled hour, it is not due again', () => {
    const due = dueOf({ at: '02:30' }, { zone: berlin, latitude: null, longitude: null });
    expect(iso(due.after(t('2026-10-25T00:30:00Z')))).toBe('2026-10-26T01:30:00.000Z');
    expect(iso(due.after(t('2026-10-25T01:10:00Z')))).toBe('2026-10-26T01:30:00.000Z');
  });

  test('a zone that shifts by half an hour', () => {
    const day = [t('2026-10-03T12:00:00Z'), t('2026-10-04T11:00:00Z')] as const;
    expect(duesOf({ at: '02:15' }, 'Australia/Lord_Howe', ...day).map(iso)).toEqual([
      '2026-10-03T15:30:00.000Z',
    ]);
  });
});

test('weekdays are counted as ISO does', () => {
  const dues = duesOf(
    { at: '07:00', weekdays: [1, 7] },
    'Europe/Berlin',
    year.from,
    year.from + 28 * dayMs,
  );
  const days = dues.map(
    (at) =>
      Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO('Europe/Berlin').dayOfWeek,
  );
  expect(days).toEqual([7, 1, 7, 1, 7, 1, 7, 1]);
});

test('a time with its date is due once, and never again', () => {
  const due = dueOf(
    { at: '2026-12-24T18:00:00+01:00' },
    { zone: 'Europe/Berlin', latitude: null, longitude: null },
  );
  expect(iso(due.after(year.from))).toBe('2026-12-24T17:00:00.000Z');
  expect(due.after(t('2026-12-24T17:00:00Z'))).toBeNull();
});

test('where the sun does not rise for weeks, nothing is due until it does', () => {
  const tromso = { zone: 'Europe/Oslo', latitude: 69.65, longitude: 18.96 };
  const rise = dueOf({ sun: 'sunrise' }, tromso);
  const first = rise.after(t('2026-12-05T00:00:00Z'));
  expect(iso(first)!.slice(0, 7)).toBe('2027-01');
  const set = dueOf({ sun: 'sunset' }, tromso).after(t('2026-06-01T00:00:00Z'));
  expect(iso(set)!.slice(0, 7)).toBe('2026-07');
});

test('at the pole itself no day of the half year has a sunrise, and before the home says where it is none has', () => {
  const pole = dueOf({ sun: 'sunrise' }, { zone: 'UTC', latitude: 90, longitude: 0 });
  expect(pole.after(t('2026-10-10T00:00:00Z'))).toSatisfy(
    (at: number | null) => at === null || at > t('2027-03-01T00:00:00Z'),
  );
  const unknown = dueOf({ sun: 'sunrise' }, { zone: 'UTC', latitude: null, longitude: null });
  expect(unknown.after(0)).toBeNull();
});

test('half an hour before sunset is half an hour before sunset', () => {
  const place = { zone: 'Europe/Berlin', latitude: 52.52, longitude: 13.4 };
  const from = t('2026-06-10T10:00:00Z');
  const sunset = dueOf({ sun: 'sunset' }, place).after(from)!;
  expect(dueOf({ sun: 'sunset', offsetMinutes: -30 }, place).after(from)).toBe(
    sunset - 30 * minuteMs,
  );
  // Half past nine in Berlin in June.
  expect(Math.abs(sunset - t('2026-06-10T19:27:00Z'))).toBeLessThan(4 * minuteMs);
});

test.each([
  { cron: '61 * * * *' },
  { cron: 'nonsense' },
  { every: '5s' },
  { every: 'soon' },
  { at: '25:00' },
  { at: '2026-12-24T18:00:00' },
  { at: '07:30', weekdays: [] },
  { sun: 'sunset', offsetMinutes: 99_999 },
] as TimeSpec[])('%o is refused with a code', (spec) => {
  const place = { zone: 'Europe/Berlin', latitude: 1, longitude: 1 };
  expect(() => dueOf(spec, place)).toThrow(
    expect.objectContaining({ code: 'workflow.trigger_invalid' }),
  );
});

describe('due times that nobody saw in time', () => {
  const hourly = dueOf({ cron: '0 * * * *' }, { zone: 'UTC', latitude: null, longitude: null });
  const [ten, now] = [t('2026-05-01T10:00:00Z'), t('2026-05-01T13:20:00Z')];
  const settled = (policy: Misfire, at = now) => {
    const { fire, missed, nextDue } = settle(hourly, ten, at, policy)!;
    return {
      fire: fire.map(({ due, late }) => `${iso(due)!.slice(11, 16)}${late ? ' late' : ''}`),
      missed: missed.map(({ due, code }) => `${iso(due)!.slice(11, 16)} ${code}`),
      next: iso(nextDue)!.slice(11, 16),
    };
  };

  test('nothing is due before its time', () => {
    expect(settle(hourly, ten, ten - 1, {})).toBeNull();
  });
  test('seen within ten seconds it is on time, whatever the policy', () => {
    const expected = { fire: ['10:00'], missed: [], next: '11:00' };
    expect(settled({ misfire: 'skip' }, ten + 9_000)).toEqual(expected);
    expect(settled({}, ten + 9_000)).toEqual(expected);
  });
  test('skip starts none of them', () => {
    expect(settled({ misfire: 'skip' })).toEqual({
      fire: [],
      missed: ['10:00 skipped', '11:00 skipped', '12:00 skipped', '13:00 skipped'],
      next: '14:00',
    });
  });
  test('once starts the newest, an hour late at most when nothing else is said', () => {
    expect(settled({})).toEqual({
      fire: ['13:00 late'],
      missed: ['10:00 late', '11:00 late', '12:00 late'],
      next: '14:00',
    });
  });
  test('each starts all that are not too late, in order', () => {
    expect(settled({ misfire: 'each', lateMax: '2h' })).toEqual({
      fire: ['12:00 late', '13:00 late'],
      missed: ['10:00 late', '11:00 late'],
      next: '14:00',
    });
  });
  test('when the newest is on time, the others need no Run of their own', () => {
    expect(settled({ lateMax: '1d' }, t('2026-05-01T13:00:02Z'))).toEqual({
      fire: ['13:00'],
      missed: ['10:00 skipped', '11:00 skipped', '12:00 skipped'],
      next: '14:00',
    });
  });
  test('a clock that was decades behind is settled at once, with a bounded list', () => {
    const { fire, missed, more, nextDue } = settle(hourly, t('1990-01-01T00:00:00Z'), now, {
      misfire: 'each',
      lateMax: '30d',
    })!;
    expect(fire.length + missed.length).toBeLessThanOrEqual(101);
    expect(more).toBeGreaterThan(0);
    expect(iso(nextDue)).toBe('2026-05-01T14:00:00.000Z');
  });
});
