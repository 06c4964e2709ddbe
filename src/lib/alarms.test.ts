import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openAlarms } from './alarms.ts';
import type { Clock } from './clock.ts';

/** A clock whose wall time and timers are moved by hand, apart from each other if need be. */
function handClock() {
  let now = 0;
  let timers: { at: number; callback: () => void }[] = [];
  let ticks = 0;
  const clock = {
    now: () => now,
    ticks: () => ticks,
    after(ms: number, callback: () => void) {
      const timer = { at: ticks + ms, callback };
      timers.push(timer);
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
  } as unknown as Clock;
  return {
    clock,
    jump(ms: number) {
      now += ms;
    },
    pass(ms: number) {
      const until = ticks + ms;
      for (;;) {
        const [next] = timers.filter((t) => t.at <= until).sort((a, b) => a.at - b.at);
        if (!next) break;
        timers = timers.filter((one) => one !== next);
        now += next.at - ticks;
        ticks = next.at;
        next.callback();
      }
      now += until - ticks;
      ticks = until;
    },
    timers: () => timers.length,
  };
}

test('rings each in time order, at its time, with one timer', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(5_000), { maxLength: 60 }), (times) => {
      const hand = handClock();
      const alarms = openAlarms(hand.clock);
      const rung: [number, number][] = [];
      for (const [n, at] of times.entries()) {
        alarms.set(`${n}`, at, () => void rung.push([at, hand.clock.now()]));
      }
      expect(hand.timers()).toBeLessThanOrEqual(1);
      hand.pass(6_000);
      expect(rung).toEqual(times.toSorted((a, b) => a - b).map((at) => [at, at]));
    }),
  );
});

test('a key rings once, at the time it was set to last; a dropped one never', () => {
  const hand = handClock();
  const alarms = openAlarms(hand.clock);
  const rung: string[] = [];
  alarms.set('a', 100, () => rung.push('early'));
  alarms.set('a', 300, () => rung.push('late'));
  alarms.set('b', 200, () => rung.push('b'));
  alarms.drop('b');
  hand.pass(1_000);
  expect(rung).toEqual(['late']);
});

test('notices within a second that the clock was set, or the computer slept', () => {
  const hand = handClock();
  const alarms = openAlarms(hand.clock);
  let rungAt = 0;
  alarms.set('a', 3_600_000, () => {
    rungAt = hand.clock.ticks();
  });
  hand.pass(5_000);
  hand.jump(7_200_000);
  hand.pass(1_000);
  expect(rungAt).toBeLessThanOrEqual(6_000);
  expect(rungAt).toBeGreaterThan(0);
});
