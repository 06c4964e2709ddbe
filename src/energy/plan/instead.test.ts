import { expect, test } from 'vitest';
import { evenSlots, hourMs } from '../series.ts';
import { type BandInput, costBand } from './band.ts';
import { type InsteadInput, insteadOf } from './instead.ts';
import type { Plan } from './plan.ts';
import type { Problem } from './problem.ts';

const zone = 'Europe/Berlin';
/** 27 November 2026, 18:00 in Berlin. */
const start = Date.UTC(2026, 10, 27, 17);
const at = (hours: number) => start + hours * hourMs;
const slots = (runsAt: number) =>
  Array.from({ length: 24 }, (_, n) => ({
    ...{ start: new Date(at(n)).toISOString(), minutes: 60, gridW: 500, curtailW: 0, batteryW: 0 },
    batteryMode: 'self_consume' as const,
    loads: { Dishwasher: n === runsAt ? 1_000 : 0 },
  }));
const plan = (runsAt: number): Plan => ({
  ...{ id: 'p', status: 'optimal', cost: 3, costDoNothing: 4, gap: 0, solveMs: 1, bent: [] },
  slots: slots(runsAt),
});
const input: InsteadInput = {
  ...{ plan: plan(8), zone, sell: [{ start: at(-24), end: at(48), value: 0.08 }] },
  loads: [{ id: 'Dishwasher', powerW: 1_000, minutes: 60, comfort: null }],
  usual: new Map([
    ['Dishwasher', { starts: [20, 20, 19].map((h) => h * hourMs), from: at(0), to: at(13) }],
  ]),
  buy: evenSlots(at(-12), at(36), hourMs).map((slot) => ({
    ...slot,
    value: slot.start < at(6) ? 0.4 : 0.2,
  })),
  surplusW: () => 0,
};

test('a load is held against the hour at which it usually began, within its window', () => {
  const [one] = insteadOf(input);
  // 02:00 at 0.20 instead of 20:00 at 0.40, one kWh.
  expect(one).toMatchObject({ load: 'Dishwasher', startsAt: at(8), usualAt: at(2) });
  expect(one!.saves).toBeCloseTo(0.2);
});

test('sun that is left over costs what it would have brought', () => {
  const [one] = insteadOf({ ...input, surplusW: (t) => (t === at(2) ? 1_000 : 0) });
  // Of the usual hour the first quarter only: 0.25 kWh for 0.08 in place of 0.40.
  expect(one!.saves).toBeCloseTo(0.2 - 0.25 * 0.32);
});

test('as usual, beside its window, without a habit or a price there is nothing to hold against', () => {
  const usual = (starts: readonly number[], to = at(13)) =>
    new Map([['Dishwasher', { starts, from: at(0), to }]]);
  expect(insteadOf({ ...input, plan: plan(2) })).toEqual([]);
  expect(insteadOf({ ...input, usual: usual([14 * hourMs]) })).toEqual([]);
  expect(insteadOf({ ...input, usual: new Map() })).toEqual([]);
  expect(insteadOf({ ...input, usual: usual([]) })).toEqual([]);
  expect(insteadOf({ ...input, buy: [] })).toEqual([]);
});

test('the band of the cost grows with what is foreseen less surely, and with guessed prices', () => {
  const problem = {
    slots: slots(8).map((_, n) => ({
      ...{ start: at(n), end: at(n + 1), minutes: 60, hours: 1, importPrice: 0.4 },
      ...{ exportPrice: 0.08, baseLoadW: 500, solarW: 0 },
    })),
  } as unknown as Problem;
  const sure = { expected: 500, low: 500, high: 500 };
  const loose = { expected: 500, low: 300, high: 900 };
  const none: BandInput = {
    ...{ load: slots(8).map(() => sure), solar: slots(8).map(() => null) },
    ...{ assumedFrom: null, usuallyOff: 0 },
  };
  expect(costBand(problem, plan(8), none)).toEqual({ low: 3, high: 3 });
  const one = costBand(problem, plan(8), { ...none, load: [loose, ...none.load.slice(1)] });
  // The mean of 300, 500 and 900 by Swanson's rule is 560: 340 W more or 260 W less for an hour at 0.40.
  expect(one.high).toBeCloseTo(3 + 0.34 * 0.4);
  expect(one.low).toBeCloseTo(3 - 0.26 * 0.4);
  const guessed = costBand(problem, plan(8), { ...none, assumedFrom: at(20), usuallyOff: 0.05 });
  expect(guessed.high).toBeCloseTo(3 + 4 * 0.5 * 0.05);
});
