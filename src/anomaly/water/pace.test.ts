import type { Reading } from '@tomte/sdk/home';
import { describe, expect, test } from 'vitest';
import { hourMs, minuteMs } from '../local-hour.ts';
import { learnPace, paceOf, runPaceOf } from './pace.ts';
import { newTap } from './tap.ts';
import { at, feed, meter, openWatch } from './testing.ts';

const start = at('2026-09-07T22:00:00Z');
const dayMs = 24 * hourMs;

/** Litres a minute of a home at its local clock: dry nights but for a flush, showers, a kitchen by day. */
function usedLpm(t: number): number {
  const minute = Math.floor((t - start) / minuteMs);
  const ofDay = minute % 1440;
  const day = Math.floor(minute / 1440);
  if (ofDay === 180 + (day % 5) * 20 && day % 2 === 0) return 6;
  if (ofDay >= 425 + (day % 7) && ofDay < 433 + (day % 7)) return 9;
  if (ofDay < 420 || ofDay > 1380) return 0;
  return (minute * 7919 + day * 31) % 37 === 0 ? 4 : 0;
}

/** What a meter that is read every `everyMinutes` says, each time it moved. */
function readings(o: {
  days: number;
  everyMinutes: number;
  extra?: (t: number) => number;
}): Reading[] {
  const said: Reading[] = [];
  let total = 400_000;
  let shown = -1;
  for (let t = start; t < start + o.days * dayMs; t += minuteMs) {
    total += usedLpm(t) + (o.extra?.(t) ?? 0);
    if ((t / minuteMs) % o.everyMinutes !== 0 || Math.floor(total) === shown) continue;
    shown = Math.floor(total);
    said.push({ t, id: meter.id, v: shown });
  }
  return said;
}
const during = (from: number, minutes: number, lpm: number) => (t: number) =>
  t >= from && t < from + minutes * minuteMs ? lpm : 0;
const toldBy = (days: number, everyMinutes: number, extra?: (t: number) => number) =>
  feed(
    openWatch({ entities: [meter] }),
    readings({ days, everyMinutes, ...(extra ? { extra } : {}) }),
  ).filter(({ kind }) => kind === 'raised');

describe.each([10, 15, 20])('a meter that is read every %i minutes', (everyMinutes) => {
  const night = start + 20 * dayMs + 2 * hourMs;

  test('tells nothing of three weeks of ordinary days', () => {
    expect(toldBy(21, everyMinutes)).toEqual([]);
  });

  test.each([
    ['a leak of 0.3 L/min', 0.3, 14 * 60, 5 * 60],
    ['a cistern that runs on', 1.5, 5 * 60, 4 * 60],
    ['a pipe that bursts', 17, 45, 45],
  ])('tells %s, once', (_what, lpm, minutes, soonMinutes) => {
    const [first, ...more] = toldBy(22, everyMinutes, during(night, minutes, lpm));
    expect(more).toEqual([]);
    expect(first!.at - night).toBeLessThanOrEqual(soonMinutes * minuteMs);
    expect(first!.since).toBeGreaterThanOrEqual(night - 2 * everyMinutes * minuteMs);
  });
});

test('uses that follow each other within ten minutes are no run on a meter of tenths of a litre', () => {
  const fine = { ...meter, unit: 'L' };
  const said: Reading[] = [];
  let total = 0;
  for (let minute = 0; minute < 12 * 1440; minute++) {
    const ofDay = minute % 1440;
    const last = minute > 11 * 1440;
    // A busy morning, the last day: two minutes of water in each nine, for two hours.
    const uses = last ? ofDay >= 430 && ofDay < 550 && ofDay % 9 < 2 : ofDay >= 430 && ofDay < 436;
    if (!uses) continue;
    total += ofDay === 430 ? 0.1 : 0.7;
    said.push({ t: start + minute * minuteMs, id: fine.id, v: total.toFixed(1) });
  }
  expect(feed(openWatch({ entities: [fine] }), said)).toEqual([]);
});

describe('a meter that is read once an hour', () => {
  const morning = start + 21 * dayMs + 9 * hourMs;

  test('tells nothing of ordinary days', () => {
    expect(toldBy(30, 60)).toEqual([]);
  });

  test.each([
    ['a leak of 0.3 L/min', 0.3],
    ['a cistern that runs on', 1.5],
  ])('tells %s by day, once, when six hours on end were not dry', (_what, lpm) => {
    const [first, ...more] = toldBy(24, 60, during(morning, 14 * 60, lpm));
    expect(more).toEqual([]);
    expect(first!.at - morning).toBeLessThanOrEqual(8 * hourMs);
  });

  test('tells a burst with the mean of the hour: no more is known', () => {
    const [first] = toldBy(23, 60, during(morning, 50, 17));
    expect(first!.facts.numbers).toMatchObject({
      litresPerMinute: expect.closeTo(14, -1) as number,
    });
    expect(first!.text).not.toMatch(/\d{3} L\/min/);
  });

  test('tells the same leak again two days later: it was no habit', () => {
    const again = morning + 2 * dayMs;
    const extra = (t: number) => during(morning, 14 * 60, 0.3)(t) + during(again, 14 * 60, 0.3)(t);
    expect(toldBy(26, 60, extra)).toHaveLength(2);
  });
});

describe('the pace of a meter', () => {
  const heard = (minutes: readonly number[]) => {
    const tap = newTap('m');
    for (const each of minutes) learnPace(tap, each * minuteMs);
    return tap;
  };
  const many = (minutes: number, count: number) => new Array<number>(count).fill(minutes);

  test('is what its steps come at, and none while few are known or it speaks as water runs', () => {
    expect(paceOf(heard(many(15, 8)))).toBe(0);
    expect(paceOf(heard([...many(15, 20), ...many(45, 30)]))).toBe(16 * minuteMs);
    expect(paceOf(heard([...many(1, 20), ...many(40, 60)]))).toBe(0);
    expect(paceOf(heard(many(300, 50)))).toBe(0);
  });

  test('of an hour makes no run of neighbouring steps, and a slip changes nothing', () => {
    const hourly = heard([...many(60, 60), 2, ...many(60, 60), 3]);
    expect(paceOf(hourly)).toBe(62 * minuteMs);
    expect(runPaceOf(hourly)).toBe(0);
  });
});
