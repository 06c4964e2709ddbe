import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dayMs, evenSlots, hourMs } from '../series.ts';
import { ledgerOf, type RanLoad } from './ledger.ts';

const zone = 'Europe/Berlin';
const today = Date.UTC(2026, 10, 26, 23);
const prices = (value: (hour: number) => number) =>
  evenSlots(today - dayMs, today + 2 * dayMs, hourMs).map((slot) => ({
    ...slot,
    value: value(((slot.start - today) / hourMs + 48) % 24),
  }));
const common = { buy: prices((h) => (h < 6 ? 0.1 : 0.4)), sell: [], surplusW: new Map(), zone };
const at = (hour: number) => hour * hourMs;
const dish: RanLoad = {
  ...{ load: 'dish', name: 'Dishwasher', start: today + at(2), stepMs: hourMs, watts: [1000, 200] },
  usualStarts: [19, 20, 19].map(at),
};

test('a run in a cheap hour saves what the usual hour would have cost more', () => {
  const ledger = ledgerOf({ ...common, ran: [dish] });
  expect(ledger.rows[0]).toMatchObject({ load: 'dish', name: 'Dishwasher' });
  expect(ledger.rows[0]!.paid).toBeCloseTo(0.12);
  expect(ledger.saved).toBeCloseTo(1.2 * 0.3);
  expect([ledger.low, ledger.high]).toEqual([expect.closeTo(0.36), expect.closeTo(0.36)]);
});

test('a day on which it lost counts as it is', () => {
  const late = { ...dish, start: today + at(18), usualStarts: [1, 2, 3].map(at) };
  expect(ledgerOf({ ...common, ran: [late] }).saved).toBeCloseTo(-0.36);
});

test('habits that lie apart in money make the saving less sure', () => {
  const loose = ledgerOf({ ...common, ran: [{ ...dish, usualStarts: [3, 19, 20, 2].map(at) }] });
  expect(loose.high - loose.low).toBeGreaterThan(0.2);
  expect(loose.low).toBeLessThan(loose.saved);
});

test('power of the sun costs what it would have brought', () => {
  const noon = today + at(12);
  const surplusW = new Map([[noon, 800]]);
  const sell = prices(() => 0.08);
  const ran = [{ ...dish, start: noon, watts: [1000] }];
  expect(ledgerOf({ ...common, sell, surplusW, ran }).rows[0]!.paid).toBeCloseTo(
    0.8 * 0.08 + 0.2 * 0.4,
  );
});

test('what cannot be priced is left, with the reason', () => {
  const few = { ...dish, usualStarts: [at(19)] };
  const far = { ...dish, start: today + 9 * dayMs };
  const ledger = ledgerOf({ ...common, ran: [few, far] });
  expect(ledger.rows).toEqual([]);
  expect(ledger.left).toHaveLength(2);
});

test('the rows add up to the sum, and its uncertainty holds it', () => {
  const run = fc.record({
    load: fc.constantFrom('a', 'b', 'c'),
    hour: fc.integer({ min: 0, max: 22 }),
    usual: fc.array(fc.integer({ min: 0, max: 22 }), { minLength: 3, maxLength: 6 }),
    watts: fc.array(fc.integer({ min: 0, max: 4000 }), { minLength: 1, maxLength: 3 }),
  });
  fc.assert(
    fc.property(fc.array(run, { maxLength: 8 }), (runs) => {
      const ran = runs.map(({ load, hour, usual, watts }) => ({
        ...{ load, name: load, start: today + at(hour), stepMs: hourMs, watts },
        usualStarts: usual.map(at),
      }));
      const ledger = ledgerOf({ ...common, ran });
      const sum = ledger.rows.reduce((total, row) => total + row.saved, 0);
      expect(ledger.saved).toBeCloseTo(sum);
      expect(ledger.low).toBeLessThanOrEqual(ledger.saved + 1e-9);
      expect(ledger.high).toBeGreaterThanOrEqual(ledger.saved - 1e-9);
    }),
  );
});

test('what ran after midnight is held against the evening before it', () => {
  const evening = { ...common, buy: prices((h) => (h < 6 ? 0.1 : 0.4)) };
  // Only the evening before is dear.
  const buy = evening.buy.map((rate) => ({
    ...rate,
    value: rate.start >= today - 5 * hourMs && rate.start < today ? 0.9 : rate.value,
  }));
  expect(ledgerOf({ ...evening, buy, ran: [dish] }).saved).toBeCloseTo(1.2 * 0.8);
});
