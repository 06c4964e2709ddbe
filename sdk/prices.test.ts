import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cheapest, ratesOf } from './prices.ts';

const at = (h: number) => Date.parse('2026-11-21T00:00:00Z') + h * 3_600_000;
const iso = (h: number) => new Date(at(h)).toISOString();

test.each([
  [
    'Nord Pool',
    {
      raw_today: [{ start: iso(0), end: iso(1), value: 30 }],
      raw_tomorrow: [{ start: iso(1), end: iso(2), value: 20 }],
    },
  ],
  [
    'ENTSO-E',
    {
      prices: [
        { time: iso(0), price: 30 },
        { time: iso(1), price: 20 },
      ],
    },
  ],
  [
    'Octopus',
    {
      rates: [
        { valid_from: iso(1), valid_to: iso(2), value_inc_vat: 20 },
        { valid_from: iso(0), valid_to: iso(1), value_inc_vat: 30 },
      ],
    },
  ],
  [
    'EPEX',
    {
      data: [
        { start_time: iso(0), end_time: iso(1), price_ct_per_kwh: 30 },
        { start_time: iso(1), end_time: iso(2), price_ct_per_kwh: '20' },
      ],
    },
  ],
  [
    'aWATTar',
    {
      data: [
        { start_timestamp: at(0), end_timestamp: at(1), marketprice: 30 },
        { start_timestamp: at(1), end_timestamp: at(2), marketprice: 20 },
      ],
    },
  ],
])('the prices of %s are read, in order, with an end', (_name, attributes) => {
  expect(ratesOf({ attributes })).toEqual([
    { start: at(0), end: at(1), value: 30 },
    { start: at(1), end: at(2), value: 20 },
  ]);
});

test('what is no price is left out, nothing is invented', () => {
  expect(
    ratesOf({
      attributes: {
        friendly_name: 'x',
        list: [1, 'a', null, {}],
        rates: [
          { start: 'soon', value: 1 },
          { start: iso(0), value: null },
        ],
      },
    }),
  ).toEqual([]);
  const rates = ratesOf({ attributes: { raw_today: [{ start: iso(0), end: iso(1), value: 5 }] } });
  expect(
    cheapest(rates, { from: at(0), to: at(5), lengthMs: 2 * 3_600_000, together: true }),
  ).toBeNull();
});

const hour = 3_600_000;
test('the pieces last as long as asked, lie within, and none is cheaper', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -50, max: 100 }), { minLength: 3, maxLength: 12 }),
      fc.integer({ min: 1, max: 3 }),
      (values, hours) => {
        const rates = values.map((value, n) => ({ start: at(n), end: at(n + 1), value }));
        const window = { from: at(0), to: at(values.length), lengthMs: hours * hour };
        const one = cheapest(rates, { ...window, together: true })!;
        const many = cheapest(rates, { ...window, together: false })!;
        for (const { pieces } of [one, many]) {
          expect(pieces.reduce((sum, { start, end }) => sum + end - start, 0)).toBe(
            window.lengthMs,
          );
          expect(pieces.every(({ start, end }) => start >= window.from && end <= window.to)).toBe(
            true,
          );
        }
        const windows = values
          .slice(0, values.length - hours + 1)
          .map((_, n) => values.slice(n, n + hours).reduce((a, b) => a + b, 0) / hours);
        expect(one.mean).toBeCloseTo(Math.min(...windows), 9);
        expect(many.mean).toBeLessThanOrEqual(one.mean + 1e-9);
      },
    ),
  );
});
