import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dayMs, evenSlots, hourMs } from '../series.ts';
import { type BatteryDayInput, type BatteryHours, batteryDay, byItself } from './battery.ts';

const today = Date.UTC(2026, 10, 26, 23);
type Hourly = (hour: number) => number;
const byHour = (value: Hourly, o: { from: number; hours: number }) =>
  new Map(Array.from({ length: o.hours }, (_, n) => [o.from + n * hourMs, value(n)] as const));

/** 10 kWh, half full at midnight, nothing lost within; the house takes half a kWh each hour. */
function day(o: {
  into?: Hourly;
  out?: Hourly;
  price?: Hourly;
  sun?: Hourly;
  hours?: number;
  from?: number;
  roundTrip?: number | null;
}) {
  const { from = today, hours = 24, into = () => 0, out = () => 0 } = o;
  const price = o.price ?? ((hour) => (hour < 6 ? 0.1 : 0.4));
  const span = { from, hours };
  const battery: BatteryHours = {
    ...{ device: 'sensor.out', name: 'Home battery', capacityKWh: 10, wearPerKWh: 0.02 },
    ...{ mostIn: 5, mostOut: 5, roundTrip: o.roundTrip === undefined ? 1 : o.roundTrip },
    charge: byHour(into, span),
    discharge: byHour(out, span),
    // It was empty and full before.
    percent: new Map([
      ...([from - 9 * dayMs, from - 8 * dayMs].map((t, n) => [t, n * 100]) as [number, number][]),
      [from - hourMs, 50],
      [from, 50],
    ]),
  };
  const input: BatteryDayInput = {
    ...{ from, to: from + hours * hourMs, sell: [], mayWait: true },
    solar: o.sun ? byHour(o.sun, span) : null,
    house: byHour(() => 0.5, span),
    buy: evenSlots(from, from + (hours + 24) * hourMs, hourMs).map((slot, n) => ({
      ...slot,
      value: price(n % hours),
    })),
  };
  return { battery, input };
}
const told = ({ battery, input }: ReturnType<typeof day>) => batteryDay(input, battery)![0]!;

test('a day on which it won: filled at the cheap hour, kept for the dear ones', () => {
  const row = told(day({ into: (h) => (h === 2 ? 5 : 0), out: (h) => (h >= 6 ? 0.5 : 0) }));
  // Night 6 × 0.5 × 0.10 and 5 × 0.10; nothing by day; wear (5 + 9) / 2 × 0.02.
  expect(row.money!.paid).toBeCloseTo(0.3 + 0.5 + 0.14);
  // By itself: 5 kWh are gone at 10:00, then 14 × 0.5 × 0.40; wear 5 / 2 × 0.02. One kWh more is left: 0.325.
  const saved = 2.8 + 0.05 + 0.325 - 0.94;
  expect(row.money!.usual - row.money!.paid).toBeCloseTo(saved);
  // A quarter of the hours after cost 0.10, the others 0.40: they lie 0.1299 apart.
  expect(row.money!.high - saved).toBeCloseTo(1.28 * 0.1299, 3);
  expect(saved - row.money!.low).toBeCloseTo(1.28 * 0.1299, 3);
  expect(row).toMatchObject({ kind: 'battery', runs: 1, kWh: 9, why: null });
});

test('a day on which it lost counts as it is', () => {
  // All of it was given to the grid for nothing at 02:00.
  const row = told(day({ out: (h) => (h === 2 ? 5 : 0) }));
  expect(row.money!.paid).toBeCloseTo(5 * 0.05 + 18 * 0.2 + 0.05);
  expect(row.money!.usual).toBeCloseTo(2.85);
  // As empty as it would have been: nothing is in doubt.
  expect(row.money!.low).toBeCloseTo(-1.05);
  expect(row.money!.high).toBeCloseTo(-1.05);
});

