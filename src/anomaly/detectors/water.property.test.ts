import type { Finding } from '@tomte/sdk/define';
import type { Reading } from '@tomte/sdk/home';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dayMs, minuteMs } from '../local-hour.ts';
import { learnWater, lookAtWater } from '../water/past.ts';
import { at, flow, meter, motion, openWatch, pastOf, settingsOf } from '../water/testing.ts';

const start = at('2026-10-24T20:00:00Z');
const entities = [flow, meter, motion];
const word = fc.constantFrom('unavailable', 'unknown', '', 'NaN');
const step = fc.oneof(
  fc.record({
    id: fc.constant(flow.id),
    v: fc.oneof(word, fc.double({ min: -1, max: 40, noNaN: true })),
  }),
  fc.record({ id: fc.constant(meter.id), v: fc.oneof(word, fc.integer({ min: 900, max: 2000 })) }),
  fc.record({ id: fc.constant(motion.id), v: fc.constantFrom('on', 'off', 'unavailable') }),
);
/** Any readings of three sensors over some hours, up to the night the clocks change and beyond. */
const stream = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 40 * minuteMs }), step), { maxLength: 80 })
  .map((steps) => {
    let t = start;
    return steps.map(([wait, one]): Reading => {
      t += wait;
      return { t, ...one };
    });
  });
const read = (readings: readonly Reading[], watch = openWatch({ entities })): Finding[] =>
  readings.flatMap((reading) => watch.read(reading));

describe('whatever the sensors say', () => {
  test('the same readings give the same findings', () => {
    fc.assert(
      fc.property(stream, (readings) => {
        expect(read(readings)).toEqual(read(readings));
      }),
      { numRuns: 60 },
    );
  });

  test('a restart in the middle changes nothing', () => {
    fc.assert(
      fc.property(stream, fc.nat(80), (readings, cut) => {
        const first = openWatch({ entities });
        const before = read(readings.slice(0, cut), first);
        const state: unknown = JSON.parse(JSON.stringify(first.save()));
        const after = read(readings.slice(cut), openWatch({ entities, state }));
        expect([...before, ...after]).toEqual(read(readings));
      }),
      { numRuns: 100 },
    );
  });

  test('an episode is raised once and ends once, and its texts keep their limits', () => {
    fc.assert(
      fc.property(stream, (readings) => {
        let open: string | null = null;
        for (const one of read(readings)) {
          if (one.kind === 'raised') expect(open).toBeNull();
          else expect(one.episode).toBe(open);
          open = one.kind === 'cleared' ? null : one.episode;
          expect(one.title.length).toBeLessThanOrEqual(45);
          expect(one.title.length + one.text.length).toBeLessThanOrEqual(240);
          expect(one.since).toBeLessThanOrEqual(one.at);
          expect(JSON.stringify(one)).not.toMatch(/NaN|undefined|null,null/);
        }
      }),
      { numRuns: 100 },
    );
  });

  test('shifted by whole weeks they give the same findings, shifted', () => {
    const shiftMs = 7 * dayMs;
    const utc = (readings: readonly Reading[]) =>
      read(readings, openWatch({ entities, zone: 'UTC' }));
    fc.assert(
      fc.property(stream, (readings) => {
        const shifted = readings.map((one) => ({ ...one, t: one.t + shiftMs }));
        const plain = utc(readings).map(({ kind, at: t, severity }) => [
          kind,
          t + shiftMs,
          severity,
        ]);
        expect(utc(shifted).map(({ kind, at: t, severity }) => [kind, t, severity])).toEqual(plain);
      }),
      { numRuns: 60 },
    );
  });

  test('the saved state stays small', () => {
    const watch = openWatch({
      entities,
      state: learnWater(pastOf({ until: start, days: 90, entities: [flow, meter] }), settingsOf()),
    });
    expect(JSON.stringify(watch.save()).length / 2).toBeLessThan(64 * 1024);
  });
});

test('silent on its own past, whatever the home usually uses', () => {
  const scale = fc.double({ min: 0.2, max: 4, noNaN: true });
  fc.assert(
    fc.property(scale, fc.integer({ min: 10, max: 60 }), (factor, days) => {
      const past = pastOf({ until: start, days });
      const rows = past.hours
        .get(meter.id)!
        .map((row) => ({ ...row, change: row.change! * factor }));
      const found = lookAtWater({ ...past, hours: new Map([[meter.id, rows]]) }, settingsOf());
      expect(found).toEqual([]);
    }),
    { numRuns: 20 },
  );
});