test('at a price below zero taking power is paid for', () => {
  const price: Hourly = (h) => (h === 2 ? -0.05 : 0.3);
  const row = told(day({ price, into: (h) => (h === 2 ? 5 : 0), out: (h) => (h >= 4 ? 0.5 : 0) }));
  // 3 × 0.5 × 0.30 at night, 5.5 kWh × −0.05 at 02:00, wear (5 + 10) / 2 × 0.02.
  expect(row.money!.paid).toBeCloseTo(0.45 - 0.275 + 0.15);
  // By itself: 14 h × 0.5 × 0.30 after 10:00, wear 0.05; both are empty at the end.
  expect(row.money!.usual).toBeCloseTo(2.15);
});

test('sun that it took is not fed in', () => {
  const row = told(day({ sun: (h) => (h === 12 ? 4.5 : 0) }));
  // It slept: nothing taken, nothing given; what was fed in brought nothing here.
  expect(row.money!.paid).toBeCloseTo(6 * 0.05 + 17 * 0.2);
  // By itself it gives 5 kWh until 10:00, takes 4 at 12:00 and gives them from 13:00 to 21:00.
  const wear = ((5 + 4 + 4) / 2) * 0.02;
  const left = 5 * 0.325;
  expect(row.money!.usual).toBeCloseTo(2 * 0.2 + 3 * 0.2 + wear + left);
});

test.each([
  ['23 hours', Date.UTC(2027, 2, 27, 23), 23],
  ['25 hours', Date.UTC(2026, 9, 24, 22), 25],
])('on a day of %s following the house saves and loses nothing', (_name, from, hours) => {
  const row = told(day({ from, hours, out: (h) => (h < 10 ? 0.5 : 0) }));
  expect(row.money!.usual).toBeCloseTo(row.money!.paid);
  expect(row.money!.high - row.money!.low).toBeCloseTo(0);
  expect(row.money!.paid).toBeCloseTo((hours - 10) * 0.2 + 0.05);
});

test('what is not known of its losses makes the saving less sure', () => {
  const { money } = told(day({ roundTrip: null, out: (h) => (h < 9 ? 0.5 : 0) }));
  expect(money!.high - money!.low).toBeGreaterThan(0.01);
  expect(money!.low).toBeLessThan(money!.usual - money!.paid);
});

test('a gap is told without money, hours that are late are waited for, and before it was there is nothing', () => {
  const gap = day({});
  (gap.battery.charge as Map<number, number>).delete(today + 5 * hourMs);
  expect(told(gap)).toMatchObject({ money: null, why: 'Some of its hours are not known.' });
  const late = day({});
  (late.battery.discharge as Map<number, number>).delete(today + 23 * hourMs);
  (late.battery.discharge as Map<number, number>).set(today - hourMs, 0);
  expect(batteryDay(late.input, late.battery)).toBeNull();
  expect(batteryDay({ ...late.input, mayWait: false }, late.battery)![0]!.why).not.toBeNull();
  const { battery, input } = day({});
  const absent = { ...battery, charge: new Map(), discharge: new Map() };
  expect(batteryDay(input, absent)).toEqual([]);
  expect(told({ input, battery: { ...battery, capacityKWh: null } }).why).toMatch(/holds/);
  expect(told({ input, battery: { ...battery, percent: new Map() } }).why).toMatch(/full it was/);
  expect(told({ battery, input: { ...input, buy: [] } }).why).toMatch(/hours cost/);
});

test('by itself it stays within what it holds and can, and never works against the house', () => {
  const needs = fc.array(fc.double({ min: -6, max: 6, noNaN: true }), { minLength: 1 });
  fc.assert(
    fc.property(needs, fc.double({ min: 0.7, max: 1, noNaN: true }), (list, efficiency) => {
      const store = { kWh: 4, least: 1, most: 9, mostIn: 3, mostOut: 2, efficiency };
      let { kWh } = store;
      for (const [n, { into, out }] of byItself(list, store).entries()) {
        kWh += into * efficiency - out / efficiency;
        expect(kWh).toBeGreaterThan(store.least - 1e-9);
        expect(kWh).toBeLessThan(store.most + 1e-9);
        expect(into).toBeLessThanOrEqual(Math.max(0, -list[n]!));
        expect(out).toBeLessThanOrEqual(Math.max(0, list[n]!));
        expect(Math.max(into - store.mostIn, out - store.mostOut)).toBeLessThanOrEqual(0);
      }
    }),
  );
});
